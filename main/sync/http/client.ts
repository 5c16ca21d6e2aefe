import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline as pipeStreams, type Readable, type Transform } from 'node:stream';
import { connect as tlsConnect, type PeerCertificate, TLSSocket } from 'node:tls';
import { HttpFailure, troubleOf } from './trouble';

/** How long it may take to be connected, and how long nothing at all may move, before the other side counts as silent. */
const CONNECT_MS = 15_000;
const IDLE_MS = 45_000;
/** More than this is not swallowed by a connection that the server had closed before: it broke on the way. */
const STALE_BYTES = 1024 * 1024;
const MOST_ANSWER_BYTES = 32 * 1024 * 1024;

export interface HttpClientOptions {
  /** SHA-256 of the only certificate that is accepted; null: what the system trusts. */
  readonly certificate: string | null;
  /** What is shown of this side to a server that asks for it; left out: nothing. */
  readonly own?: { readonly key: string; readonly certificate: string } | null;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sockets at once. */
  readonly sockets?: number;
  readonly connectMs?: number;
  /** The most that any request may be silent, also where it asks for more. */
  readonly idleMs?: number;
  /** What answers go through so that they come no faster than the remote's cap; null: as they come. */
  readonly throttle?: () => Slowing | null;
}

/** Makes streams that let bytes through no faster than a cap. */
export interface Slowing {
  stream(): Transform;
}

/** A body that is read while it is sent. */
export interface HttpBody {
  open(): Readable;
  readonly bytes?: number;
}

/** A body that is written from memory which is used again. */
export interface PouredBody {
  readonly bytes: number;
  /** Writes all of it, one write after the other; what `write` was given may be changed when it has answered. Throws what `write` throws. */
  pour(write: WriteBytes): Promise<void>;
}

export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'PATCH';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text, bytes, or what can be sent again: with `bytes` it is sent with Content-Length, without it in chunks. */
  readonly body?: string | Uint8Array | HttpBody | PouredBody | undefined;
  readonly signal: AbortSignal;
  /** Most bytes of the answer that are taken into memory. */
  readonly mostBytes?: number;
  /** For servers that work long on an answer. */
  readonly idleMs?: number;
  /** Doing it twice would do harm: it is never sent again by itself, also not when a kept connection turns out to be closed (RFC 9110 9.2.2). */
  readonly once?: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  /** Reason phrase (RFC 9112 4): some servers say in it what they say nowhere else. */
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer whose body is read as it comes. */
export interface HttpStream {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/**
 * HTTP/1.1 to one remote: streams in both directions without holding them in memory, keeps connections open, accepts one pinned
 * certificate if told so, never follows a redirect, and takes silence for an end. Every failure is an HttpFailure.
 */
export class HttpClient {
  private readonly plain: HttpAgent;
  private readonly secure: HttpsAgent;
  /** Connections that have been made, and looked at. */
  private readonly made = new WeakSet<Socket>();

  constructor(private readonly options: HttpClientOptions) {
    const shared = { keepAlive: true, maxSockets: options.sockets ?? 8, scheduling: 'lifo' as const };
    this.plain = new HttpAgent(shared);
    const { certificate, own = null } = options;
    this.secure = new HttpsAgent({
      ...shared,
      rejectUnauthorized: certificate === null,
      maxCachedSessions: 0,
      ...(own !== null && { key: own.key, cert: own.certificate }),
    });
  }

