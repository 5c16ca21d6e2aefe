import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import type { Stop } from './cancel';
import { flushNames, hashFromMedium } from './medium-read';
import { choosePlace, renamePatiently, type Place } from './place';
import { notReadyText } from './readme';
import { writeAll, type Checked, type Content, type Sink, type Written } from './sink';

/** Lies in the folder until everything in it has been read back. */
const NOTE = 'NOTREADY.TXT';
/** What people and viewers look for comes last, so that a stick pulled in between looks as unfinished as it is. */
const ENTRANCES = new Set(['DICOMDIR', 'index.html', 'SHA256.TXT', 'SHA256SUMS', 'README.TXT']);

/** An export as a folder of files. */
export class FolderSink implements Sink {
  private readonly place: Place;
  private readonly folders = new Set<string>();
  private readonly moved: string[] = [];

  /** Throws EXPORT_TARGET_NOT_EMPTY, EXPORT_TARGET_LOST and the system's errors. */
  constructor(private readonly target: string) {
    this.place = choosePlace(target, 'folder');
    mkdirSync(this.place.staging);
    writeFileSync(join(this.place.staging, NOTE), notReadyText());
  }

  get staging(): string {
    return this.place.staging;
  }

  async write(path: string, _bytes: number, content: Content): Promise<Written> {
    const full = join(this.staging, ...path.split('/'));
    const folder = dirname(full);
    if (!this.folders.has(folder)) {
      mkdirSync(folder, { recursive: true });
      this.folders.add(folder);
    }
    const file = openSync(full, 'wx');
    const hash = createHash('sha256');
    let written = 0;
    let whole = false;
    try {
      for (const piece of content()) {
        writeAll(file, piece);
        hash.update(piece);
        written += piece.length;
      }
      whole = true;
    } finally {
      closeSync(file);
      if (!whole) rmSync(full, { force: true });
    }
    return Promise.resolve({ path, sha256: hash.digest('hex'), bytes: written });
  }

  async check(written: readonly Written[], stop: Stop, checked: Checked): Promise<string[]> {
    const wrong: string[] = [];
    let bytes = 0;
    for (const [index, file] of written.entries()) {
      const full = join(this.staging, ...file.path.split('/'));
      const found = existsSync(full) ? hashFromMedium(full, stop) : null;
      if (found?.sha256 !== file.sha256 || found.bytes !== file.bytes) wrong.push(file.path);
      bytes += file.bytes;
      checked(index + 1, bytes);
    }
    for (const folder of this.folders) flushNames(folder);
    return Promise.resolve(wrong);
  }

  async publish(): Promise<void> {
    if (this.place.inside) this.moveUp();
    else this.rename();
    return Promise.resolve();
  }

  private rename(): void {
    if (existsSync(this.target)) {
      if (readdirSync(this.target).length > 0) throw new FieldboxError('EXPORT_TARGET_NOT_EMPTY');
      rmdirSync(this.target);
    }
    rmSync(join(this.staging, NOTE));
    flushNames(this.staging);
    renamePatiently(this.staging, this.target);
    flushNames(dirname(this.target));
  }

  private moveUp(): void {
    const names = readdirSync(this.staging).filter((name) => name !== NOTE);
    const ordered = [...names.filter((name) => !ENTRANCES.has(name)), ...names.filter((name) => ENTRANCES.has(name))];
    for (const name of ordered) {
      const to = join(this.target, name);
      if (existsSync(to)) throw new FieldboxError('EXPORT_TARGET_NOT_EMPTY');
      renamePatiently(join(this.staging, name), to);
      this.moved.push(to);
    }
    rmSync(join(this.staging, NOTE));
    rmdirSync(this.staging);
    flushNames(this.target);
  }

  async discard(): Promise<void> {
    for (const path of this.moved) rmSync(path, { recursive: true, force: true });
    rmSync(this.staging, { recursive: true, force: true });
    return Promise.resolve();
  }
}
