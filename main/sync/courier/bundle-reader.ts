import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BoxKeyPair } from '../box-key-pair';
import type { FileLetter, ImageLetter } from './letter-content';
import {
  endOf,
  type FoundLetter,
  letterAt,
  type LetterDefect,
  LetterFault,
  nextLetter,
  type OpenedLetter,
  openLetter,
} from './letter-file';

/** What a letter brings. */
export type Carried = ImageLetter | FileLetter;

/** What is found in a bundle, letter by letter. */
export type Found =
  /** A whole image or attached file, in a temporary file that is removed when the next one is asked for. */
  | { readonly kind: 'whole'; readonly from: Uint8Array; readonly content: Carried; readonly path: string }
  | { readonly kind: 'otherBox'; readonly from: Uint8Array; readonly toName: string }
  | { readonly kind: 'defect'; readonly defect: LetterDefect };

/**
 * Goes through a bundle. What is damaged is passed over and what follows it is read all the same; only what is whole
 * and that the box on the outside really sealed for us are given. Throws the system's error.
 */
export async function* lettersOf(
  path: string,
  own: BoxKeyPair,
  temporaryFolder: string,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let foreign = 0;
    if (size === 0) yield { kind: 'defect', defect: 'cut' };
    for (let at: number | null = 0; at !== null && at < size;) {
      const found: Stepped = await letterOrDefect(file, at, own);
      if (found.kind === 'defect') {
        at = await nextLetter(file, at + 1);
        // Where whole letters follow, this one was not cut off by the end of the file.
        yield { kind: 'defect', defect: at !== null && found.defect === 'cut' ? 'damaged' : found.defect };
        if (found.defect === 'tooNew' && at === null) return;
        continue;
      }
      const { from, toName } = found.letter.head;
      if (found.kind === 'otherBox') {
        yield { kind: 'otherBox', from, toName };
        foreign += 1;
        // A bundle is for one box: a single letter with another key on it was damaged.
        at = foreign > 1 ? null : await nextLetter(file, at + 1);
        continue;
      }
      const temporary = join(temporaryFolder, `courier-${randomUUID()}.part`);
      try {
        const defect = await unpack(found.opened, found.content, temporary, signal);
        if (defect === null) yield { kind: 'whole', from, content: found.content, path: temporary };
        at = defect === null ? await endOf(file, found.letter, size) : await nextLetter(file, at + 1);
        if (defect !== null) yield { kind: 'defect', defect: at !== null && defect === 'cut' ? 'damaged' : defect };
      } finally {
        await rm(temporary, { force: true });
      }
    }
  } finally {
    await file.close();
  }
}

type Stepped =
  | { readonly kind: 'defect'; readonly defect: LetterDefect }
  | { readonly kind: 'otherBox'; readonly letter: FoundLetter }
  | {
      readonly kind: 'whole';
      readonly letter: FoundLetter;
      readonly opened: OpenedLetter;
      readonly content: Carried;
    };

async function letterOrDefect(file: FileHandle, at: number, own: BoxKeyPair): Promise<Stepped> {
  try {
    const letter = await letterAt(file, at);
    if (letter === null) return { kind: 'defect', defect: 'cut' };
    if (!Buffer.from(letter.head.to).equals(own.publicKey)) return { kind: 'otherBox', letter };
    const opened = await openLetter(file, letter, own);
    const { content } = opened;
    return content.kind === 'receipt'
      ? { kind: 'defect', defect: 'damaged' }
      : { kind: 'whole', letter, opened, content };
  } catch (error) {
    if (error instanceof LetterFault) return { kind: 'defect', defect: error.defect };
    throw error;
  }
}

/** Writes what a letter brings to a file; null when it is whole. */
async function unpack(
  opened: OpenedLetter,
  content: Carried,
  path: string,
  signal: AbortSignal,
): Promise<LetterDefect | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (): AsyncGenerator<Buffer> {
    for await (const part of opened.body()) {
      bytes += part.length;
      if (bytes > content.bytes) throw new LetterFault('damaged');
      hash.update(part);
      yield part;
    }
  };
  try {
    await pipeline(Readable.from(measured(), { objectMode: false }), createWriteStream(path), { signal });
  } catch (error) {
    if (error instanceof LetterFault) return error.defect;
    throw error;
  }
  return bytes === content.bytes && hash.digest('hex') === content.sha256 ? null : 'damaged';
}
