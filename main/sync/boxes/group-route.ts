import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import { answer, answerJson } from '../../hub/server';
import { type BoxRequest, headerOf, malformed, OURS, type RouteParts } from './box-request';
import { GROUP_BYTES, GROUP_HEAD_BYTES, GroupHead, type GroupResult } from './group';
import { GROUP_MEMORY_BYTES, GroupMemory } from './group-memory';
import type { GroupedImage, Taken } from './intake';
import { Headers } from './protocol';
import { Room } from './room';

/** Groups are held in memory until they are stored: so much of it at once, whoever sends them. */
const MOST_HELD_BYTES = 4 * GROUP_MEMORY_BYTES;
/** Groups go over fast links only: one that does not come within this time keeps others from the room it has. */
const COMING_MS = 30_000;

/** `POST images`: several small images at one go, between two Fieldboxes. */
export class GroupRoute {
  private readonly room = new Room(MOST_HELD_BYTES);
  private readonly memory = new GroupMemory();

  constructor(private readonly parts: Pick<RouteParts, 'intake'>) {}

  /**
   * Takes a group in. 200 with an entry for each image when those that are said to be taken are durable; 413 when it is larger than
   * a group may be, 400 when it is none; 5xx when nothing of it can be taken now. After any of the latter the images may come singly.
   */
  async take(request: BoxRequest): Promise<void> {
    const { incoming, response } = request;
    const bytes = Number(headerOf(request, 'content-length') ?? Number.NaN);
    const head = Number(headerOf(request, Headers.head) ?? Number.NaN);
    if (!request.isFieldbox || !Number.isSafeInteger(bytes) || !Number.isSafeInteger(head) || head < 0) {
      malformed(request);
      return;
    }
    if (head > GROUP_HEAD_BYTES || bytes - head > GROUP_BYTES) {
      incoming.resume();
      answer(response, 413, `A group has at most ${String(GROUP_BYTES)} bytes.`, OURS);
      return;
    }
    const leave = await this.room.enter(GROUP_MEMORY_BYTES, request.signal);
    if (leave === null) return; // the caller has gone
    const memory = this.memory.take();
    try {
      await this.takeHeld(request, memory, bytes, head);
    } finally {
      this.memory.giveBack(memory);
      leave();
    }
  }

  private async takeHeld(
    request: BoxRequest,
    memory: Uint8Array<ArrayBuffer>,
    bytes: number,
    head: number,
  ): Promise<void> {
    const { incoming, response } = request;
    const whole = memory.subarray(0, bytes);
    const isWhole = await fills(whole, incoming, AbortSignal.any([request.signal, AbortSignal.timeout(COMING_MS)]));
    incoming.socket.setTimeout(0); // storing may take longer than a line may be silent
    if (!isWhole) {
      response.destroy(); // nothing of it is kept: the images come again
      return;
    }
    const images = imagesIn(whole, head, request);
    if (images === null) {
      answer(response, 400, 'The group is malformed', OURS);
      return;
    }
    try {
      const from = performance.now();
      const taken = { images: await this.results(request, memory, images) };
      answerJson(response, taken, { ...OURS, [Headers.took]: String(Math.round(performance.now() - from)) });
    } catch (thrown) {
      const { code } = asFieldboxError(thrown);
      if (code === 'INTERNAL') throw thrown;
      answer(response, statusOf(code), '', OURS);
    }
  }

  private async results(
    { remote }: BoxRequest,
    memory: Uint8Array<ArrayBuffer>,
    images: readonly GroupedImage[],
  ): Promise<GroupResult[]> {
    const { intake } = this.parts;
    const giveBack = (used: Uint8Array<ArrayBuffer>): void => this.memory.giveBack(used);
    const taken = await intake.takeGroup(remote, { whole: memory, giveBack }, images);
    return images.map(({ sha256 }, at) => {
      const result = resultOf(taken[at] ?? new FieldboxError('INTERNAL'), sha256);
      if (result.status === 204) intake.partial.forget(remote.remote, sha256);
      return result;
    });
  }
}

function resultOf(taken: Taken | FieldboxError, sha256: string): GroupResult {
  if (taken instanceof FieldboxError) return { status: statusOf(taken.code) };
  return taken.rejected === null ? { status: 204, sha256 } : { status: 400, rejected: taken.rejected };
}

/** What is answered to what may pass. A fault of ours shows where the image comes by itself. */
function statusOf(code: FieldboxError['code']): number {
  if (code === 'OBJECT_DAMAGED' || code === 'INTERNAL') return 409;
  return code === 'DISK_FULL' ? 507 : 503;
}

/** Takes a body in; false when it has other than so many bytes, or the signal ends before. */
async function fills(whole: Uint8Array, incoming: IncomingMessage, signal: AbortSignal): Promise<boolean> {
  let at = 0;
  const take = (chunk: Buffer): void => {
    whole.set(chunk, at);
    at += chunk.length;
  };
  incoming.on('data', take);
  try {
    await finished(incoming, { signal, writable: false });
    return at === whole.length;
  } catch {
    return false;
  } finally {
    incoming.off('data', take); // the memory is used for others
  }
}

/** The images that a group says it has; null when it is not as it says. */
function imagesIn(whole: Uint8Array, head: number, { remote }: BoxRequest): readonly GroupedImage[] | null {
  const parsed = GroupHead.safeParse(jsonIn(whole.subarray(0, head)));
  if (!parsed.success) return null;
  let start = head;
  const images = parsed.data.images.map(({ transaction, sequence, total, sha256, bytes }): GroupedImage => {
    const place = { remote: remote.remote, number: transaction, way: 'brought' as const, sequence, total };
    const image = { place, sha256, start, bytes };
    start += bytes;
    return image;
  });
  return start === whole.length ? images : null;
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return undefined; // no JSON: it does not fit the schema either
  }
}
