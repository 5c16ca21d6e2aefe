import { describe, expect, it } from 'vitest';
import { Terminal } from '../../../main/cli/terminal';
import { table } from '../../../main/cli/text';

/** Clears the screen, names the window, goes back over the line, and turns the writing round. */
const COMMANDS = '\u001b[2J\u001b]0;x\u0007\r\u009b31m\u202egnp.exe';
const ESCAPES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

function said(say: (terminal: Terminal) => void): string {
  let text = '';
  say(new Terminal(false, undefined, (_, more) => (text += more), false));
  return text;
}

describe('a name that somebody gave to a file or a person', () => {
  it('commands no terminal, wherever it is shown', () => {
    const shown = [
      said((terminal) => terminal.answer({}, () => `put aside: ${COMMANDS}`)),
      said((terminal) => terminal.say(`put aside: ${COMMANDS}`)),
      said((terminal) => terminal.progress(`put aside: ${COMMANDS}`, true)),
    ];
    for (const text of shown) expect(text).not.toMatch(ESCAPES);
    expect(shown[0]).toContain('gnp.exe');
  });

  it('is one cell of a table, in one line; names in all writings stay as they are', () => {
    const rows = table([
      ['name', 'state'],
      ['one\nproven\tyes\r\nno', 'refused'],
      ['قباني^لنزار', 'proven'],
    ]).split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[1]).toMatch(/^one\ufffdproven\ufffdyes\ufffd\ufffdno +refused$/);
    expect(rows[2]).toContain('قباني^لنزار');
  });

  it('leaves the line ends of CSV as they are (RFC 4180)', () => {
    expect(said((terminal) => terminal.answer({}, () => 'a,b\r\nc,d\r\n'))).toBe('a,b\r\nc,d\r\n');
  });

  it('is whole in JSON, for programs', () => {
    let text = '';
    new Terminal(true, undefined, (_, more) => (text += more), false).answer({ name: COMMANDS }, () => '');
    expect(JSON.parse(text)).toEqual({ name: COMMANDS });
  });
});
