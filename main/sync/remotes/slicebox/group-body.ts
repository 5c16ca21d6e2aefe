import { FieldboxError } from '@shared/errors';
import type { GroupEntry } from '../../boxes/group';
import { Headers, wireNumber } from '../../boxes/protocol';
import type { PouredBody, WriteBytes } from '../../http/client';
import type { Outgoing } from '../remote';
import type { Leaver } from '../waiting';

/** Bytes of a file that are read and written at once. */
const BLOCK = 512 * 1024;

type Blocks = readonly [Buffer, Buffer];

/** Two pieces of memory for each group under way: into one is read while the other is written. They are used again by later groups. */
export class GroupBlocks {
  private readonly spare: Blocks[] = [];

  /** Gives what `use` gives, or throws what it throws. */
  async during<T>(use: (blocks: Blocks) => Promise<T>): Promise<T> {
    const blocks = this.spare.pop() ?? [Buffer.allocUnsafeSlow(BLOCK), Buffer.allocUnsafeSlow(BLOCK)];
    try {
      return await use(blocks);
    } finally {
      this.spare.push(blocks);
    }
  }
}

/** Several images as the body of one request (boxes/group.ts); it can be written more than once. */
export function groupBody(
  images: readonly Leaver[],
  blocks: GroupBlocks,
): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: PouredBody;
  readonly signal: AbortSignal;
} {
  const head = Buffer.from(JSON.stringify({ images: images.map(entryOf) }), 'utf8');
  const bytes = images.reduce((sum, { item }) => sum + item.bytes, head.length);
  return {
    headers: { 'content-type': 'application/octet-stream', [Headers.head]: String(head.length) },
    body: { bytes, pour: (write) => blocks.during((two) => inOrder(head, images, two, write)) },
    signal: AbortSignal.any(images.map(({ hooks }) => hooks.signal)),
  };
}

function entryOf({ item }: Leaver): GroupEntry {
  const { number, position: sequence, total, sha256, bytes } = item;
  return { transaction: wireNumber(number), sequence, total, sha256, bytes };
}

async function inOrder(head: Buffer, images: readonly Leaver[], blocks: Blocks, write: WriteBytes): Promise<void> {
  const pouring = new Pouring(blocks, write);
  await pouring.write(head);
  for (const image of images) await pouring.file(image);
  await pouring.end();
}

/** Files that are read while what was read before them is written. */
class Pouring {
  private before = Promise.resolve();

  constructor(
    private blocks: Blocks,
    private readonly hand: WriteBytes,
  ) {}

  /** Resolves when all before these are written. Throws HttpFailure. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.before;
    this.before = this.hand(bytes);
    this.before.catch(() => undefined); // heard by the next, or at the end
  }

  /** Throws OBJECT_DAMAGED when there is less of it than is known, HttpFailure. */
  async file({ item, hooks }: Leaver): Promise<void> {
    for await (const piece of this.piecesOf(item)) {
      hooks.progress(piece.length);
      await this.write(piece);
    }
  }

  end(): Promise<void> {
    return this.before;
  }

  private async *piecesOf(item: Outgoing): AsyncGenerator<Uint8Array> {
    const { held = null, bytes, sha256 } = item;
    if (held !== null) {
      yield held;
      return;
    }
    const file = await item.openPlaces?.();
    if (!file) {
      yield* item.open() as AsyncIterable<Buffer>;
      return;
    }
    try {
      for (let from = 0; from < bytes;) {
        const [block, other] = this.blocks;
        const { bytesRead } = await file.read(block, 0, Math.min(block.length, bytes - from), from);
        if (bytesRead === 0) throw new FieldboxError('OBJECT_DAMAGED', { sha256 });
        from += bytesRead;
        yield block.subarray(0, bytesRead);
        this.blocks = [other, block]; // the other one is written by now
      }
    } finally {
      await file.close();
    }
  }
}
