import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { partsOf } from '../../../main/sync/http/multipart';

const BOUNDARY = 'between';

/** A multipart body of these parts, as a connection gives it: in pieces, and not ended before somebody reads on. */
function body(parts: readonly string[], epilogue = '\r\n', end = '--'): Readable {
  const text = parts.map((part) => `--${BOUNDARY}\r\nContent-Type: text/plain\r\n\r\n${part}\r\n`).join('');
  const bytes = Buffer.from(`${text}--${BOUNDARY}${end}${epilogue}`);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, at) => bytes.subarray(at * 16, at * 16 + 16));
  return Readable.from(pieces, { objectMode: false, highWaterMark: 16 });
}

async function read(source: Readable): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const part of partsOf(source, BOUNDARY)) {
    const chunks: Buffer[] = [];
    for await (const chunk of part.body) chunks.push(chunk);
    found.push(Buffer.concat(chunks).toString());
  }
  return found;
}

describe('a multipart body', () => {
  it('is taken apart and read to its end, so that its connection serves again', async () => {
    const source = body(['one', 'two\r\n--betwee', '']);
    expect(await read(source)).toEqual(['one', 'two\r\n--betwee', '']);
    expect([source.readableEnded, source.errored]).toEqual([true, null]);
    const long = body(['one'], `\r\n${'words behind all parts\r\n'.repeat(50)}`);
    expect(await read(long)).toEqual(['one']);
    expect(long.readableEnded).toBe(true);
  });

  it('gives its connection up when what follows does not end, or its parts are not wanted', async () => {
    const endless = body(['one'], 'x'.repeat(200_000));
    expect(await read(endless)).toEqual(['one']);
    expect([endless.readableEnded, endless.destroyed]).toEqual([false, true]);
    const unwanted = body(['one', 'two']);
    for await (const part of partsOf(unwanted, BOUNDARY)) {
      expect(part.headers).toEqual({ 'content-type': 'text/plain' });
      break;
    }
    expect(unwanted.destroyed).toBe(true);
  });

  it('never looks complete when it was cut', async () => {
    const source = body(['one', 'two'], '', '');
    await expect(read(source)).rejects.toMatchObject({ trouble: { code: 'REMOTE_CUT' } });
  });
});
