import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { diskError } from '../../platform/durable';
import { answer } from '../../hub/server';
import type { Outgoing } from '../remotes/remote';
import { type BoxRequest, headerOf, malformed, OURS, type RouteParts } from './box-request';
import { deflated } from './deflated';
import { Headers, longOf, MOST_SERVED_BYTES } from './protocol';

/** Below this a deflated body stays under slicebox's limit whatever is in it (RFC 1951: five bytes for each 16 KiB or less). */
const SURELY_FITS = MOST_SERVED_BYTES - 1024 * 1024;

/** `GET outgoing`: one image that was offered. */
export class FetchRoute {
  constructor(private readonly parts: RouteParts) {}

  /** Everything is ready before the first byte goes out: a slicebox loses what breaks off behind a 200. */
  async serve(request: BoxRequest): Promise<void> {
    const number = longOf(request.query, 'transactionid');
    const position = longOf(request.query, 'imageid');
    if (number === undefined || position === undefined) {
      malformed(request);
      return;
    }
    const { response, remote, isFieldbox } = request;
    const served = await this.parts.outbox.fetch(remote, number, position, !isFieldbox);
    if (served === null) {
      const text = `No outgoing image found for transaction id ${String(number)} and outgoing image id ${String(position)}`;
      answer(response, 404, text, OURS);
      return;
    }
    let complete = false;
    try {
      complete = isFieldbox
        ? await this.serveFieldbox(request, served.item)
        : await this.servePlain(request, served.item, number, position);
    } finally {
      await served.done(complete);
    }
  }

  private async serveFieldbox(request: BoxRequest, item: Outgoing): Promise<boolean> {
    const asked = Number(headerOf(request, Headers.offset) ?? 0);
    const offset = Number.isSafeInteger(asked) && asked >= 0 && asked <= item.bytes ? asked : 0;
    const deflates = headerOf(request, Headers.encoding) !== 'identity';
    const headers = {
      ...OURS,
      [Headers.sha256]: item.sha256,
      [Headers.length]: String(item.bytes),
      [Headers.offset]: String(offset),
      [Headers.encoding]: deflates ? 'deflate' : 'identity',
    };
    const body = item.open(offset);
    if (!deflates) return send(request, body, { ...headers, 'content-length': String(item.bytes - offset) });
    return send(request, deflated(body, 1), headers);
  }

  private async servePlain(request: BoxRequest, item: Outgoing, number: number, position: number): Promise<boolean> {
    if (item.bytes <= SURELY_FITS) return send(request, deflated(item.open(), 6), OURS);
    const path = join(this.parts.ctx.paths.incoming, `box-${randomUUID()}.part`);
    try {
      await pipeline(deflated(item.open(), 6), createWriteStream(path), { signal: request.signal });
      const { size } = await stat(path);
      if (size < MOST_SERVED_BYTES)
        return await send(request, createReadStream(path), { ...OURS, 'content-length': String(size) });
      await this.parts.outbox.giveUp(request.remote, number, position, 'REMOTE_TOO_LARGE');
      answer(request.response, 404, 'The image is too large', OURS);
      return false;
    } catch (error) {
      if (request.signal.aborted) return false;
      throw diskError(error);
    } finally {
      await rm(path, { force: true });
    }
  }
}

/** Sends a body; gives whether all of it went out. */
async function send(
  { response, signal }: Pick<BoxRequest, 'response' | 'signal'>,
  body: Readable,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  response.writeHead(200, { 'content-type': 'application/octet-stream', ...headers });
  const sent = pipeline(body, response).then(
    () => true,
    (error: unknown) => {
      response.destroy();
      // The caller has gone: it comes back. Anything else is a fault of ours, and the caller sees a body that is cut.
      if (signal.aborted) return false;
      throw error;
    },
  );
  // An answer whose turn on its connection never came tells nobody that the caller has gone.
  const gone = new Promise<boolean>((resolve) => {
    const end = (): void => {
      body.destroy();
      resolve(response.writableFinished);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  return Promise.race([sent, gone]);
}
