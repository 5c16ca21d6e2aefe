import type { EngineContext } from '../../archive/context';
import type { QueuedItem } from '../../archive/outbox/queue';

/** Files up to this size are held whole. */
export const MOST_HELD = 256 * 1024;
/** Read by one message to a worker. */
const PORTION = 16;
/** The next ones are read when fewer than these are left. */
const FEW = 8;
/** Portions that workers may be asked for at once: where they have much else to do, no more are heaped up. */
const MOST_ASKED = 2;

/** Bytes that are as many as were stored; hashed: they are the ones that were. */
interface Read {
  readonly bytes: Buffer;
  readonly isHashed: boolean;
}

/**
 * Small files of images that are about to leave as they are stored, read and hashed by a worker some at a time. For one by itself the
 * way to another thread and back costs more than its bytes, and hashing it here would keep this thread from sending. Nobody waits for
 * a worker: what it has not read when its turn comes is read by whoever sends it.
 */
export class ReadAhead {
  /** Null: it is being read. */
  private readonly kept = new Map<QueuedItem, Read | null>();
  private asked = 0;

  constructor(private readonly ctx: Pick<EngineContext, 'pool' | 'objects'>) {}

  /** Looks which of those that come next are to be read now. `isCompared`: the other side compares hashes, so that lengths are enough here. */
  look(next: readonly QueuedItem[], isCompared: boolean): void {
    if (this.kept.size >= FEW || this.asked >= MOST_ASKED) return;
    const chosen: QueuedItem[] = [];
    for (const item of next) {
      if (chosen.length === PORTION) break;
      if (isSmall(item) && !this.kept.has(item)) chosen.push(item);
    }
    if (chosen.length > 0) void this.read(chosen, isCompared);
  }

  /** The bytes of an item that were read and are sound; null when they were not: it is still to be read, and seen what is wrong with it. */
  take(item: QueuedItem, isCompared: boolean): Buffer | null {
    const read = this.kept.get(item) ?? null;
    this.kept.delete(item);
    return read !== null && (read.isHashed || isCompared) ? read.bytes : null;
  }

  private async read(items: readonly QueuedItem[], isCompared: boolean): Promise<void> {
    for (const item of items) this.kept.set(item, null);
    const files = items.map(({ image, bytes }) => ({
      path: this.ctx.objects.path(image),
      bytes,
      sha256: isCompared ? null : image,
    }));
    this.asked += 1;
    const read = await this.ctx.pool.run('readTogether', { files }).catch(() => null); // each is read by itself then
    this.asked -= 1;
    let at = 0;
    items.forEach((item, nth) => {
      const start = at;
      at += item.bytes;
      if (!this.kept.has(item)) return; // its turn has come meanwhile
      if (read?.sound[nth] !== true) {
        this.kept.delete(item);
        return;
      }
      const bytes = Buffer.from(read.whole.buffer, read.whole.byteOffset + start, item.bytes);
      this.kept.set(item, { bytes, isHashed: !isCompared });
    });
  }
}

function isSmall({ bytes, attachment, anonymise }: QueuedItem): boolean {
  return bytes <= MOST_HELD && attachment === null && anonymise === null;
}
