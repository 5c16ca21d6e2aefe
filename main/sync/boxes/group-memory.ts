import { GROUP_BYTES, GROUP_HEAD_BYTES } from './group';

/** Room for any group. */
export const GROUP_MEMORY_BYTES = GROUP_HEAD_BYTES + GROUP_BYTES;

/** Memory is let go when no group has come for so long. */
const KEPT_MS = 10_000;

/**
 * Memory that groups come into, used again for others. New memory for each is cleared by the system piece by piece, and every few of
 * them make the JavaScript engine look through all that it has.
 */
export class GroupMemory {
  private readonly spare: Uint8Array<ArrayBuffer>[] = [];
  private timer: NodeJS.Timeout | null = null;

  /** GROUP_MEMORY_BYTES, with whatever was left in them. */
  take(): Uint8Array<ArrayBuffer> {
    return this.spare.pop() ?? new Uint8Array(new ArrayBuffer(GROUP_MEMORY_BYTES));
  }

  /** For others; what is still with a worker has no bytes here, and is left to it. */
  giveBack(memory: Uint8Array<ArrayBuffer>): void {
    if (memory.length !== GROUP_MEMORY_BYTES) return;
    this.spare.push(memory);
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.spare.length = 0), KEPT_MS).unref();
  }
}
