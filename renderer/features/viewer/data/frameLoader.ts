import { z } from 'zod';
import { FieldboxError, isErrorCode } from '@shared/errors';
import { ByteCache } from '../math/byteCache';
import { parseFrame, type Frame } from './frameCodec';

/** Names one frame of one image. */
export interface FrameRef {
  readonly image: string;
  readonly frame: number;
}

/** Key of a frame in the cache and in lists. */
export function frameKey(ref: FrameRef): string {
  return `${ref.image}/${ref.frame}`;
}

export type FetchFrame = (ref: FrameRef, signal: AbortSignal) => Promise<Frame>;

const Failure = z.object({
  code: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});
const FailureBody = z.union([Failure, z.object({ error: Failure }).transform((body) => body.error)]);

/** The error an answer other than 200 carries as JSON; INTERNAL if it carries none that this version knows. */
export async function failureOf(response: Response): Promise<FieldboxError> {
  const text = await response.text();
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch (error) {
    return new FieldboxError('INTERNAL', {}, error);
  }
  const parsed = FailureBody.safeParse(body);
  if (!parsed.success || !isErrorCode(parsed.data.code)) return new FieldboxError('INTERNAL', {}, text);
  return new FieldboxError(parsed.data.code, parsed.data.details);
}

/**
 * Gets one frame over the app's protocol.
 * @throws FieldboxError with the code of the answer, e.g. PIXELS_UNSUPPORTED.
 */
export async function fetchFrame(ref: FrameRef, signal: AbortSignal): Promise<Frame> {
  const response = await fetch(`fieldbox://image/${ref.image}/frame/${ref.frame}`, { signal });
  if (!response.ok) throw await failureOf(response);
  return parseFrame(await response.arrayBuffer());
}

interface Running {
  readonly controller: AbortController;
  readonly promise: Promise<Frame>;
}

/** How many frames are asked for at once ahead of need; the decoders share two to four cores with everything else. */
const AT_ONCE = 2;

/**
 * Frames on demand with a bounded cache. `want` names the frame to show and those that may come next; whatever was
 * under way and is in neither is cancelled.
 */
export class FrameLoader {
  readonly #fetch: FetchFrame;
  readonly #cache: ByteCache<Frame>;
  readonly #budget: number;
  readonly #running = new Map<string, Running>();
  #queue: readonly FrameRef[] = [];
  /** Of the queue: what was started since the last `want`, so that what fails or is put out is not asked for in a circle. */
  readonly #tried = new Set<string>();
  #closed = false;

  constructor(budget: number, fetch: FetchFrame = fetchFrame) {
    this.#budget = budget;
    this.#cache = new ByteCache<Frame>(budget);
    this.#fetch = fetch;
  }

  /** A frame that is already here. */
  peek(ref: FrameRef): Frame | undefined {
    return this.#cache.get(frameKey(ref));
  }

  /**
   * Loads a frame and then those ahead, nearest first. Rejects with an AbortError if a later call no longer wants it.
   */
  want(now: FrameRef, ahead: readonly FrameRef[]): Promise<Frame> {
    const kept = new Set([now, ...ahead].map(frameKey));
    for (const [key, running] of this.#running) {
      if (!kept.has(key)) {
        this.#running.delete(key);
        running.controller.abort();
      }
    }
    this.#queue = ahead;
    this.#tried.clear();
    const cached = this.#cache.get(frameKey(now));
    const promise = cached ? Promise.resolve(cached) : this.#start(now);
    if (cached) this.#pump(cached.bytes);
    return promise;
  }

  /** Cancels everything and lets go of all frames. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    for (const running of this.#running.values()) running.controller.abort();
    this.#running.clear();
    this.#cache.clear();
  }

  #start(ref: FrameRef): Promise<Frame> {
    const key = frameKey(ref);
    const already = this.#running.get(key);
    if (already) return already.promise;
    const controller = new AbortController();
    const promise = this.#fetch(ref, controller.signal).then(
      (frame) => {
        if (controller.signal.aborted) throw new DOMException('No longer wanted', 'AbortError');
        this.#finish(key, controller);
        this.#cache.set(key, frame, frame.bytes);
        this.#pump(frame.bytes);
        return frame;
      },
      (error: unknown) => {
        this.#finish(key, controller);
        throw error;
      },
    );
    this.#running.set(key, { controller, promise });
    return promise;
  }

  #finish(key: string, controller: AbortController): void {
    if (this.#running.get(key)?.controller === controller) this.#running.delete(key);
  }

  /** Starts what is next in the queue, as long as all that is ahead fits into half the budget. */
  #pump(bytesEach: number): void {
    if (this.#closed) return;
    const room = Math.floor(this.#budget / 2 / Math.max(bytesEach, 1));
    const reachable = this.#queue.slice(0, room);
    while (this.#running.size < AT_ONCE) {
      const next = reachable.find((ref) => {
        const key = frameKey(ref);
        return !this.#tried.has(key) && !this.#cache.has(key) && !this.#running.has(key);
      });
      if (!next) return;
      this.#tried.add(frameKey(next));
      this.#start(next).catch(() => {
        // Whoever comes to this frame asks again and is told why it failed.
        this.#pump(bytesEach);
      });
    }
  }
}
