import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FieldboxError } from '@shared/errors';
import { systemCode } from './durable';

/** Random access to a file of any size, for worker threads (reads are synchronous): a `ByteSource` whose every answer is a fresh copy. */
export class FileSource {
  readonly size: number;
  private readonly file: number;

  /** Throws FILE_UNREADABLE. */
  constructor(path: string) {
    try {
      this.file = openSync(path, 'r');
      this.size = fstatSync(this.file).size;
    } catch (error) {
      throw new FieldboxError('FILE_UNREADABLE', { reason: systemCode(error) }, error);
    }
  }

  bytes(offset: number, length: number): Uint8Array {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const buffer = new Uint8Array(wanted);
    const filled = this.fill(buffer, wanted, offset);
    return filled === wanted ? buffer : buffer.subarray(0, filled);
  }

  /** Reads the whole file into the beginning of a buffer that is large enough; gives its length. Throws FILE_UNREADABLE. */
  readInto(buffer: Uint8Array): number {
    return this.fill(buffer, this.size, 0);
  }

  close(): void {
    closeSync(this.file);
  }

  private fill(buffer: Uint8Array, wanted: number, offset: number): number {
    let filled = 0;
    while (filled < wanted) {
      const read = this.read(buffer, filled, wanted - filled, offset + filled);
      if (read === 0) break;
      filled += read;
    }
    return filled;
  }

  private read(buffer: Uint8Array, at: number, length: number, position: number): number {
    try {
      return readSync(this.file, buffer, at, length, position);
    } catch (error) {
      throw new FieldboxError('FILE_UNREADABLE', { reason: systemCode(error) }, error);
    }
  }
}
