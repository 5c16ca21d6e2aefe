import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { protocol } from 'electron';
import { asFieldboxError, type ErrorCode, FieldboxError } from '@shared/errors';
import type { PictureRequest, StoredFile } from '../ipc/engine-protocol';
import { systemCode } from '../platform/durable';
import { renderOptions } from './render-options';
import { contentSecurityPolicy, SCHEME } from './page-policy';

export interface ProtocolOptions {
  /** Folder of the built page. */
  readonly pages: string;
  readonly picture: (request: PictureRequest, signal: AbortSignal) => Promise<Uint8Array>;
  readonly file: (image: string) => Promise<StoredFile>;
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

/** Serves the page (`fieldbox://app/`) and the pictures (`fieldbox://image/` and `fieldbox://attachment/`, see shared/contract/frames.ts). */
export function serveScheme(options: ProtocolOptions): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url);
    try {
      if (request.method !== 'GET') throw new FieldboxError('BAD_REQUEST', { what: request.method });
      if (url.hostname === 'app') return await page(options.pages, url.pathname);
      const [, stored] = FILE.exec(url.pathname) ?? [];
      if (url.hostname === 'image' && stored !== undefined) return fileResponse(await options.file(stored));
      const wanted = pictureRequest(url);
      if (wanted) return await picture(options, wanted, request.signal);
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

const FILE = /^\/([0-9a-f]{64})\/file$/;
const IMAGE = /^\/([0-9a-f]{64})\/(?:(thumbnail|document)|(frame|png)\/(\d{1,7}))$/;
const ATTACHMENT = /^\/([0-9a-f-]{36})\/(picture|document)$/;

/** What is asked for under `fieldbox://image/` and `fieldbox://attachment/`. Throws NOT_FOUND for what cannot be there, BAD_REQUEST. */
function pictureRequest({ hostname, pathname, searchParams }: URL): PictureRequest | undefined {
  if (hostname === 'attachment') {
    const [, attachment, what] = ATTACHMENT.exec(pathname) ?? [];
    if (attachment === undefined) throw new FieldboxError('NOT_FOUND', { what: 'attachment' });
    return { kind: what === 'picture' ? 'attachedPicture' : 'attachedDocument', attachment };
  }
  if (hostname !== 'image') return undefined;
  const found = IMAGE.exec(pathname);
  if (!found) throw new FieldboxError('NOT_FOUND', { what: 'picture' });
  const [, image = '', whole, drawn, number] = found;
  if (whole !== undefined) return { kind: whole === 'thumbnail' ? whole : 'document', image };
  const frame = Number(number);
  return drawn === 'png'
    ? { kind: 'png', image, options: { frame, ...renderOptions(searchParams) } }
    : { kind: 'frame', image, frame };
}

const PICTURE_TYPES: Readonly<Record<PictureRequest['kind'], string>> = {
  thumbnail: 'image/jpeg',
  document: 'application/pdf',
  frame: 'application/x-fieldbox-frame',
  png: 'image/png',
  attachedPicture: 'image/jpeg',
  attachedDocument: 'application/pdf',
};

async function picture(options: ProtocolOptions, request: PictureRequest, signal: AbortSignal): Promise<Response> {
  const bytes = await options.picture(request, signal);
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      'content-type': PICTURE_TYPES[request.kind],
      'x-content-type-options': 'nosniff',
      // What stands under a key or a hash can never be another thing.
      'cache-control': 'private, max-age=31536000, immutable',
    },
  });
}

/** The stored file as it is, piece by piece. */
function fileResponse({ path, name, bytes }: StoredFile): Response {
  const stream = Readable.toWeb(createReadStream(path));
  return new Response(stream as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': 'application/dicom',
      'content-length': String(bytes),
      'content-disposition': `attachment; filename="${name}"`,
      'x-content-type-options': 'nosniff',
      // Whether it may leave is asked each time.
      'cache-control': 'no-store',
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
