import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

/** Chunks that one image's stream lets through at a time, so that the cap holds within a second. */
const SLICE = 16 * 1024;

/** One cap for all streams to a remote: each waits for its turn. */
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
