import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';
import { asFieldboxError, type ErrorCode, FieldboxError } from '@shared/errors';
import type { PictureRequest } from '../ipc/engine-protocol';
import { systemCode } from '../platform/durable';
import { contentSecurityPolicy, SCHEME } from './page-policy';

export interface ProtocolOptions {
  /** Folder of the built page. */
  readonly pages: string;
  readonly picture: (request: PictureRequest, signal: AbortSignal) => Promise<Uint8Array>;
  readonly onFault: (error: FieldboxError) => void;
}

/** Must run before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ]);
}

/** Serves the page (`fieldbox://app/`) and the pictures (`fieldbox://image/`, see shared/contract/frames.ts). */
export function serveScheme(options: ProtocolOptions): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url);
    try {
      if (request.method !== 'GET') throw new FieldboxError('BAD_REQUEST', { what: request.method });
      if (url.hostname === 'app') return await page(options.pages, url.pathname);
      if (url.hostname === 'image') return await picture(options, url.pathname, request.signal);
      throw new FieldboxError('NOT_FOUND', { what: url.hostname });
    } catch (thrown) {
      return refusal(asFieldboxError(thrown), options.onFault);
    }
  });
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

async function page(root: string, pathname: string): Promise<Response> {
  const path = normalize(join(root, decodeURIComponent(pathname)));
  const type = TYPES[extname(path)];
  if (!path.startsWith(root + sep) || type === undefined) throw new FieldboxError('NOT_FOUND', { what: 'page' });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new FieldboxError('NOT_FOUND', { what: 'page' }, error);
    throw error;
  }
  const headers: Record<string, string> = {
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  };
  if (extname(path) !== '.html') return new Response(new Uint8Array(bytes), { headers });
  const nonce = randomBytes(16).toString('base64');
  const html = bytes
    .toString('utf8')
    .replace('<head>', `<head><meta property="csp-nonce" nonce="${nonce}" content="${nonce}">`);
  return new Response(html, { headers: { ...headers, 'content-security-policy': contentSecurityPolicy(nonce) } });
}

const PICTURES = /^\/([0-9a-f]{64})\/(?:(thumbnail)|(document)|frame\/(\d{1,7}))$/;

const PICTURE_TYPES = {
  thumbnail: 'image/jpeg',
  document: 'application/pdf',
  frame: 'application/x-fieldbox-frame',
} as const;

async function picture(options: ProtocolOptions, pathname: string, signal: AbortSignal): Promise<Response> {
  const found = PICTURES.exec(pathname);
  if (!found) throw new FieldboxError('NOT_FOUND', { what: 'picture' });
  const [, image = '', thumbnail, document, frame] = found;
  const request: PictureRequest = thumbnail
    ? { kind: 'thumbnail', image }
    : document
      ? { kind: 'document', image }
      : { kind: 'frame', image, frame: Number(frame) };
  const bytes = await options.picture(request, signal);
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      'content-type': PICTURE_TYPES[request.kind],
      'x-content-type-options': 'nosniff',
      // Named by the hash of its bytes: it can never be another one.
      'cache-control': 'private, max-age=31536000, immutable',
    },
  });
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  NOT_FOUND: 404,
  OBJECT_MISSING: 404,
  NO_SUCH_FRAME: 404,
  NOT_SIGNED_IN: 403,
  SESSION_LOCKED: 403,
  NOT_ALLOWED: 403,
};

function refusal(error: FieldboxError, onFault: (error: FieldboxError) => void): Response {
  if (error.code === 'INTERNAL') onFault(error);
  const { code, details } = error;
  return Response.json({ code, details }, { status: STATUS[code] ?? 422, headers: { 'cache-control': 'no-store' } });
}
