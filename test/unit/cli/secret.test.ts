import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import { readHidden } from '../../../main/cli/secret';

/** A keyboard whose keys the test presses. */
class Keys extends EventEmitter {
  readonly modes: boolean[] = [];
  setRawMode(raw: boolean): void {
    this.modes.push(raw);
  }
  resume(): void {
    this.modes.push(true);
  }
  pause(): void {
    this.modes.push(false);
  }
  press(text: string): void {
    this.emit('data', Buffer.from(text));
  }
}

test('reads a line that the terminal does not show, with corrections, and gives the keyboard back', async () => {
  const keys = new Keys();
  const typed = readHidden(keys);
  keys.press('pasz');
  keys.press('\u007fsé');
  keys.press('!\r');
  expect(await typed).toBe('passé!');
  expect(keys.modes).toEqual([true, true, false, false]);
  expect(keys.listenerCount('data')).toBe(0);
});

test('Ctrl-C ends it', async () => {
  const keys = new Keys();
  const typed = readHidden(keys);
  keys.press('abc\u0003');
  await expect(typed).rejects.toThrow(FieldboxError);
});
