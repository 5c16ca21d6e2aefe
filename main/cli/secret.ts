import { FieldboxError } from '@shared/errors';
import type { Terminal } from './terminal';
import { UsageError } from './usage';

/** What of a terminal's keyboard is needed; `process.stdin` has it when a person sits at it. */
export interface Keyboard {
  readonly isTTY?: boolean;
  setRawMode(raw: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  off(event: 'data', listener: (bytes: Buffer) => void): unknown;
}

const INTERRUPT = '\u0003';
const END = new Set(['\r', '\n', '\u0004']);
const ERASE = new Set(['\u007f', '\b']);

/** Reads a line without showing it. Throws CANCELLED for Ctrl-C. */
export function readHidden(keyboard: Keyboard): Promise<string> {
  return new Promise((resolve, reject) => {
    const typed: string[] = [];
    const finish = (end: () => void): void => {
      keyboard.off('data', hear);
      keyboard.setRawMode(false);
      keyboard.pause();
      end();
    };
    const hear = (bytes: Buffer): void => {
      for (const key of bytes.toString('utf8')) {
        if (key === INTERRUPT) {
          finish(() => reject(new FieldboxError('CANCELLED')));
          return;
        }
        if (END.has(key)) {
          finish(() => resolve(typed.join('')));
          return;
        }
        if (ERASE.has(key)) typed.pop();
        else typed.push(key);
      }
    };
    keyboard.setRawMode(true);
    keyboard.on('data', hear);
    keyboard.resume();
  });
}

/**
 * A secret from the environment, else typed at the terminal; never from the command line, which others on the machine can
 * read. Throws UsageError when there is neither.
 */
export async function secretFor(terminal: Terminal, variable: string, prompt: string): Promise<string> {
  const given = process.env[variable];
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new UsageError(`${prompt}: set ${variable}, or run this at a terminal and type it.`);
  terminal.say(`${prompt}:`);
  return readHidden(process.stdin);
}
