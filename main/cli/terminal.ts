import { writeSync } from 'node:fs';
import { systemCode } from '../platform/durable';
import { harmless } from './text';

const STDOUT = 1;
const STDERR = 2;
/** Progress is written at most this often. */
const PROGRESS_MS = 200;

/**
 * Where a command writes. Everything is written at once and in full, so that nothing that was said is lost in a buffer when
 * the process is killed, and large answers arrive whole through a pipe.
 */
export class Terminal {
  private lastProgress = Number.NEGATIVE_INFINITY;
  private openLine = false;

  constructor(
    readonly json: boolean,
    /** Who works here, as given with --user. */
    readonly person: string | undefined,
    private readonly write: (file: number, text: string) => void = writeWhole,
    private readonly interactive: boolean = process.stderr.isTTY,
  ) {}

  /** The answer: the JSON object with --json, otherwise the text. */
  answer(value: unknown, text: () => string): void {
    this.endLine();
    this.write(STDOUT, this.json ? `${JSON.stringify(value)}\n` : `${harmless(text()).replace(/\n*$/, '')}\n`);
  }

  /** An answer that is JSON text already. */
  answerText(text: string): void {
    this.endLine();
    this.write(STDOUT, `${text}\n`);
  }

  /** One line on stderr that stays. */
  say(text: string): void {
    this.endLine();
    this.write(STDERR, `${harmless(text)}\n`);
  }

  /** How far it is; on a terminal the line is written over. `last` is always written. */
  progress(text: string, last = false): void {
    const at = performance.now();
    if (!last && at - this.lastProgress < PROGRESS_MS) return;
    this.lastProgress = at;
    const shown = harmless(text);
    if (this.interactive) {
      this.write(STDERR, `\r\u001b[K${shown}`);
      this.openLine = true;
    } else this.write(STDERR, `${shown}\n`);
  }

  private endLine(): void {
    if (this.openLine) this.write(STDERR, '\n');
    this.openLine = false;
  }
}

/** A pipe that is full for a moment says EAGAIN; one whose reader has gone says EPIPE, and then nobody listens. */
function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(file, bytes, written);
    } catch (error) {
      if (systemCode(error) === 'EPIPE') return;
      if (systemCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
