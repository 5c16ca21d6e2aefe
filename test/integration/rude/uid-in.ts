/** The value of a UID in the bytes of a file in Explicit VR Little Endian (PS3.5 7.1.2), found by its tag alone. */
export function uidIn(sent: Buffer, tag: number): string {
  const mark = Buffer.alloc(6);
  mark.writeUInt16LE(tag >>> 16, 0);
  mark.writeUInt16LE(tag & 0xffff, 2);
  mark.write('UI', 4, 'latin1');
  const at = sent.indexOf(mark);
  return sent.toString('latin1', at + 8, at + 8 + sent.readUInt16LE(at + 6)).replace(/\0$/, '');
}
