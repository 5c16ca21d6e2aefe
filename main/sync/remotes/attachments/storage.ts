import { createHash, type Hash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { counted } from '../../http/counted';
import type { HttpClient } from '../../http/client';
import { formWithFile } from '../../http/multipart';
import { HttpFailure, troubleOfStatus } from '../../http/trouble';
import type { SendOutcome } from '../remote';

/** A form for one upload (Amazon S3 "POST object"): every field goes back as it came, whatever its name. */
export const PresignedForm = z.object({
  url: z.url({ protocol: /^https?$/ }),
  fields: z.record(z.string(), z.string()),
});
export type PresignedForm = z.infer<typeof PresignedForm>;

/** A file on its way to the storage. */
export interface StoredFile {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: number;
  open(): Readable;
}

export type Stored =
  /** `checked`: the storage told the MD5 of the bytes, and it is theirs. */
  | { readonly kind: 'stored'; readonly uploadUrl: string; readonly checked: boolean }
  /** The form is not taken any more: a new one is asked for. */
  | { readonly kind: 'new-form' }
  | { readonly kind: 'outcome'; readonly outcome: SendOutcome };

const Policy = z.object({ conditions: z.array(z.unknown()) });

/** Most bytes that a form's policy lets through; null when it says nothing. */
export function mostBytesOf({ fields }: PresignedForm): number | null {
  try {
    const policy = Policy.parse(JSON.parse(Buffer.from(fields['policy'] ?? '', 'base64').toString('utf8')));
    for (const condition of policy.conditions) {
      const [name, , most] = Array.isArray(condition) ? (condition as unknown[]) : [];
      if (name === 'content-length-range' && typeof most === 'number') return most;
    }
    return null;
  } catch {
    return null; // a policy that cannot be read here is the storage's business
  }
}

/**
 * Puts the bytes into the storage: all fields first, the file last, a length, and nothing of the service's login. Throws
 * HttpFailure.
 */
export async function store(
  client: HttpClient,
  form: PresignedForm,
  file: StoredFile,
  hooks: { readonly signal: AbortSignal; progress(bytes: number): void },
): Promise<Stored> {
  const boundary = `fieldbox-${randomUUID()}`;
  const hash = createHash('md5');
  const body = formWithFile(boundary, Object.entries(form.fields), {
    ...file,
    field: 'file',
    open: () =>
      Readable.from(
        hashed(
          counted(file.open(), (bytes) => hooks.progress(bytes)),
          hash,
        ),
        { objectMode: false },
      ),
  });
  const answer = await client.ask({
    method: 'POST',
    url: form.url,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body,
    signal: hooks.signal,
    // The hash is of one reading; and a storage that closed the connection gets a new form anyway.
    once: true,
  });
  const xml = answer.body.toString('utf8', 0, 64 * 1024);
  if ([200, 201, 204].includes(answer.status)) {
    const md5 = hash.digest('hex');
    const tag = (element(xml, 'ETag') ?? textOf(answer.headers['etag'])).replaceAll('"', '').toLowerCase();
    // The ETag of a simple upload is the MD5 of the bytes; of others it is something else.
    const telling = /^[0-9a-f]{32}$/.test(tag);
    if (telling && tag !== md5) return { kind: 'new-form' };
    const key = element(xml, 'Key') ?? (form.fields['key'] ?? '').replace('${filename}', file.fileName);
    return { kind: 'stored', uploadUrl: `${form.url.replace(/\/+$/, '')}/${key}`, checked: telling };
  }
  const code = element(xml, 'Code') ?? '';
  if (code === 'EntityTooLarge' || answer.status === 413)
    return { kind: 'outcome', outcome: { kind: 'refused', code: 'REMOTE_TOO_LARGE' } };
  if (code === 'RequestTimeTooSkewed') throw new HttpFailure({ code: 'REMOTE_CLOCK', person: true });
  if (answer.status === 403 || (answer.status >= 300 && answer.status < 400)) return { kind: 'new-form' };
  // The storage knows no login: what asks for one is something in between.
  const trouble = troubleOfStatus(answer.status, answer.headers);
  if (trouble !== null) throw new HttpFailure(trouble);
  return { kind: 'outcome', outcome: { kind: 'refused', code: 'REMOTE_REFUSED', details: { status: answer.status } } };
}

async function* hashed(source: Readable, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text of the first element of a name in a small XML answer. */
function element(xml: string, name: string): string | null {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (found === undefined) return null;
  return found.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g,
    (whole, hex?: string, decimal?: string, entity?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return ENTITIES[entity ?? ''] ?? whole;
    },
  );
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
