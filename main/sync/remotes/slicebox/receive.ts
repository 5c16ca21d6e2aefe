import type { IncomingHttpHeaders } from 'node:http';
import { rm } from 'node:fs/promises';
import { FieldboxError } from '@shared/errors';
import { BOX_CONNECTIONS, Headers, POLL_IMAGES, PollAnswer, type TransactionImage } from '../../boxes/protocol';
import { type BodyEnd, type Encoding, receiveBody } from '../../boxes/receive-body';
import { jsonOf } from '../../http/json';
import { HttpFailure, troubleOf } from '../../http/trouble';
import type { HttpAnswer, HttpStream } from '../../http/client';
import type { IncomingAnswer, IncomingFile, IncomingHands, IncomingImage, Trouble } from '../remote';
import { type BoxClient, troubleOfBox } from './box-client';

/** What became of one image that was offered. */
type Fetched =
  | { readonly kind: 'done' }
  /** It will never be taken; a slicebox is told when nothing else of its transaction is left. */
  | { readonly kind: 'rejected' }
  /** It broke off; offered again. */
  | { readonly kind: 'later' };

/** Fetches what a box has ready for this archive. */
export class BoxReceiver {
  /** Images of a slicebox that will never be taken: offered again and again until their transaction is given up. */
  private readonly rejected = new Map<string, string>();

  constructor(private readonly box: BoxClient) {}

  /** Until nothing new is offered. One image that breaks off does not keep the others; the first trouble with the box ends it. */
  async receive(hands: IncomingHands, signal: AbortSignal): Promise<Trouble | null> {
    const put = new Set<string>();
    try {
      for (;;) {
        const offered = await this.offered(POLL_IMAGES + this.rejected.size + put.size, signal);
        const next = offered.filter((entry) => !this.rejected.has(nameOf(entry)) && !put.has(nameOf(entry)));
        if (next.length > 0) await this.fetchAll(next, hands, put, signal);
        await this.giveUp(offered, signal);
        if (next.length === 0) return null;
      }
    } catch (error) {
      if (error instanceof HttpFailure) return error.trouble;
      throw error;
    }
  }

  private async offered(most: number, signal: AbortSignal): Promise<readonly TransactionImage[]> {
    const answer = await this.box.ask({
      method: 'GET',
      path: `/outgoing/poll?n=${String(most)}`,
      signal,
      idleMs: 20_000,
    });
    if (answer.status === 404) return [];
    if (answer.status !== 200) throw new HttpFailure(troubleOfBox(answer.status, answer.headers));
    return jsonOf(answer, PollAnswer, 'outgoing/poll');
  }

  private async fetchAll(
    entries: readonly TransactionImage[],
    hands: IncomingHands,
    put: Set<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const queue = [...entries];
    let failed = false;
    const lane = async (): Promise<void> => {
      for (let entry = queue.shift(); entry !== undefined && !failed; entry = queue.shift()) {
        try {
          const fetched = await this.fetchOne(entry, hands, signal);
          if (fetched.kind === 'later') put.add(nameOf(entry));
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: BOX_CONNECTIONS }, lane));
    const broken = lanes.find((one) => one.status === 'rejected');
    if (broken !== undefined) throw broken.reason;
  }

  private async fetchOne(entry: TransactionImage, hands: IncomingHands, signal: AbortSignal): Promise<Fetched> {
    const isFieldbox = this.box.isFieldbox === true;
    const { transaction, image } = entry;
    const place: IncomingImage = {
      number: transaction.id,
      sequence: image.sequenceNumber,
      total: transaction.totalImageCount,
    };
    // A slicebox always sends the whole: what broke off is of no use then.
    const file = await hands.file(isFieldbox ? `${String(transaction.id)}-${String(image.id)}` : null);
    try {
      const answer = await this.box.open({
        method: 'GET',
        path: `/outgoing?transactionid=${String(transaction.id)}&imageid=${String(image.id)}`,
        headers: isFieldbox ? { [Headers.offset]: String(file.bytes) } : {},
        signal,
        idleMs: 600_000,
      });
      if (answer.status !== 200) return await this.without(entry, answer);
      const { end, sha256 } = await read(answer, file, signal);
      if (end === 'broken') return { kind: 'later' };
      return await this.hand(entry, hands, place, file, end, sha256, signal);
    } catch (error) {
      // Bytes other than announced: they are gone, and it begins anew with the next offer.
      if (error instanceof FieldboxError && error.code === 'OBJECT_DAMAGED') return { kind: 'later' };
      throw error;
    } finally {
      file.release();
      if (!isFieldbox) await rm(file.path, { force: true });
    }
  }

