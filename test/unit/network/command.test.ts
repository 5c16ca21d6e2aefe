import { describe, expect, it } from 'vitest';
import { type Command, CommandError, CommandField, decodeCommand, encodeCommand } from '../../../main/network/command';

const store: Command = {
  CommandField: CommandField.StoreRequest,
  AffectedSOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
  AffectedSOPInstanceUID: '2.25.12',
  MessageID: 513,
  Priority: 0,
  MoveOriginatorApplicationEntityTitle: 'NEAR',
  MoveOriginatorMessageID: 7,
};

/** Elements as PS3.7 6.3.1 has them: group, element, length, value. */
function elementsOf(bytes: Buffer): readonly (readonly [number, string])[] {
  const found: (readonly [number, string])[] = [];
  for (let at = 0; at < bytes.length;) {
    expect(bytes.readUInt16LE(at)).toBe(0);
    const end = at + 8 + bytes.readUInt32LE(at + 4);
    found.push([bytes.readUInt16LE(at + 2), bytes.toString('latin1', at + 8, end)]);
    at = end;
  }
  return found;
}

describe('a command set', () => {
  it('has its length first, its elements in their order, and values of even length', () => {
    const bytes = encodeCommand(store, true);
    expect(bytes.readUInt32LE(8)).toBe(bytes.length - 12);
    expect(elementsOf(bytes).slice(1)).toEqual([
      [0x0002, '1.2.840.10008.5.1.4.1.1.7\0'],
      [0x0100, '\x01\0'],
      [0x0110, '\x01\x02'],
      [0x0700, '\0\0'],
      [0x0800, '\0\0'],
      [0x1000, '2.25.12\0'],
      [0x1030, 'NEAR'],
      [0x1031, '\x07\0'],
    ]);
  });

  it.each([true, false])('is read as it was written, with a data set or without (%s)', (hasData) => {
    const answer: Command = { CommandField: CommandField.FindResponse, MessageIDBeingRespondedTo: 9, Status: 0xff00 };
    for (const command of [store, answer, { CommandField: CommandField.EchoRequest }])
      expect(decodeCommand(encodeCommand(command, hasData))).toEqual({ command, hasData });
  });

  it('is refused when it is cut off, has another group, or says not what it is', () => {
    const bytes = encodeCommand(store, true);
    expect(() => decodeCommand(bytes.subarray(0, bytes.length - 1))).toThrow(CommandError);
    expect(() => decodeCommand(Buffer.concat([bytes, Buffer.alloc(4)]))).toThrow(CommandError);
    const other = Buffer.from(bytes);
    other.writeUInt16LE(8, 0);
    expect(() => decodeCommand(other)).toThrow(CommandError);
    expect(() => decodeCommand(Buffer.alloc(0))).toThrow(CommandError);
  });
});
