import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable, Writable } from 'node:stream';
import * as yazl from 'yazl';
import { FieldboxError } from '@shared/errors';
import type { Stop } from './cancel';
import { flushNames, hashFromMedium } from './medium-read';
import { choosePlace, renamePatiently } from './place';
import { writeAll, type Checked, type Content, type Sink, type Written } from './sink';
import { isObjectFault } from './stored-object';
import { checkZip } from './zip-check';

/** Ordinary file, readable by all: some systems unpack files without these bits so that nobody can open them. */
const FILE_MODE = 0o100644;
/** Largest file of FAT32. */
const FAT_LIMIT = 2 ** 32 - 1;

/**
 * An export as one zip, stored without packing (pictures are packed already), with 64-bit sizes where needed. The file is
 * written from front to end only, so that its own hash is known as well.
 */
export class ZipSink implements Sink {
  readonly staging: string;
  private readonly file: number;
  private open = true;
  private readonly zip = new yazl.ZipFile();
  private readonly hash = createHash('sha256');
  private bytes = 0;
  private readonly ended: Promise<void>;
  private failure: Error | null = null;
  private fail: ((error: Error) => void) | null = null;

  /** Throws EXPORT_TARGET_NOT_EMPTY, EXPORT_TARGET_LOST and the system's errors. */
  constructor(
    private readonly target: string,
    private readonly madeAt: Date,
    private readonly fileLimit: number = Number.POSITIVE_INFINITY,
  ) {
    this.staging = choosePlace(target, 'zip').staging;
    this.file = openSync(this.staging, 'wx');
    const output = new Writable({
      highWaterMark: 1024 * 1024,
      write: (chunk: Buffer, _encoding, done) => {
        try {
          this.append(chunk);
          done();
        } catch (error) {
          done(error instanceof Error ? error : new Error(String(error)));
        }
      },
    });
    this.ended = new Promise((resolve, reject) => {
      output.on('finish', resolve);
      this.fail = (error) => {
        this.failure ??= error;
        reject(error);
      };
    });
    this.ended.catch(() => undefined); // whoever writes or ends the zip hears of it
    output.on('error', (error) => this.fail?.(error));
    this.zip.on('error', (error: Error) => this.fail?.(error));
    this.zip.outputStream.pipe(output);
  }

  async write(path: string, bytes: number, content: Content): Promise<Written> {
    // What is in a zip cannot be taken back, so the content is gone through once before: damage shows at its end.
    const before = createHash('sha256');
    for (const piece of content()) before.update(piece);
    const sha256 = before.digest('hex');
    const input = Readable.from(content(), { objectMode: false });
    const added = Promise.race([
      new Promise<void>((resolve, reject) => {
        input.once('end', resolve);
        input.once('error', reject);
        this.zip.addReadStream(input, path, { size: bytes, compress: false, mtime: this.madeAt, mode: FILE_MODE });
      }),
      this.ended.then(() => {
        throw new FieldboxError('INTERNAL', {}, new Error('the zip ended before its files'));
      }),
    ]);
    try {
      await added;
    } catch (error) {
      // Good a moment ago and now no longer: part of it is in the zip, so the zip cannot become good any more.
      throw isObjectFault(error) ? new FieldboxError('EXPORT_VERIFY_FAILED', { count: 1 }, error) : error;
    }
    return { path, sha256, bytes };
  }

  async check(written: readonly Written[], stop: Stop, checked: Checked): Promise<string[]> {
    this.zip.end();
    await this.ended;
    this.close();
    const found = hashFromMedium(this.staging, stop);
    if (found.sha256 !== this.hash.digest('hex') || found.bytes !== this.bytes) return written.map((file) => file.path);
    return checkZip(this.staging, written, stop, checked);
  }

  async publish(): Promise<void> {
    if (existsSync(this.target)) throw new FieldboxError('EXPORT_TARGET_NOT_EMPTY');
    renamePatiently(this.staging, this.target);
    flushNames(dirname(this.target));
    return Promise.resolve();
  }

  async discard(): Promise<void> {
    this.failure ??= new FieldboxError('CANCELLED');
    this.close();
    rmSync(this.staging, { force: true });
    return Promise.resolve();
  }

  private append(chunk: Buffer): void {
    if (this.failure) throw this.failure;
    if (this.bytes + chunk.length > this.fileLimit) throw new FieldboxError('EXPORT_FAT_LIMIT');
    writeAll(this.file, chunk);
    this.hash.update(chunk);
    this.bytes += chunk.length;
  }

  private close(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.file);
  }
}

/** What one file may have on a file system, by its number in statfs (Linux): MSDOS_SUPER_MAGIC is FAT. */
export function fileLimitOf(fileSystemType: number): number {
  return process.platform === 'linux' && fileSystemType === 0x4d44 ? FAT_LIMIT : Number.POSITIVE_INFINITY;
}
