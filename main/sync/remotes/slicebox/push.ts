import { deflated } from '../../boxes/deflated';
import { GroupAnswer, type GroupResult } from '../../boxes/group';
import { BOX_CONNECTIONS, FAST_CONNECTIONS, Headers, wireNumber, WORTH_KEEPING } from '../../boxes/protocol';
import { bodyOf, counted } from '../../http/counted';
import type { HttpAnswer } from '../../http/client';
import { jsonOf } from '../../http/json';
import { troubleOf, troubleOfStatus } from '../../http/trouble';
import type { Outgoing, SendHooks, SendOutcome } from '../remote';
import type { Leaver } from '../waiting';
import { sliceboxKeeps } from './accepted';
import { type BoxClient, troubleOfBox } from './box-client';
import { groupBody, GroupBlocks } from './group-body';
import { LinkSpeed } from './link-speed';
import { PushRow, WAITING } from './push-row';

/** Kept for an item from its first byte on: a later try knows that there was one. */
const BEGUN = 'begun';
/**
 * From WORTH_KEEPING on over a slow link, and from this on over a fast one, it is worth a question whether the image, or a part of
 * it, is there already.
 */
const WORTH_ASKING_FAST = 64 * 1024 * 1024;
/** Over a fast link it is kept that smaller files were begun, too: the next try may be over a slow one. */
const WORTH_NOTING_FAST = 1024 * 1024;
/** How often a transfer is begun anew because the other side has another part of it than we thought. */
const MOST_STARTS = 3;
/** Images up to this size go together with others. */
const SMALL = 2 * 1024 * 1024;

/** Sends images to a box: one by one as slicebox does it, or with resume and hash, and small ones together, to a Fieldbox. */
export class Pusher {
  private readonly link = new LinkSpeed();
  private readonly blocks = new GroupBlocks();
  /** It has refused a group as a whole. */
  private singly = false;
  private readonly row = new PushRow({
    places: () => this.connections,
    mayJoin: ({ item, hooks }) => this.sendsGroups && item.bytes <= SMALL && hooks.resume === null,
    send: ({ item, hooks }) => this.toFieldbox(item, hooks).catch((error: unknown) => afterFailure(item, error)),
    sendGroup: (images) => this.groupToFieldbox(images),
  });

  constructor(private readonly box: BoxClient) {}

  /** How many images may be under way at once. */
  get parallel(): number {
    return this.box.isFieldbox === true && this.sendsGroups ? WAITING : this.connections;
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    if (this.box.isFieldbox === true) return this.row.send({ item, hooks });
    try {
      return await this.toSlicebox(item, hooks);
    } catch (error) {
      return { kind: 'later', whole: true, trouble: troubleOf(error) };
    }
  }

  /** How many requests may be under way at once. */
  private get connections(): number {
    return this.box.isFieldbox === true && this.link.isFast ? FAST_CONNECTIONS : BOX_CONNECTIONS;
  }

  /** Only where a group takes a moment: of one that breaks off nothing is kept, and a pause is not to wait for it. */
  private get sendsGroups(): boolean {
    return this.box.takesGroups && this.link.isFast && !this.singly && !this.box.isCapped;
  }

  private async toSlicebox(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    if (!sliceboxKeeps(item.facts)) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
    hooks.keepPlace(BEGUN);
    const answer = await this.box.ask({
      method: 'POST',
      path: imagePath(item),
      headers: { 'content-type': 'application/octet-stream' },
      body: {
        open: () =>
          deflated(
            counted(item.open(), (bytes) => hooks.progress(bytes)),
            6,
          ),
      },
      signal: hooks.signal,
      idleMs: 600_000, // it answers when the image is stored, and has ten minutes for that by its own settings
    });
    return this.outcomeOf(item, answer, hooks);
  }

  private async outcomeOf(item: Outgoing, answer: HttpAnswer, hooks: SendHooks): Promise<SendOutcome> {
    if (answer.status === 204) return { kind: 'arrived', proof: null };
    // Up to 1.6 a bad image is refused; 2.x says 204 to everything.
    if (answer.status === 400) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
    // Up to 1.3 an image of a transaction that has failed there is a fault of the server.
    if (answer.status === 500 && (await this.box.status(wireNumber(item.number), hooks.signal)) === 'FAILED')
      return { kind: 'refused', code: 'BOX_FAILED_THERE' };
    if (answer.status === 413) return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
    return { kind: 'later', whole: true, trouble: troubleOfBox(answer.status, answer.headers) };
  }

  private async toFieldbox(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    let offset = 0;
    const { isFast } = this.link;
    const isWorthAsking = item.bytes >= (isFast ? WORTH_ASKING_FAST : WORTH_KEEPING);
    const isWorthNoting = item.bytes >= (isFast ? WORTH_NOTING_FAST : WORTH_KEEPING);
    if (hooks.resume !== null || isWorthAsking) offset = await this.placeOf(item, hooks.signal);
    for (let start = 1; ; start += 1) {
      if (start > 1 || isWorthNoting) hooks.keepPlace(BEGUN);
      const answer = await this.sendFrom(item, offset, hooks);
      if (answer.status !== 409 || start === MOST_STARTS) return outcomeOfFieldbox(item, answer);
      const unfit = await item.examine();
      if (unfit !== null) return unfit;
      offset = offsetIn(answer, item);
    }
  }

