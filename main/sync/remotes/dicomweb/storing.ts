import type { HttpAnswer, HttpRequest } from '../../http/client';
import { counted } from '../../http/counted';
import { manyParts, onePart } from '../../http/multipart';
import { troubleOf, troubleOfStatus } from '../../http/trouble';
import type { WebSession } from '../../http/web-session';
import type { Outgoing, SendHooks, SendOutcome } from '../remote';
import { isNamed, storedOutcome } from './store-response';

/** Requests at once. */
const REQUESTS = 3;
/** Small images in one request, at most so many and so many bytes. */
const MOST_TOGETHER = 16;
const MOST_BYTES = 4 * 1024 * 1024;
/** Images that may wait here for a request, so that there are some to go together. */
export const WAITING = REQUESTS * MOST_TOGETHER;
// The part's own type stands alone: with a transfer syntax behind it some servers answer 200 and keep nothing.
const PART_TYPE = 'application/dicom';

interface Waiting {
  readonly item: Outgoing;
  readonly hooks: SendHooks;
  /** It goes by itself: what became of it with others was not told. */
  readonly alone: boolean;
  readonly resolve: (outcome: SendOutcome) => void;
}

/**
 * STOW-RS (PS3.18 10.5). Small images that wait at the same moment go in one request, since the answer names each instance; one that
 * it does not name is sent again by itself, and a server that refuses a request of several as a whole gets single ones from then on.
 */
export class Storing {
  private readonly waiting: Waiting[] = [];
  private underWay = 0;
  private together = MOST_TOGETHER;
  private isPlanned = false;

  constructor(
    private readonly web: Pick<WebSession, 'ask'>,
    private readonly path: string,
  ) {}

  store(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    return new Promise((resolve) => {
      this.waiting.push({ item, hooks, alone: false, resolve });
      this.plan();
    });
  }

  /** What is handed in one after the other without waiting goes together. */
  private plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    setImmediate(() => {
      this.isPlanned = false;
      while (this.underWay < REQUESTS && this.waiting.length > 0) void this.send(this.nextGroup());
    });
  }

  private nextGroup(): readonly Waiting[] {
    const group: Waiting[] = [];
    const uids = new Set<string>();
    let bytes = 0;
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const { item } = next;
      const joins = !next.alone && (item.held ?? null) !== null && !uids.has(item.facts.SOPInstanceUID);
      bytes += item.bytes;
      if (group.length > 0 && (!joins || bytes > MOST_BYTES)) break;
      group.push(next);
      uids.add(item.facts.SOPInstanceUID);
      this.waiting.shift();
      if (!joins || group.length >= this.together) break;
    }
    return group;
  }

  private async send(group: readonly Waiting[]): Promise<void> {
    this.underWay += 1;
    try {
      this.take(group, await this.ask(group));
    } catch (error) {
      for (const { resolve } of group) resolve({ kind: 'later', whole: true, trouble: troubleOf(error) });
    } finally {
      this.underWay -= 1;
      this.plan();
    }
  }

  private take(group: readonly Waiting[], answer: HttpAnswer): void {
    const told = group.map(({ item }) => isNamed(answer, item.facts.SOPInstanceUID));
    const isTrouble = troubleOfStatus(answer.status, answer.headers) !== null;
    if (group.length > 1 && !isTrouble && !told.includes(true)) this.together = 1;
    const again: Waiting[] = [];
    group.forEach((one, at) => {
      if (group.length > 1 && !isTrouble && told[at] !== true) again.push({ ...one, alone: true });
      else one.resolve(storedOutcome(answer, one.item.facts.SOPInstanceUID));
    });
    this.waiting.unshift(...again);
  }

  /** Throws HttpFailure. */
  private ask(group: readonly Waiting[]): Promise<HttpAnswer> {
    const [{ item, hooks }] = group as readonly [Waiting];
    const boundary = `fieldbox-${item.sha256.slice(0, 32)}`;
    return this.web.ask({
      method: 'POST',
      path: this.path,
      headers: {
        'content-type': `multipart/related; type="${PART_TYPE}"; boundary=${boundary}`,
        accept: 'application/dicom+json',
      },
      body: bodyOfGroup(group, boundary),
      signal: hooks.signal,
    });
  }
}

function bodyOfGroup(group: readonly Waiting[], boundary: string): HttpRequest['body'] {
  const held = group.flatMap(({ item }) => item.held ?? []);
  if (held.length === group.length) {
    for (const { item, hooks } of group) hooks.progress(item.bytes);
    return manyParts(PART_TYPE, boundary, held);
  }
  const [{ item, hooks }] = group as readonly [Waiting];
  const file = { bytes: item.bytes, open: () => counted(item.open(), (bytes) => hooks.progress(bytes)) };
  return onePart(PART_TYPE, boundary, file);
}
