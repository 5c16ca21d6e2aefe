import { readFile, stat } from 'node:fs/promises';
import { MAX_BASE64_BYTES } from '@shared/contract/images';
import { FieldboxError } from '@shared/errors';
import { ImageId } from '@shared/model/ids';
import { CONTENT_TYPE_BYTES, contentTypeOf } from '../../imaging/content-type';
import { diskError } from '../../platform/durable';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { factsOf } from '../release/facts';
import { mayLeave } from '../release/gate';

const ALPHABET = /^[A-Za-z0-9+/]*={0,2}$/;
const SHOWN_EVERYWHERE: ReadonlySet<string> = new Set(['image/jpeg', 'image/png']);
const LIMIT = `${String(MAX_BASE64_BYTES / 2 ** 20)} MB`;

/**
 * The bytes behind base64 text (RFC 4648 section 4), padded or not, with or without line breaks and a `data:` prefix. Text that
 * is not base64 is refused instead of being read as far as it goes. Throws BASE64_WRONG, FILE_TOO_LARGE.
 */
export function bytesOfBase64(text: string): Uint8Array {
  const data = text.replace(/^\s*data:[^,]{0,200};base64,/, '').replace(/\s+/g, '');
  const length = data.replace(/=+$/, '').length;
  if (data === '' || !ALPHABET.test(data) || length % 4 === 1) throw new FieldboxError('BASE64_WRONG');
  if (data.length !== length && data.length % 4 !== 0) throw new FieldboxError('BASE64_WRONG');
  if ((length * 3) / 4 > MAX_BASE64_BYTES) throw new FieldboxError('FILE_TOO_LARGE', { limit: LIMIT });
  return Buffer.from(data, 'base64');
}

export interface Base64Image {
  readonly data: string;
  readonly contentType: string;
  readonly bytes: number;
}

/**
 * The bytes of an image for systems that take them as text. They leave with it, so the gate is asked. Throws NOT_FOUND,
 * CONSENT_REFUSED, OBJECT_*, FILE_TOO_LARGE, NO_PIXELS, PIXELS_*.
 */
export async function base64Of(ctx: EngineContext, image: ImageId, form: 'stored' | 'picture'): Promise<Base64Image> {
  const row = statement(ctx.db, 'SELECT source_object AS source FROM image WHERE object = ?').get(image) as
    { source: string | null } | undefined;
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'image' });
  const release = { purpose: 'hub', recipient: 'base64', person: actingUser() } as const;
  const verdict = mayLeave(factsOf(ctx.db, image), release);
  if (!verdict.leaves) throw new FieldboxError(verdict.code);
  const path = await ctx.objects.require(row.source === null ? image : ImageId.parse(row.source));
  const stored = await readBounded(path);
  const contentType = contentTypeOf(stored.subarray(0, CONTENT_TYPE_BYTES), stored.length);
  if (form === 'stored' || SHOWN_EVERYWHERE.has(contentType)) return encoded(stored, contentType);
  const { png } = await ctx.pool.run('render', { path: await ctx.objects.require(image), frame: 0 }, { priority: 2 });
  return encoded(png, 'image/png');
}

async function readBounded(path: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size > MAX_BASE64_BYTES) throw new FieldboxError('FILE_TOO_LARGE', { limit: LIMIT });
    return await readFile(path);
  } catch (error) {
    throw diskError(error);
  }
}

function encoded(bytes: Uint8Array, contentType: string): Base64Image {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return { data, contentType, bytes: bytes.length };
}
