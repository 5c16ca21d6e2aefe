import { Readable } from 'node:stream';
import { HttpFailure } from './trouble';

const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');
const MOST_HEAD_BYTES = 16 * 1024;
/** More than this behind the last part is not waited for. */
const MOST_EPILOGUE_BYTES = 64 * 1024;

/** The boundary of a multipart Content-Type (RFC 2046 5.1.1); null when it is none. */
export function boundaryOf(contentType: string | undefined): string | null {
  if (contentType === undefined || !/^multipart\//i.test(contentType.trim())) return null;
  const found = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType);
  return found?.[1] ?? found?.[2] ?? null;
}

/** A body of one part (RFC 2387), with its length, that can be opened more than once. */
export function onePart(
  contentType: string,
  boundary: string,
  part: { readonly bytes: number; open(): Readable },
): { readonly bytes: number; open(): Readable } {
  const head = Buffer.from(`--${boundary}\r\nContent-Type: ${contentType}\r\n\r\n`, 'latin1');
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1');
  return {
    bytes: head.length + part.bytes + tail.length,
    open: () => Readable.from(joined(head, part.open(), tail), { objectMode: false }),
  };
}

/** A body of several parts of one type that are in memory. */
export function manyParts(contentType: string, boundary: string, parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.from(`--${boundary}\r\nContent-Type: ${contentType}\r\n\r\n`, 'latin1');
  const tail = Buffer.from(`--${boundary}--\r\n`, 'latin1');
  return Buffer.concat([...parts.flatMap((part) => [head, part, CRLF]), tail]);
}

async function* joined(head: Buffer, body: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  for await (const chunk of body as AsyncIterable<Buffer>) yield chunk;
  yield tail;
}

/** One part as it comes; `body` must be read to its end before the next part. */
export interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer>;
}

/**
 * Takes a multipart body apart while it comes, holding no more than a chunk and a boundary in memory. Throws HttpFailure
 * REMOTE_CUT when it ends before its closing boundary: a transfer that was cut must never look complete.
 */
export async function* partsOf(source: AsyncIterable<Buffer>, boundary: string): AsyncGenerator<Part> {
  const reader = new PartReader(source, Buffer.from(`--${boundary}`, 'latin1'));
  try {
    if (!(await reader.begin())) return;
    while (!reader.ended) {
      const headers = await reader.head();
      yield { headers, body: reader.body() };
      await reader.skipBody();
    }
  } finally {
    await reader.leave();
  }
}

class PartReader {
  ended = false;
  private held: Buffer = Buffer.alloc(0);
  private inBody = false;
  private readonly chunks: AsyncIterator<Buffer>;
  private readonly between: Buffer;

  constructor(
    source: AsyncIterable<Buffer>,
    private readonly delimiter: Buffer,
  ) {
    this.chunks = source[Symbol.asyncIterator]();
    this.between = Buffer.concat([CRLF, delimiter]);
  }

  /** Goes behind the first boundary; false when there is no part at all. */
  async begin(): Promise<boolean> {
    for (;;) {
      const at = this.held.indexOf(this.delimiter);
      if (at >= 0) {
        this.held = this.held.subarray(at + this.delimiter.length);
        return !(await this.isLast());
      }
      this.held = this.held.subarray(Math.max(0, this.held.length - this.delimiter.length));
      if (!(await this.more())) throw cut();
    }
  }

  async head(): Promise<Readonly<Record<string, string>>> {
    let end = this.held.indexOf(HEAD_END);
    while (end < 0) {
      if (this.held.length > MOST_HEAD_BYTES)
        throw new HttpFailure({ code: 'REMOTE_ANSWER', details: { what: 'multipart' } });
      if (!(await this.more())) throw cut();
      end = this.held.indexOf(HEAD_END);
    }
    const lines = this.held.toString('latin1', 0, end).split('\r\n');
    this.held = this.held.subarray(end + HEAD_END.length);
    this.inBody = true;
    return Object.fromEntries(
      lines.flatMap((line) => {
        const colon = line.indexOf(':');
        return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
      }),
    );
  }

  async *body(): AsyncGenerator<Buffer> {
    while (this.inBody) {
      const at = this.held.indexOf(this.between);
      if (at >= 0) {
        const rest = this.held.subarray(0, at);
        this.held = this.held.subarray(at + this.between.length);
        this.inBody = false;
        if (rest.length > 0) yield rest;
        this.ended = await this.isLast();
        return;
      }
      const safe = this.held.length - this.between.length;
      if (safe > 0) {
        const chunk = this.held.subarray(0, safe);
        this.held = this.held.subarray(safe);
        yield chunk;
      } else if (!(await this.more())) throw cut();
    }
  }

  async skipBody(): Promise<void> {
    for await (const _ of this.body()) if (!this.inBody) return;
  }

  /**
   * Reads what stands behind the closing boundary (RFC 2046 5.1.1 allows for anything), so that the connection can be used again;
   * when that is much or breaks off, or the parts were not wanted to their end, the source is given up.
   */
  async leave(): Promise<void> {
    try {
      for (let bytes = 0; this.ended && bytes < MOST_EPILOGUE_BYTES;) {
        const next = await this.chunks.next();
        if (next.done === true) return;
        bytes += next.value.length;
      }
    } catch {
      return; // all that was announced has come
    }
    await this.chunks.return?.();
  }

  /** Behind a boundary: two hyphens end it all, anything up to the line's end is padding (RFC 2046 5.1.1). */
  private async isLast(): Promise<boolean> {
    while (this.held.length < 2) if (!(await this.more())) throw cut();
    if (this.held[0] === 0x2d && this.held[1] === 0x2d) return true;
    let end = this.held.indexOf(CRLF);
    while (end < 0) {
      if (!(await this.more())) throw cut();
      end = this.held.indexOf(CRLF);
    }
    this.held = this.held.subarray(end + CRLF.length);
    return false;
  }

  private async more(): Promise<boolean> {
    const next = await this.chunks.next();
    if (next.done === true) return false;
    this.held = this.held.length === 0 ? next.value : Buffer.concat([this.held, next.value]);
    return true;
  }
}

function cut(): HttpFailure {
  return new HttpFailure({ code: 'REMOTE_CUT' });
}

/** A file in a form. */
export interface FormFile {
  /** Name of the field it is in. */
  readonly field: string;
  /** Letters, digits, point, hyphen and low line: nothing that needs quoting anywhere. */
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: number;
  open(): Readable;
}

/** A form (RFC 7578) with its length known: the fields in their order, then the file, as storage services want it. */
export function formWithFile(
  boundary: string,
  fields: readonly (readonly [name: string, value: string])[],
  file: FormFile,
): { readonly bytes: number; open(): Readable } {
  const head = Buffer.from(
    `${fields
      .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join(
        '',
      )}--${boundary}\r\nContent-Disposition: form-data; name="${file.field}"; filename="${file.fileName}"\r\nContent-Type: ${
      file.contentType
    }\r\n\r\n`,
    'utf8',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1');
  return {
    bytes: head.length + file.bytes + tail.length,
    open: () => Readable.from(joined(head, file.open(), tail), { objectMode: false }),
  };
}
