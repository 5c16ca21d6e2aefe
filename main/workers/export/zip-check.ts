import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import * as yauzl from 'yauzl';
import { FieldboxError } from '@shared/errors';
import type { Stop } from './cancel';
import type { Checked, Written } from './sink';

/**
 * Reads a zip with another program part than the one that wrote it and compares every entry; gives the paths that are
 * missing or differ. Names that should not be there count as well.
 */
export async function checkZip(
  path: string,
  written: readonly Written[],
  stop: Stop,
  checked: Checked,
): Promise<string[]> {
  const expected = new Map(written.map((file) => [file.path, file]));
  const wrong: string[] = [];
  let files = 0;
  let bytes = 0;
  const zip = await openZip(path);
  try {
    for await (const entry of entriesOf(zip)) {
      const file = expected.get(entry.fileName);
      expected.delete(entry.fileName);
      const found = await hashEntry(zip, entry, stop);
      if (!file || found === null || found.sha256 !== file.sha256 || found.bytes !== file.bytes)
        wrong.push(entry.fileName);
      files += 1;
      bytes += file?.bytes ?? 0;
      checked(files, bytes);
    }
  } finally {
    zip.close();
  }
  return [...wrong, ...expected.keys()];
}

function openZip(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, zip) => {
      if (error) reject(error);
      else resolve(zip);
    });
  });
}

async function* entriesOf(zip: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const next = new AbortController();
    const answer = Promise.race([
      once(zip, 'entry', { signal: next.signal }).then(([entry]) => entry as yauzl.Entry),
      once(zip, 'end', { signal: next.signal }).then(() => null),
    ]);
    zip.readEntry();
    const entry = await answer;
    next.abort();
    if (entry === null) return;
    yield entry;
  }
}

/** Null when the entry cannot be read through (its checksum or length is wrong). */
async function hashEntry(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  stop: Stop,
): Promise<{ sha256: string; bytes: number } | null> {
  const stream = await new Promise<Readable | null>((resolve) => {
    zip.openReadStream(entry, (error, opened) => resolve(error ? null : opened));
  });
  if (stream === null) return null;
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      stop();
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (error instanceof FieldboxError) throw error;
    return null;
  }
  return { sha256: hash.digest('hex'), bytes };
}
