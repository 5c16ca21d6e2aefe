import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FieldboxError } from '@shared/errors';

/** What travels between boxes: the words of slicebox 2.x, tolerant of those of 1.x, and what two Fieldboxes say besides. */

/** Path in front of the token, in the addresses that are handed out. */
export const TRANSACTIONS = '/api/transactions';
/** Responses that slicebox reads are cut off at this many (deflated) bytes. */
export const MOST_SERVED_BYTES = 64 * 1024 * 1024;
/** slicebox asks for so many images at a time. */
export const POLL_IMAGES = 200;
/** Connections at once to one box, as slicebox has them. */
export const BOX_CONNECTIONS = 4;
/**
 * The same to a Fieldbox over a fast link, where nearly all the time of an image is its storing there: what comes at once is stored
 * together.
 */
export const FAST_CONNECTIONS = 12;

/** Between two Fieldboxes: the beginning of a smaller file is not worth being kept when its transfer breaks off. */
export const WORTH_KEEPING = 256 * 1024;

/** Between two Fieldboxes: a header that a slicebox neither sends nor heeds, and what it opens. */
export const Headers = {
  /** In every request and answer: this is a Fieldbox, and which version of what follows it speaks. */
  box: 'fieldbox-box',
  /** SHA-256 of the whole file; in an answer, of what was received entire and is kept. */
  sha256: 'fieldbox-sha256',
  /** Bytes of the whole file. */
  length: 'fieldbox-length',
  /** Where in the file the body begins, or could begin. */
  offset: 'fieldbox-offset',
  /** `identity` or `deflate` (zlib, as between sliceboxes). */
  encoding: 'fieldbox-encoding',
  /** In an answer to an image: milliseconds from its last byte until it was stored, which say nothing of the link. */
  took: 'fieldbox-took',
  /** Bytes at the beginning of a group that say what follows them. */
  head: 'fieldbox-head',
  /** Code of why an image was not taken, for good. */
  rejected: 'fieldbox-rejected',
} as const;
/** 1: single images, with resume and hash; 2: also groups (group.ts). */
export const BOX_VERSION = '2';

/**
 * Our own transactions are numbered above this towards boxes. slicebox mixes up the numbers of both directions (a status for the
 * one may hit the other), and its own begin at 1.
 */
const NUMBERS_FROM = 2 ** 40;

export function wireNumber(number: number): number {
  return NUMBERS_FROM + number;
}

/** Our own number behind one of the wire; undefined when it is none of ours. */
export function ownNumber(wire: number): number | undefined {
  return wire > NUMBERS_FROM ? wire - NUMBERS_FROM : undefined;
}

/** Text form as Java's UUID.fromString takes it. */
const TOKEN = /^[0-9a-f]{1,8}-[0-9a-f]{1,4}-[0-9a-f]{1,4}-[0-9a-f]{1,4}-[0-9a-f]{1,12}$/i;

export interface BoxAddress {
  /** Up to the token, without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

/** Takes an address apart as slicebox does: white space and one slash at the end are dropped, the token is the last part. Throws BOX_URL. */
export function parseBoxAddress(text: string): BoxAddress {
  const trimmed = text.trim().replace(/\/$/, '');
  const at = trimmed.lastIndexOf('/');
  const url = trimmed.slice(0, at).replace(/\/+$/, '');
  const token = trimmed.slice(at + 1);
  if (!TOKEN.test(token) || !/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) throw new FieldboxError('BOX_URL');
  return { url, token };
}

export function hashOfToken(token: string): string {
  return createHash('sha256').update(token.toLowerCase()).digest('hex');
}

/** A `long` of a query or a body, as far as JavaScript has it. */
const Long = z.int().nonnegative();

/** outgoingTransactionImage. Whatever else it holds goes back with `done` as it came. */
export const TransactionImage = z.looseObject({
  transaction: z.looseObject({
    id: Long,
    sentImageCount: Long,
    totalImageCount: Long,
  }),
  image: z.looseObject({ id: Long, sequenceNumber: Long }),
});
export type TransactionImage = z.infer<typeof TransactionImage>;

/** The answer to a poll: an array; from 1.x also a single one. */
export const PollAnswer = z.union([z.array(TransactionImage), TransactionImage.transform((one) => [one])]);

export const FailedImage = z.looseObject({ transactionImage: TransactionImage, message: z.string() });

export type BoxStatus = 'WAITING' | 'PROCESSING' | 'FINISHED' | 'FAILED';
const STATUSES: readonly BoxStatus[] = ['WAITING', 'PROCESSING', 'FINISHED', 'FAILED'];

/** A status as 2.x ({"status":"FINISHED"}), 1.4 ("FINISHED") or 1.1 (FINISHED) writes it; undefined for any other text. */
export function parseStatus(body: string): BoxStatus | undefined {
  let value: unknown = body.trim();
  try {
    value = JSON.parse(body);
  } catch {
    // the plain word of 1.1 to 1.3
  }
  const text = z.union([z.string(), z.object({ status: z.string() }).transform(({ status }) => status)]);
  const parsed = text.safeParse(value);
  return parsed.success ? STATUSES.find((status) => status === parsed.data) : undefined;
}

/** A number of the query: only digits, as Scala's `long` takes them. Undefined: the request is malformed. */
export function longOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
