import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { agreed, type BoxKeyPair } from '../box-key-pair';

/** docs/decisions/0021-courier.md. */
const MAGIC = 'FBXLTR';
const VERSION = '01';
export const MAGIC_BYTES = Buffer.from(`${MAGIC}${VERSION}`, 'latin1');
export const MOST_HEADER_BYTES = 4096;
/** Plain bytes in one chunk. */
export const CHUNK_BYTES = 256 * 1024;
export const TAG_BYTES = 16;
export const LAST_CHUNK = 0x80000000;
const KEY_BYTES = 32;
const PURPOSE = 'fieldbox letter 1';
const CIPHER = 'aes-256-gcm';

/** What stands on the outside of a letter. */
export interface LetterHead {
  /** Public keys, 32 bytes each. */
  readonly to: Uint8Array;
  readonly from: Uint8Array;
  readonly ephemeral: Uint8Array;
  /** What the sender calls the addressee. */
  readonly toName: string;
}

/** The outside as bytes: magic, length, JSON. */
export function headBytes(head: LetterHead): Buffer {
  const text = (key: Uint8Array): string => Buffer.from(key).toString('base64url');
  const json = Buffer.from(
    JSON.stringify({
      to: text(head.to),
      name: head.toName,
      from: text(head.from),
      ephemeral: text(head.ephemeral),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([MAGIC_BYTES, length, json]);
}

/** Whether bytes begin a letter: of this version, of another one, or none. */
export function magicIn(bytes: Buffer): 'letter' | 'otherVersion' | 'none' {
  if (bytes.subarray(0, MAGIC_BYTES.length).equals(MAGIC_BYTES)) return 'letter';
  return /^FBXLTR\d\d/.test(bytes.toString('latin1', 0, MAGIC_BYTES.length)) ? 'otherVersion' : 'none';
}

/** The key of a letter, for its writer. Both the secret of this letter alone and the sender's own go into it: only the sender could have made it. */
export function keyForWriting(head: LetterHead, ephemeral: BoxKeyPair, own: BoxKeyPair): Buffer {
  return derived(head, agreed(ephemeral, head.to), agreed(own, head.to));
}

/** The same for its reader. Throws RangeError when a key on the outside is none. */
export function keyForReading(head: LetterHead, own: BoxKeyPair): Buffer {
  return derived(head, agreed(own, head.ephemeral), agreed(own, head.from));
}

/** HKDF (RFC 5869) with the hash of the whole outside as salt, so that nothing on it can be changed. */
function derived(head: LetterHead, ...shared: readonly Buffer[]): Buffer {
  const salt = createHash('sha256').update(headBytes(head)).digest();
  return Buffer.from(hkdfSync('sha256', Buffer.concat(shared), salt, PURPOSE, KEY_BYTES));
}

/** A chunk as it is written: length with the mark of the last one, the sealed bytes, the tag. */
export function sealChunk(key: Buffer, number: number, isLast: boolean, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonceOf(number, isLast));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE((sealed.length | (isLast ? LAST_CHUNK : 0)) >>> 0);
  return Buffer.concat([length, sealed, cipher.getAuthTag()]);
}

/** The plain bytes of a chunk; null when it was changed, stands in another place or belongs to another letter. */
export function openChunk(key: Buffer, number: number, isLast: boolean, sealed: Buffer, tag: Buffer): Buffer | null {
  const decipher = createDecipheriv(CIPHER, key, nonceOf(number, isLast), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  const plain = decipher.update(sealed);
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    return null; // the tag does not fit: that is the answer
  }
}

/** Every letter has a key of its own, so that a count is enough. */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(isLast ? 1 : 0, 0);
  nonce.writeBigUInt64BE(BigInt(number), 4);
  return nonce;
}
