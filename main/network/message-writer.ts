import { dataHead, DATA_HEAD } from './pdu';

/** Bytes of P-DATA-TFs that are handed to the connection at once. */
const BLOCK = 512 * 1024;
/** Smaller messages, such as commands alone and questions, are laid into memory of their own. */
const LEAST_IN_BLOCK = 16 * 1024;

/** Hands bytes to the connection; when it has answered they may be changed. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/** Bytes of which it is known how many they are, read to where they are wanted. */
export interface PlacedBytes {
  readonly bytes: number;
  /** Fills places, one behind the other, with the bytes from `at` on. Throws when there are fewer. */
  fill(places: readonly Uint8Array[], at: number): Promise<void>;
}

/** A data set: in memory, as it comes, or to be read into its place. */
export type DataSetBytes = Uint8Array | AsyncIterable<Uint8Array> | PlacedBytes;

/** P-DATA-TFs laid one behind the other into a piece of memory (PS3.8 9.3.5), each with one presentation data value. */
class Laid {
  /** Where the one that is being filled begins, and how much of its fragment there is. */
  private start = 0;
  private filled = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly contextId: number,
    /** Most bytes of a fragment. */
    private readonly size: number,
  ) {}

  get done(): Uint8Array {
    return this.bytes.subarray(0, this.start);
  }

  /** Whether a fragment of full size still finds room behind the present one. */
  get hasRoom(): boolean {
    return this.bytes.length - this.start >= 2 * (DATA_HEAD + this.size);
  }

  get isFull(): boolean {
    return this.filled === this.size;
  }

  /** Takes as much of a chunk as the present fragment holds; gives how much that was. */
  take(chunk: Uint8Array, from: number): number {
    const bytes = Math.min(this.size - this.filled, chunk.length - from);
    this.bytes.set(chunk.subarray(from, from + bytes), this.start + DATA_HEAD + this.filled);
    this.filled += bytes;
    return bytes;
  }

  /** Ends the present fragment. */
  end(isCommand: boolean, isLast: boolean): void {
    dataHead(this.bytes, this.start, { contextId: this.contextId, isCommand, isLast, length: this.filled });
    this.start += DATA_HEAD + this.filled;
    this.filled = 0;
  }

  /** Places for the fragments of the next `bytes` of a data set, as far as there is room. */
  places(bytes: number): readonly Buffer[] {
    const found: Buffer[] = [];
    let [start, left] = [this.start + DATA_HEAD, bytes];
    do {
      const length = Math.min(this.size, left);
      if (start + length > this.bytes.length) break;
      found.push(this.bytes.subarray(start, start + length));
      start += length + DATA_HEAD;
      left -= length;
    } while (left > 0);
    return found;
  }

  /** Ends the fragments of places that are filled. `isLast`: with them the data set ends. */
  endPlaces(places: readonly Buffer[], isLast: boolean): void {
    places.forEach(({ length }, at) => {
      this.filled = length;
      this.end(false, isLast && at === places.length - 1);
    });
  }

  /** A whole command or data set. */
  all(value: Uint8Array, isCommand: boolean): void {
    for (let from = 0; ;) {
      from += this.take(value, from);
      this.end(isCommand, from === value.length);
      if (from === value.length) return;
    }
  }
}

/**
 * Writes the messages of one association (PS3.8 9.3.5, annex E). The bytes of a data set are copied once, to between the heads, or read
 * there, and leave in large writes from memory that is used again: most peers take 16 KiB a PDU, and a piece for each would be many.
 */
export class MessageWriter {
  private readonly size: number;
  private blocks: readonly [Buffer, Buffer] | null = null;

  /** `limit`: most bytes of the variable field of a P-DATA-TF that the peer takes (PS3.8 D.1). */
  constructor(
    limit: number,
    private readonly write: WriteBytes,
  ) {
    this.size = limit - 6;
  }

  /**
   * Writes a command and a data set. What is last of a data set that is not in memory is only written when all of it has been read,
   * so that one which breaks off is never complete at the peer. Throws what `write` and the data set throw.
   */
  async send(contextId: number, command: Uint8Array, data: DataSetBytes | null): Promise<void> {
    if (data !== null && !(data instanceof Uint8Array))
      return 'fill' in data ? this.place(contextId, command, data) : this.stream(contextId, command, data);
    const values = data === null ? [command] : [command, data];
    const bytes = values.reduce((sum, { length }) => sum + length + DATA_HEAD * this.fragmentsOf(length), 0);
    const laid = new Laid(this.memoryFor(bytes), contextId, this.size);
    values.forEach((value, at) => laid.all(value, at === 0));
    return this.write(laid.done);
  }

  /** For a whole message: what is too small to be worth a block, or too large for one, gets memory of its own. */
  private memoryFor(bytes: number): Buffer {
    return bytes < LEAST_IN_BLOCK || bytes > BLOCK ? Buffer.allocUnsafe(bytes) : this.ownBlocks()[0];
  }

  private fragmentsOf(bytes: number): number {
    return Math.max(1, Math.ceil(bytes / this.size));
  }

  /** While one block leaves the next one is read. */
  private async place(contextId: number, command: Uint8Array, data: PlacedBytes): Promise<void> {
    let [block, other] = this.ownBlocks();
    let laid = new Laid(block, contextId, this.size);
    laid.all(command, true);
    let before = Promise.resolve();
    for (let at = 0; ;) {
      const places = laid.places(data.bytes - at);
      if (at < data.bytes) await data.fill(places, at);
      at += places.reduce((sum, { length }) => sum + length, 0);
      const isLast = at === data.bytes;
      laid.endPlaces(places, isLast);
      await before;
      before = this.write(laid.done);
      if (isLast) return before;
      before.catch(() => undefined); // heard before its block is used again
      [block, other] = [other, block];
      laid = new Laid(block, contextId, this.size);
    }
  }

  private ownBlocks(): readonly [Buffer, Buffer] {
    return (this.blocks ??= [Buffer.allocUnsafeSlow(BLOCK), Buffer.allocUnsafeSlow(BLOCK)]);
  }

  private async stream(contextId: number, command: Uint8Array, data: AsyncIterable<Uint8Array>): Promise<void> {
    let [block, other] = this.ownBlocks();
    let laid = new Laid(block, contextId, this.size);
    laid.all(command, true);
    let before = Promise.resolve();
    for await (const chunk of data) {
      for (let from = 0; from < chunk.length;) {
        if (laid.isFull) {
          const { hasRoom } = laid;
          laid.end(false, false);
          if (!hasRoom) {
            const written = this.write(laid.done);
            written.catch(() => undefined); // heard before its block is used again
            await before;
            before = written;
            [block, other] = [other, block];
            laid = new Laid(block, contextId, this.size);
          }
        }
        from += laid.take(chunk, from);
      }
    }
    laid.end(false, true);
    await before;
    return this.write(laid.done);
  }
}
