import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { asFieldboxError } from '@shared/errors';
import { answer } from '../../hub/server';
import { type BoxRequest, headerOf, malformed, OURS, type RouteParts } from './box-request';
import type { IncomingPlace } from './incoming-book';
import type { Taken } from './intake';
import type { Partial } from './partial-files';
import { Headers, longOf, WORTH_KEEPING } from './protocol';
import { type BodyEnd, type Encoding, receiveBody, receiveHeld } from './receive-body';

/** What a Fieldbox says of the file it sends; a slicebox says nothing. */
interface Announced {
  readonly sha256: string;
  readonly length: number;
  readonly offset: number;
  readonly encoding: Encoding;
}

/** `POST image`: one image of a transaction. */
export class PushRoute {
  constructor(private readonly parts: RouteParts) {}

  /**
   * Takes an image in. 204 when it is durable; 400 when it never will be (a slicebox takes that for done, and its log says so);
   * 5xx when it is to be sent again.
   */
  async take(request: BoxRequest): Promise<void> {
    const place = placeOf(request);
    if (place === undefined) {
      malformed(request);
      return;
    }
    const announced = request.isFieldbox ? announcedBy(request) : null;
    try {
      if (announced === null) await this.takePlain(request, place);
      else await this.takeAnnounced(request, place, announced);
    } catch (thrown) {
      const { code } = asFieldboxError(thrown);
      if (code === 'INTERNAL') throw thrown;
      request.incoming.resume();
      answer(request.response, code === 'DISK_FULL' ? 507 : 503, '', OURS);
    }
  }

  /** `HEAD image`: how much of a file is here, so that the sender goes on from there. Only a Fieldbox asks. */
  place(request: BoxRequest): void {
    const sha256 = headerOf(request, Headers.sha256);
    if (sha256 === null || !HASH.test(sha256)) {
      malformed(request);
      return;
    }
    const { intake } = this.parts;
    const known = intake.known(sha256) !== undefined;
    const bytes = known ? 0 : intake.partial.bytesOf(request.remote.remote, sha256);
    answer(request.response, 204, '', {
      ...OURS,
      [Headers.offset]: String(bytes),
      ...(known && { [Headers.sha256]: sha256 }),
    });
  }

  private async takePlain(request: BoxRequest, place: IncomingPlace): Promise<void> {
    const { ctx, intake } = this.parts;
    const path = join(ctx.paths.incoming, `box-${randomUUID()}.part`);
    const { incoming, response, remote } = request;
    const end = await receiveBody(incoming, path, { encoding: 'deflate', offset: 0, signal: request.signal });
    incoming.socket.setTimeout(0); // storing may take longer than a line may be silent
    if (end === 'broken') {
      await intake.discard(path);
      response.destroy();
      return;
    }
    if (end === 'whole') answerTaken(request, await intake.take(remote, place, path, null), null);
    else {
      await intake.discard(path);
      answerTaken(request, await intake.reject(remote, place, codeOf(end)), null);
    }
  }

  private async takeAnnounced(request: BoxRequest, place: IncomingPlace, announced: Announced): Promise<void> {
    const { intake } = this.parts;
    const { remote, incoming } = request;
    const { sha256, length, offset } = announced;
    const partial = await intake.partial.claim(remote.remote, sha256, request.signal);
    if (partial === null) return; // the caller has gone
    try {
      // It came over another connection meanwhile.
      if (intake.known(sha256) !== undefined) {
        incoming.resume();
        await intake.discard(partial.path);
        answerTaken(request, await intake.takeKnown(remote, place, sha256), sha256);
        return;
      }
      if (partial.bytes < offset || offset > length) {
        incoming.resume();
        answer(request.response, 409, '', { ...OURS, [Headers.offset]: String(partial.bytes) });
        return;
      }
      await this.takeInto(partial, request, place, announced);
    } finally {
      partial.release();
    }
  }

  private async takeInto(
    partial: Partial,
    request: BoxRequest,
    place: IncomingPlace,
    { sha256, length, offset, encoding }: Announced,
  ): Promise<void> {
    const { intake } = this.parts;
    const { remote, incoming, response } = request;
    const signal = AbortSignal.any([request.signal, partial.displaced]);
    const options = { encoding, offset, signal, most: length, moves: partial.moves };
    const isHeld = offset === 0 && partial.bytes === 0 && length < WORTH_KEEPING;
    const came = isHeld
      ? await receiveHeld(incoming, options)
      : { end: await receiveBody(incoming, partial.path, options), held: undefined };
    const { end, held } = came;
    incoming.socket.setTimeout(0);
    if (end === 'broken') {
      response.destroy(); // what came stays, and the sender asks for it
      return;
    }
    if (end !== 'whole' || (held?.length ?? intake.partial.bytesOf(remote.remote, sha256)) !== length) {
      await intake.discard(partial.path);
      answer(response, 409, '', { ...OURS, [Headers.offset]: '0' });
      return;
    }
    const from = performance.now();
    try {
      const taken = await intake.take(remote, place, partial.path, sha256, held);
      answerTaken(request, taken, sha256, { [Headers.took]: String(Math.round(performance.now() - from)) });
    } catch (thrown) {
      if (asFieldboxError(thrown).code !== 'OBJECT_DAMAGED') throw thrown;
      answer(response, 409, '', { ...OURS, [Headers.offset]: '0' });
    }
  }
}

const HASH = /^[0-9a-f]{64}$/;

function placeOf({ query, remote }: BoxRequest): IncomingPlace | undefined {
  const number = longOf(query, 'transactionid');
  const sequence = longOf(query, 'sequencenumber');
  const total = longOf(query, 'totalimagecount');
  if (number === undefined || sequence === undefined || total === undefined) return undefined;
  return { remote: remote.remote, number, way: 'brought', sequence, total };
}

function announcedBy(request: BoxRequest): Announced | null {
  const sha256 = headerOf(request, Headers.sha256) ?? '';
  const length = Number(headerOf(request, Headers.length) ?? Number.NaN);
  const offset = Number(headerOf(request, Headers.offset) ?? Number.NaN);
  const encoding = headerOf(request, Headers.encoding) === 'identity' ? 'identity' : 'deflate';
  const isNumbers = Number.isSafeInteger(length) && Number.isSafeInteger(offset) && offset >= 0;
  return HASH.test(sha256) && isNumbers ? { sha256, length, offset, encoding } : null;
}

function codeOf(end: Exclude<BodyEnd, 'whole' | 'broken'>): 'NOT_DICOM' | 'FILE_TOO_LARGE' {
  return end === 'tooLarge' ? 'FILE_TOO_LARGE' : 'NOT_DICOM';
}

function answerTaken(
  { response }: BoxRequest,
  { rejected }: Taken,
  sha256: string | null,
  more: Readonly<Record<string, string>> = {},
): void {
  const headers = { ...OURS, ...more };
  if (rejected === null)
    answer(response, 204, '', { ...headers, ...(sha256 !== null && { [Headers.sha256]: sha256 }) });
  else answer(response, 400, 'The image was rejected', { ...headers, [Headers.rejected]: rejected });
}