  /** Sends a request and reads the whole answer. Throws HttpFailure. */
  async ask(request: HttpRequest): Promise<HttpAnswer> {
    const { status, reason, headers, body } = await this.open(request);
    const most = request.mostBytes ?? MOST_ANSWER_BYTES;
    const parts: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const part of body as AsyncIterable<Buffer>) {
        bytes += part.length;
        if (bytes > most) throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: 'length' } });
        parts.push(part);
      }
    } catch (error) {
      throw failureOf(error);
    }
    return { status, reason, headers, body: Buffer.concat(parts) };
  }

  /**
   * Sends a request and gives the answer when its head has come. The body must be read or destroyed. A connection that was kept
   * open and that the server has closed meanwhile is replaced. Throws HttpFailure.
   */
  async open(request: HttpRequest): Promise<HttpStream> {
    // Each try uses up one of those that were kept; a new one is never stale.
    for (;;) {
      try {
        return await this.openOnce(request);
      } catch (error) {
        if (!(error instanceof HttpFailure) || !error.stale || request.once === true) throw error;
      }
    }
  }

  private openOnce(request: HttpRequest): Promise<HttpStream> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(failureOf(error));
      const url = new URL(request.url);
      const secure = url.protocol === 'https:';
      const outgoing = (secure ? httpsRequest : httpRequest)(url, {
        method: request.method,
        headers: { ...this.options.headers, ...lengthOf(request.body), ...request.headers },
        agent: secure ? this.secure : this.plain,
        signal: request.signal,
      });
      const connecting = setTimeout(
        () => outgoing.destroy(new HttpFailure({ code: 'REMOTE_UNREACHABLE' })),
        this.options.connectMs ?? CONNECT_MS,
      );
      let slow: Transform | null = null;
      outgoing.setTimeout(Math.min(request.idleMs ?? IDLE_MS, this.options.idleMs ?? Infinity), () => {
        // It is we who let it wait.
        if (slow?.writableNeedDrain !== true) outgoing.destroy(new HttpFailure({ code: 'REMOTE_SILENT' }));
      });
      outgoing.setNoDelay(true);
      const send = (): void => {
        clearTimeout(connecting);
        sendBody(outgoing, request.body);
      };
      let writtenBefore = 0;
      let usedBefore = false;
      outgoing.once('socket', (socket) => {
        writtenBefore = socket.bytesWritten;
        // What waited for a connection gets one that was used before, and `reusedSocket` does not say so.
        usedBefore = this.made.has(socket);
        const ready = (): void => {
          this.made.add(socket);
          send();
        };
        // A connection that is used again was looked at when it was made.
        if (usedBefore) send();
        else if (!(socket instanceof TLSSocket)) socket.once('connect', ready);
        else {
          socket.once('secureConnect', () => {
            const wrong = this.distrust(socket);
            if (wrong === null) ready();
            else outgoing.destroy(wrong);
          });
        }
      });
      outgoing.once('error', (error) => {
        clearTimeout(connecting);
        const written = (outgoing.socket?.bytesWritten ?? 0) - writtenBefore;
        const stale = usedBefore && isReset(error) && written < STALE_BYTES;
        fail(stale ? new HttpFailure({ code: 'REMOTE_CUT' }, error, true) : error);
      });
      outgoing.once('response', (answer: IncomingMessage) => {
        // After the head the request is answered: what breaks from here on shows in the body.
        slow = this.options.throttle?.()?.stream() ?? null;
        resolve({
          status: answer.statusCode ?? 0,
          reason: answer.statusMessage ?? '',
          headers: answer.headers,
          body: slow === null ? answer : pipeStreams(answer, slow, shownInTheBody),
        });
      });
    });
  }

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  private distrust(socket: TLSSocket): HttpFailure | null {
    const { certificate } = this.options;
    if (certificate === null) return null;
    const shown = fingerprintOf(socket.getPeerCertificate());
    return shown === certificate ? null : new HttpFailure({ code: 'REMOTE_CERTIFICATE', person: true });
  }
}

/** Whoever reads the body sees its end or its error. */
function shownInTheBody(): void {
  return undefined;
}

function isReset(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function failureOf(error: unknown): HttpFailure {
  return error instanceof HttpFailure ? error : new HttpFailure(troubleOf(error), error);
}

function lengthOf(body: HttpRequest['body']): Record<string, string> {
  if (body === undefined) return {};
  if (typeof body === 'string') return { 'content-length': String(Buffer.byteLength(body)) };
  if (body instanceof Uint8Array) return { 'content-length': String(body.byteLength) };
  return body.bytes === undefined ? {} : { 'content-length': String(body.bytes) };
}

function sendBody(outgoing: ReturnType<typeof httpRequest>, body: HttpRequest['body']): void {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  if ('pour' in body) {
    void pourInto(outgoing, body);
    return;
  }
  pipeStreams(body.open(), outgoing, (error) => {
    if (error) outgoing.destroy(error);
  });
}

async function pourInto(outgoing: ClientRequest, body: PouredBody): Promise<void> {
  let broken = false;
  let gone = (): void => undefined;
  // What is written to a connection that has ended is passed over without a word.
  outgoing.once('close', () => {
    broken = true;
    gone();
  });
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      gone = () => reject(new HttpFailure({ code: 'REMOTE_CUT' }));
      if (broken) gone();
      else outgoing.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  try {
    await body.pour(write);
    outgoing.end();
  } catch (error) {
    outgoing.destroy(failureOf(error));
  }
}

/** SHA-256 of a certificate as lower-case hexadecimal digits. */
function fingerprintOf(certificate: PeerCertificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The certificate a server shows, whoever vouches for it, and whether the system trusts it; null when it speaks no TLS. */
export function shownCertificate(
  host: string,
  port: number,
): Promise<{ readonly fingerprint: string; readonly trusted: boolean } | null> {
  return new Promise((resolve) => {
    const socket = tlsConnect({ host, port, servername: host, rejectUnauthorized: false, timeout: CONNECT_MS }, () => {
      resolve({ fingerprint: fingerprintOf(socket.getPeerCertificate()), trusted: socket.authorized });
      socket.destroy();
    });
    const none = (): void => {
      resolve(null);
      socket.destroy();
    };
    socket.once('error', none);
    socket.once('timeout', none);
  });
}