  /** There is no image to fetch: 404 and 400 mean that there never will be one, and are acknowledged as slicebox does. */
  private async without(entry: TransactionImage, answer: HttpStream): Promise<Fetched> {
    answer.body.resume();
    // A fault with this image does not keep the others; one of the whole box shows at the next poll.
    if (answer.status >= 500) return { kind: 'later' };
    if (answer.status !== 404 && answer.status !== 400)
      throw new HttpFailure(troubleOfBox(answer.status, answer.headers));
    await this.done(entry, {});
    return { kind: 'done' };
  }

  private async hand(
    entry: TransactionImage,
    hands: IncomingHands,
    place: IncomingImage,
    file: IncomingFile,
    end: Exclude<BodyEnd, 'broken'>,
    sha256: string | null,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const taken = end === 'whole' ? await hands.take(place, file.path, sha256) : await hands.reject(place, codeOf(end));
    if (taken.rejected !== null) {
      if (sha256 !== null) await this.done(entry, { [Headers.rejected]: taken.rejected });
      else this.rejected.set(nameOf(entry), taken.rejected);
      return { kind: 'rejected' };
    }
    if (sha256 !== null) await this.done(entry, { [Headers.sha256]: sha256 });
    else await this.doneToSlicebox(entry, taken, signal);
    return { kind: 'done' };
  }

  /** The count of what has come stands in the entry that goes back; with the last one the transaction is finished. */
  private async doneToSlicebox(entry: TransactionImage, taken: IncomingAnswer, signal: AbortSignal): Promise<void> {
    const { transaction } = entry;
    await this.done({ ...entry, transaction: { ...transaction, sentImageCount: taken.received } }, {});
    if (taken.received >= transaction.totalImageCount) await this.box.setStatus(transaction.id, 'FINISHED', signal);
  }

  /** Not to be broken off: what is stored is also said to be. */
  private async done(entry: TransactionImage, headers: Readonly<Record<string, string>>): Promise<void> {
    const answer = await this.post('/outgoing/done', entry, headers);
    const isHeard = (answer.status >= 200 && answer.status < 300) || answer.status === 400 || answer.status === 404;
    if (!isHeard) throw new HttpFailure(troubleOfBox(answer.status, answer.headers));
  }

  /** Tells a slicebox of transactions of which only images are left that are never taken: they fail there, and are offered no more. */
  private async giveUp(offered: readonly TransactionImage[], signal: AbortSignal): Promise<void> {
    const byTransaction = new Map<number, TransactionImage[]>();
    for (const entry of offered) {
      const others = byTransaction.get(entry.transaction.id) ?? [];
      byTransaction.set(entry.transaction.id, [...others, entry]);
    }
    for (const entries of byTransaction.values()) {
      const [first] = entries;
      const why = first === undefined ? undefined : this.rejected.get(nameOf(first));
      if (first === undefined || why === undefined || !entries.every((entry) => this.rejected.has(nameOf(entry))))
        continue;
      signal.throwIfAborted();
      const answer = await this.post('/outgoing/failed', {
        transactionImage: first,
        message: `Image rejected: ${why}`,
      });
      if (answer.status >= 500) throw new HttpFailure(troubleOfBox(answer.status, answer.headers));
      for (const entry of entries) this.rejected.delete(nameOf(entry));
    }
  }

  private post(path: string, value: unknown, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return this.box.ask({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(value),
      signal: AbortSignal.timeout(60_000),
    });
  }
}

async function read(
  { headers, body }: HttpStream,
  file: IncomingFile,
  signal: AbortSignal,
): Promise<{ readonly end: BodyEnd; readonly sha256: string | null }> {
  const sha256 = textOf(headers, Headers.sha256);
  const length = Number(textOf(headers, Headers.length) ?? Number.NaN);
  const offset = sha256 === null ? 0 : Number(textOf(headers, Headers.offset) ?? 0);
  const encoding: Encoding =
    sha256 !== null && textOf(headers, Headers.encoding) === 'identity' ? 'identity' : 'deflate';
  try {
    const most = Number.isSafeInteger(length) ? { most: length } : {};
    return { end: await receiveBody(body, file.path, { encoding, offset, signal, ...most }), sha256 };
  } catch (error) {
    if (error instanceof FieldboxError) throw error;
    throw new HttpFailure(troubleOf(error), error);
  }
}

function textOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

function codeOf(end: 'notDeflated' | 'tooLarge'): 'NOT_DICOM' | 'FILE_TOO_LARGE' {
  return end === 'tooLarge' ? 'FILE_TOO_LARGE' : 'NOT_DICOM';
}

function nameOf({ transaction, image }: TransactionImage): string {
  return `${String(transaction.id)}/${String(image.id)}`;
}
