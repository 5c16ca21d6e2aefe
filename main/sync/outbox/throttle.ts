import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { RemoteKey } from '@shared/model/ids';
import type { Remote } from '../../archive/outbox/queue';

/** Chunks that one image's stream lets through at a time, so that the cap holds within a second. */
const SLICE = 16 * 1024;

/** One cap for all streams to and from a remote: each waits for its turn. */
export class Throttle {
  private free = performance.now();

  constructor(private readonly bytesPerSecond: number) {}

  /** A stream that lets bytes through no faster than the cap. */
  stream(): Transform {
    const turn = async (bytes: number): Promise<void> => {
      const now = performance.now();
      const start = Math.max(now, this.free);
      this.free = start + (bytes / this.bytesPerSecond) * 1000;
      if (start > now) await wait(start - now);
    };
    return new Transform({
      transform(chunk: Buffer, _encoding, done: TransformCallback) {
        void (async () => {
          for (let at = 0; at < chunk.length; at += SLICE) {
            const slice = chunk.subarray(at, at + SLICE);
            await turn(slice.length);
            this.push(slice);
          }
        })().then(() => done(), done);
      },
    });
  }
}

/** The throttles of remotes that have a cap: one each, whichever way the bytes go and whoever moves them. */
export class Throttles {
  private readonly kept = new Map<RemoteKey, { readonly cap: number; readonly throttle: Throttle }>();

  /** Null: as fast as it goes. */
  of({ remote, policy }: Pick<Remote, 'remote' | 'policy'>): Throttle | null {
    const { bytesPerSecond: cap } = policy;
    if (cap === null) return null;
    const known = this.kept.get(remote);
    if (known?.cap === cap) return known.throttle;
    const throttle = new Throttle(cap);
    this.kept.set(remote, { cap, throttle });
    return throttle;
  }

  /** The bytes, no faster than the remote's cap. */
  slowed(remote: Pick<Remote, 'remote' | 'policy'>, bytes: Readable): Readable {
    const slow = this.of(remote)?.stream();
    if (slow === undefined) return bytes;
    bytes.on('error', (error) => slow.destroy(error));
    return bytes.pipe(slow);
  }
}
