import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { FieldboxError } from '@shared/errors';

/** One request, as a plugin sees it. */
export interface HubRequest {
  readonly method: string;
  /** The parts of the path behind the plugin's prefix, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** Ends when the caller has gone or the server closes. */
  readonly signal: AbortSignal;
}

/** A group of routes below one path. It answers every request it gets, whatever it thinks of it. */
export interface HubPlugin {
  /** Without a slash at the end, such as /api/transactions. */
  readonly prefix: string;
  handle(request: HubRequest): Promise<void>;
}

export interface HubOptions {
  readonly host: string;
  readonly port: number;
  /** PEM; null: not encrypted. With `ca` only those are let in whom one of these certificates vouches for. */
  readonly tls: { readonly key: string; readonly certificate: string; readonly ca: string | null } | null;
  readonly plugins: readonly HubPlugin[];
  readonly onFault: (error: unknown) => void;
}

const MOST_CONNECTIONS = 64;
const MOST_HEADER_BYTES = 16 * 1024;
/** For the head of a request; its body may take hours on a slow link, as long as something moves. */
const HEAD_MS = 20_000;
const IDLE_MS = 120_000;
const KEEP_ALIVE_MS = 75_000;

/**
 * The listener by which others reach this archive: HTTP/1.1, with the routes of its plugins and nothing else. It bounds
 * connections, heads and silence; what a body may be is for the plugin to say.
 */
export class HubServer {
  private readonly working = new Set<Promise<void>>();
  /** Open connections as the system has them, encrypted or not. */
  private readonly connected = new Set<Socket>();
  /** By the connection that requests come over, which of an encrypted one is what stands on it: those not answered yet. */
  private readonly requests = new Map<Socket, Set<AbortController>>();

  private constructor(
    private readonly server: Server,
    private readonly options: HubOptions,
  ) {
    server.on('request', (incoming, response) => this.take(incoming, response));
    server.on('connection', (socket: Socket) => {
      this.connected.add(socket);
      socket.once('close', () => this.connected.delete(socket));
    });
    server.on(options.tls === null ? 'connection' : 'secureConnection', (socket: Socket) => {
      const requests = new Set<AbortController>();
      this.requests.set(socket, requests);
      socket.once('close', () => {
        this.requests.delete(socket);
        for (const request of requests) request.abort();
      });
    });
  }

  /** Begins to listen. Throws HUB_PORT_TAKEN, HUB_ADDRESS, HUB_PORT_FORBIDDEN. */
  static async listen(options: HubOptions): Promise<HubServer> {
    const { host, port, tls } = options;
    const common = { maxHeaderSize: MOST_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true };
    const server =
      tls === null
        ? createServer(common)
        : createTlsServer({
            ...common,
            key: tls.key,
            cert: tls.certificate,
            handshakeTimeout: HEAD_MS,
            ...(tls.ca !== null && { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
          });
    server.maxConnections = MOST_CONNECTIONS;
    server.headersTimeout = HEAD_MS;
    server.requestTimeout = 0;
    server.setTimeout(IDLE_MS);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port)));
      server.listen(port, host, resolve);
    });
    server.on('error', options.onFault);
    return new HubServer(server, options);
  }

  get port(): number {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? this.options.port : address.port;
  }

  get connections(): number {
    return this.connected.size;
  }

  /** Breaks every connection and waits until nothing is at work any more. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.connected) socket.destroy();
    await Promise.allSettled(this.working);
    await closed;
  }

  private take(incoming: IncomingMessage, response: ServerResponse): void {
    const work = this.answer(incoming, response).catch((error: unknown) => {
      if (!incoming.destroyed || incoming.complete) this.options.onFault(error);
      if (response.headersSent) response.destroy();
      else answer(response, 500);
    });
    this.working.add(work);
    void work.finally(() => this.working.delete(work));
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = this.route(incoming.url ?? '');
    if (found === undefined) {
      incoming.resume();
      answer(response, 404);
      return;
    }
    const gone = new AbortController();
    // A request behind another one on its connection (RFC 9112 9.3.2) has an answer that never closes when the caller goes before its turn.
    const requests = this.requests.get(incoming.socket);
    requests?.add(gone);
    response.once('close', () => {
      requests?.delete(gone);
      gone.abort();
    });
    if (requests === undefined) gone.abort();
    await found.plugin.handle({
      ...found,
      method: incoming.method ?? '',
      incoming,
      response,
      signal: gone.signal,
    });
  }

  private route(
    target: string,
  ): { readonly plugin: HubPlugin; readonly path: readonly string[]; readonly query: URLSearchParams } | undefined {
    // A target that is no path, or one that cannot be decoded, leads nowhere.
    if (!target.startsWith('/') || !URL.canParse(target, 'http://hub')) return undefined;
    const { pathname, searchParams } = new URL(target, 'http://hub');
    const plugin = this.options.plugins.find(({ prefix }) => pathname.startsWith(`${prefix}/`));
    if (plugin === undefined) return undefined;
    const parts = pathname.slice(plugin.prefix.length + 1).split('/');
    const path = parts.map(decoded);
    return path.some((part) => part === null) ? undefined : { plugin, path: path.map(String), query: searchParams };
  }
}

/** Answers with a status and perhaps a text, and nothing more. */
export function answer(
  response: ServerResponse,
  status: number,
  text = '',
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(text, 'utf8');
  const typed = body.length === 0 ? {} : { 'content-type': 'text/plain; charset=UTF-8' };
  const length = status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(status, { ...typed, ...length, ...headers });
  response.end(body);
}

/** Answers with a JSON value. */
export function answerJson(
  response: ServerResponse,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(JSON.stringify(value), 'utf8');
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(body.length), ...headers });
  response.end(body);
}

/** Reads a whole body up to a limit; undefined when it is longer. What comes behind the limit is not kept. */
export async function bodyOf(incoming: IncomingMessage, mostBytes: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null; // a percent sign that stands alone: no such path
  }
}

function listenError(error: Error, host: string, port: number): FieldboxError {
  const code = 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE') return new FieldboxError('HUB_PORT_TAKEN', { port }, error);
  if (code === 'EACCES') return new FieldboxError('HUB_PORT_FORBIDDEN', { port }, error);
  return new FieldboxError('HUB_ADDRESS', { host }, error);
}