  private async sendFrom(item: Outgoing, offset: number, hooks: SendHooks): Promise<HttpAnswer> {
    const encoding = this.link.encodingOf(item.facts.TransferSyntaxUID);
    const moved = (bytes: number): void => hooks.progress(bytes);
    const from = performance.now();
    const answer = await this.box.ask({
      method: 'POST',
      path: imagePath(item),
      headers: {
        'content-type': 'application/octet-stream',
        [Headers.sha256]: item.sha256,
        [Headers.length]: String(item.bytes),
        [Headers.offset]: String(offset),
        [Headers.encoding]: encoding,
      },
      body:
        encoding === 'identity'
          ? bodyOf(item, moved, offset)
          : { open: () => deflated(counted(item.open(offset), moved), 1) },
      signal: hooks.signal,
      idleMs: 600_000,
    });
    if (answer.status === 204) this.link.note(item.bytes - offset, performance.now() - from - tookThere(answer));
    return answer;
  }

  /** What became of each image; null where it is to go by itself. Throws HttpFailure. */
  private async groupToFieldbox(images: readonly Leaver[]): Promise<readonly (SendOutcome | null)[]> {
    const { headers, body, signal } = groupBody(images, this.blocks);
    const from = performance.now();
    const answer = await this.askWithGroup({ method: 'POST', path: '/images', headers, body, signal, idleMs: 600_000 });
    if (answer.status !== 200) {
      // An older Fieldbox has come in its place, or something in between takes nothing so large; what passes shows with each image.
      if (answer.status < 500) this.singly = true;
      return images.map(() => null);
    }
    const results = jsonOf(answer, GroupAnswer, 'images').images;
    this.link.note(body.bytes, performance.now() - from - tookThere(answer));
    return images.map(({ item }, at) => outcomeInGroup(item, results[at]));
  }

  private async askWithGroup(request: Parameters<BoxClient['ask']>[0]): Promise<HttpAnswer> {
    try {
      return await this.box.ask(request);
    } catch (error) {
      this.link.forget();
      throw error;
    }
  }

  /** How much of an image is there already. Throws HttpFailure. */
  private async placeOf(item: Outgoing, signal: AbortSignal): Promise<number> {
    const answer = await this.box.ask({
      method: 'HEAD',
      path: imagePath(item),
      headers: { [Headers.sha256]: item.sha256 },
      signal,
    });
    if (answer.status !== 204) return 0;
    return answer.headers[Headers.sha256] === item.sha256 ? item.bytes : offsetIn(answer, item);
  }
}

/** It broke off: by the link, or because the file here cannot be read or is not what was stored any more. */
async function afterFailure(item: Outgoing, error: unknown): Promise<SendOutcome> {
  return (await item.examine()) ?? { kind: 'later', whole: true, trouble: troubleOf(error) };
}

/** What an answer to a group says of one image of it: what it would say to it alone. Null where it is to go by itself. */
function outcomeInGroup(item: Outgoing, result: GroupResult | undefined): SendOutcome | null {
  if (result === undefined || result.status === 409) return null;
  const { status, sha256, rejected } = result;
  return outcomeOfFieldbox(item, { status, headers: { [Headers.sha256]: sha256, [Headers.rejected]: rejected } });
}

function outcomeOfFieldbox(item: Outgoing, { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>): SendOutcome {
  if (status === 204 && headers[Headers.sha256] === item.sha256)
    return { kind: 'arrived', proof: { kind: 'hash', note: 'SHA-256' } };
  if (status === 400 && headers[Headers.rejected] !== undefined) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
  // A proxy before it takes nothing so large.
  if (status === 413) return { kind: 'refused', code: 'REMOTE_TOO_LARGE' };
  // Something in between spoke, or the bytes never came out right: tried again later, from the start.
  if (status === 204 || status === 409) return { kind: 'later', whole: false, trouble: { code: 'REMOTE_CUT' } };
  const whole = troubleOfStatus(status, headers) !== null;
  return { kind: 'later', whole, trouble: troubleOfBox(status, headers) };
}

/** Milliseconds the other side was busy with an image after it had come; 0 when it does not say. */
function tookThere({ headers }: HttpAnswer): number {
  const ms = Number(headers[Headers.took] ?? 0);
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

function imagePath({ number, position, total }: Outgoing): string {
  return `/image?transactionid=${String(wireNumber(number))}&sequencenumber=${String(position)}&totalimagecount=${String(total)}`;
}

function offsetIn({ headers }: HttpAnswer, item: Outgoing): number {
  const offset = Number(headers[Headers.offset]);
  return Number.isSafeInteger(offset) && offset > 0 && offset <= item.bytes ? offset : 0;
}
