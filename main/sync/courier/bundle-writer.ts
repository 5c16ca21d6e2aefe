import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { flushFolder } from '../../platform/durable';
import type { BoxKeyPair } from '../box-key-pair';
import type { FileLetter, ImageLetter } from './letter-content';
import { endOf, letterAt, LetterFault } from './letter-file';
import { type Addressee, hashOfStretch, sealedLetter, writeAt } from './letter-writer';
import { bundleName } from './stick';

/** A bundle that has grown over this is followed by another one: sticks with FAT32 hold no file of 4 GiB. */
const MOST_BUNDLE_BYTES = 2 * 1024 ** 3;

/** Appends letters to the bundle of one transaction in a folder. What a stick that was pulled out has left half written is cut off first. */
export class BundleWriter {
  private constructor(
    readonly folder: string,
    readonly transaction: number,
    private readonly own: BoxKeyPair,
    private readonly to: Addressee,
    private readonly mostBytes: number,
    private part: number,
    private file: FileHandle,
    private end: number,
  ) {}

  /** Opens the bundle, or begins it. Throws the system's error. */
  static async open(
    folder: string,
    transaction: number,
    own: BoxKeyPair,
    to: Addressee,
    mostBytes: number = MOST_BUNDLE_BYTES,
  ): Promise<BundleWriter> {
    for (let part = 1; ; part += 1) {
      const { file, end } = await openPart(folder, bundleName(to.key, own.publicKey, transaction, part));
      if (end < mostBytes) return new BundleWriter(folder, transaction, own, to, mostBytes, part, file, end);
      await file.close();
    }
  }

  /**
   * Writes one image or file as a letter, flushes it, and reads it back from the stick. Throws the system's error; then nothing of the
   * letter counts, and the next one is written in its place.
   */
  async append(content: ImageLetter | FileLetter, body: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.end >= this.mostBytes) await this.nextPart();
    const letter = await writeAt(this.file, this.end, sealedLetter(this.own, this.to, content, body));
    await this.file.datasync();
    if ((await hashOfStretch(this.file, this.end, letter.end)) !== letter.sha256)
      throw Object.assign(new Error('The stick gives back something else.'), { code: 'EIO' });
    this.end = letter.end;
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private async nextPart(): Promise<void> {
    await this.file.close();
    this.part += 1;
    const name = bundleName(this.to.key, this.own.publicKey, this.transaction, this.part);
    ({ file: this.file, end: this.end } = await openPart(this.folder, name));
  }
}

async function openPart(folder: string, name: string): Promise<{ readonly file: FileHandle; readonly end: number }> {
  const path = join(folder, name);
  const file = await open(path, 'a+').then(async (made) => {
    await made.close(); // it is there now
    return open(path, 'r+');
  });
  try {
    const end = await wholeUpTo(file);
    await file.truncate(end);
    await flushFolder(folder);
    return { file, end };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where the last whole letter ends. */
async function wholeUpTo(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  let end = 0;
  try {
    for (let letter = await letterAt(file, 0); letter !== null; letter = await letterAt(file, end))
      end = await endOf(file, letter, size);
  } catch (error) {
    if (!(error instanceof LetterFault)) throw error;
  }
  return end;
}
