import { crc32 } from 'node:zlib';

/** PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16. */
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 2.0: what a plain entry needs to be unpacked (4.4.3). */
const VERSION = 20;
/** 1980-01-01, the first day there is (4.4.6): when something left is nobody's business. */
const FIRST_DAY = 0x0021;

/** A file in a ZIP: its name in ASCII and its bytes. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A ZIP of a few small files that are stored without packing. All of it stays far below 4 GiB and 65,535 entries. */
export function storedZip(entries: readonly ZipEntry[]): Buffer {
  const named = entries.map(({ name, bytes }) => ({ name: Buffer.from(name, 'latin1'), bytes, crc: crc32(bytes) }));
  const heads = named.reduce((sum, { name }) => sum + LOCAL_BYTES + CENTRAL_BYTES + 2 * name.length, END_BYTES);
  const zip = Buffer.alloc(heads + named.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  const directory: { readonly name: Buffer; readonly common: Buffer; readonly offset: number }[] = [];
  for (const { name, bytes, crc } of named) {
    const offset = at;
    const common = commonHead(name.length, bytes.length, crc);
    at = zip.writeUInt32LE(LOCAL_HEADER, at);
    at += common.copy(zip, at);
    at += name.copy(zip, at);
    zip.set(bytes, at);
    at += bytes.length;
    directory.push({ name, common, offset });
  }
  const start = at;
  for (const { name, common, offset } of directory) {
    at = zip.writeUInt32LE(CENTRAL_HEADER, at);
    at = zip.writeUInt16LE(VERSION, at);
    common.copy(zip, at);
    zip.writeUInt32LE(offset, at + CENTRAL_BYTES - 10);
    at += CENTRAL_BYTES - 6;
    at += name.copy(zip, at);
  }
  const length = at - start;
  at = zip.writeUInt32LE(END_OF_DIRECTORY, at) + 4;
  at = zip.writeUInt16LE(entries.length, at);
  at = zip.writeUInt16LE(entries.length, at);
  at = zip.writeUInt32LE(length, at);
  zip.writeUInt32LE(start, at);
  return zip;
}

/** What local header and central directory say alike of an entry (4.4.3 to 4.4.11): method 0, no flags. */
function commonHead(nameBytes: number, bytes: number, crc: number): Buffer {
  const head = Buffer.alloc(LOCAL_BYTES - 4);
  head.writeUInt16LE(VERSION, 0);
  head.writeUInt16LE(FIRST_DAY, 8);
  head.writeUInt32LE(crc, 10);
  head.writeUInt32LE(bytes, 14);
  head.writeUInt32LE(bytes, 18);
  head.writeUInt16LE(nameBytes, 22);
  return head;
}
