import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { isCutOff } from '../../dicom/completeness';
import { extractIndex, type IndexAttributes } from '../../dicom/index-attributes';
import { BufferSource } from '../../dicom/buffer-source';
import type { DicomFile } from '../../dicom/model';
import { readDicom } from '../../dicom/reader';
import { Tags } from '../../dicom/tags';
import { readDicomdir } from '../../dicom/dicomdir';
import { DETECT_BYTES, detectKind, isPhotoKind, type PhotoKind } from '../../imaging/detect';
import { diskError, systemCode, writeUnflushed } from '../../platform/durable';
import { FileSource } from '../../platform/file-source';

/** PS3.4 Annex B table: Media Storage Directory Storage. */
const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';
const CHUNK = 1024 * 1024;
/** One for all files of this worker: tasks run one after the other, and making one anew for each costs more than the copying. */
const chunk = new Uint8Array(CHUNK);
/** Files up to this size are read once, into memory; larger ones are copied piece by piece. */
const WHOLE_BYTES = 8 * 1024 * 1024;
const whole = new Uint8Array(WHOLE_BYTES + 1);
/** A symbolic link is refused and a pipe does not make us wait; Windows has neither of the two flags. */
const READ_WITHOUT_FOLLOWING =
  process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface TakeInInput {
  /** The file as it was offered. It is only read. */
  readonly path: string;
  readonly incoming: string;
  readonly objects: string;
  readonly maxBytes: number;
  /** Size and time (milliseconds) the file must have before and after it is read; what changes meanwhile is not taken in. */
  readonly unchanged?: { readonly size: number; readonly mtimeMs: number } | undefined;
}

/** A file that now lies in `incoming/` under its hash, to be flushed by the commit; or in `objects/` already. */
interface Taken {
  readonly sha256: string;
  readonly bytes: number;
}

/** A file that says little of itself: the time it was last written is the best guess of when it was made. */
interface Dated extends Taken {
  readonly modifiedMs: number;
}

export type TakeInOutput =
  | (Taken & { readonly kind: 'dicom'; readonly attributes: IndexAttributes; readonly warnings: readonly string[] })
  | (Dated & { readonly kind: 'photo'; readonly photo: PhotoKind })
  | (Dated & { readonly kind: 'pdf' })
  /** Followed or opened by the caller, not stored. `files` are path components as the directory says them. */
  | { readonly kind: 'dicomdir'; readonly files: readonly (readonly string[])[] }
  | { readonly kind: 'zip' };

/**
 * Takes one file in: copies it to `incoming/` while hashing it and reads from the copy what the index needs,
 * so that what is indexed is what was stored even if the source changes meanwhile. A file that is no image leaves nothing
 * behind. Throws FILE_* (FILE_CHANGING when it is not `unchanged`), NOT_DICOM, DICOM_*, SPECIAL_FILE, DISK_*.
 */
export async function takeIn(input: TakeInInput): Promise<TakeInOutput> {
  const source = openSource(input);
  let copy: Copy | undefined;
  try {
    const { size, mtimeMs } = fstatSync(source);
    requireUnchanged(source, input);
    if (size === 0) throw new FieldboxError('FILE_EMPTY');
    if (size > input.maxBytes)
      throw new FieldboxError('FILE_TOO_LARGE', { limit: `${String(Math.round(input.maxBytes / 2 ** 30))} GB` });
    const head = readHead(source, Math.min(size, DETECT_BYTES));
    const kind = detectKind(head, size);
    if (kind === 'empty') throw new FieldboxError('FILE_EMPTY');
    if (kind === 'zip') return { kind };
    if (kind === 'unknown') throw new FieldboxError('FILE_UNKNOWN');
    const whole = size <= WHOLE_BYTES ? readWhole(source) : undefined;
    if (whole) {
      requireUnchanged(source, input);
      return await Promise.resolve(takeWhole(whole, kind, mtimeMs, input));
    }
    copy = copyToIncoming(source, input);
    requireUnchanged(source, input);
    const output = describe(copy, kind, mtimeMs, new FileSource(copy.path));
    keep(copy, input, output);
    return await Promise.resolve(output);
  } catch (error) {
    if (copy) rmSync(copy.path, { force: true });
    throw error;
  } finally {
    closeSync(source);
  }
}

function requireUnchanged(source: number, { unchanged }: TakeInInput): void {
  if (unchanged === undefined) return;
  const { size, mtimeMs } = fstatSync(source);
  if (size !== unchanged.size || Math.round(mtimeMs) !== unchanged.mtimeMs) throw new FieldboxError('FILE_CHANGING');
}

function openSource(input: TakeInInput): number {
  try {
    const file = openSync(input.path, READ_WITHOUT_FOLLOWING);
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ELOOP') throw new FieldboxError('SYMBOLIC_LINK', {}, error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new FieldboxError('PATH_NOT_FOUND', {}, error);
    throw new FieldboxError('FILE_UNREADABLE', { reason: code }, error);
  }
  throw new FieldboxError('SPECIAL_FILE');
}

function readHead(file: number, length: number): Uint8Array {
  const head = new Uint8Array(length);
  const read = readSource(file, head, length, 0);
  return head.subarray(0, read);
}

/** All bytes of a small file, in `whole`, valid until the next file; undefined when it has grown past the limit meanwhile. */
function readWhole(source: number): Uint8Array | undefined {
  let size = 0;
  for (;;) {
    const read = readSource(source, whole.subarray(size), whole.length - size, size);
    if (read === 0) return whole.subarray(0, size);
    size += read;
    if (size > WHOLE_BYTES) return undefined;
  }
}

/** Takes in a file that is in memory: what is described and what is written are the same bytes, read once. */
function takeWhole(bytes: Uint8Array, kind: DescribedKind, modifiedMs: number, input: TakeInInput): TakeInOutput {
  const taken = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  const output = describe(taken, kind, modifiedMs, new BufferSource(bytes));
  if (isObject(output) && !isStored(taken.sha256, input)) writeUnflushed(join(input.incoming, taken.sha256), bytes);
  return output;
}

interface Copy extends Taken {
  readonly path: string;
}

function copyToIncoming(source: number, input: TakeInInput): Copy {
  const path = join(input.incoming, `${randomUUID()}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  const target = openIncoming(path);
  try {
    for (;;) {
      const read = readSource(source, chunk, CHUNK, bytes);
      if (read === 0) break;
      const part = chunk.subarray(0, read);
      hash.update(part);
      writeWhole(target, part);
      bytes += read;
      if (bytes > input.maxBytes)
        throw new FieldboxError('FILE_TOO_LARGE', { limit: `${String(Math.round(input.maxBytes / 2 ** 30))} GB` });
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error instanceof FieldboxError ? error : diskError(error);
  } finally {
    closeSync(target);
  }
  return { path, sha256: hash.digest('hex'), bytes };
}

function openIncoming(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    throw diskError(error);
  }
}

function readSource(file: number, into: Uint8Array, length: number, position: number): number {
  try {
    return readSync(file, into, 0, length, position);
  } catch (error) {
    throw new FieldboxError('FILE_UNREADABLE', { reason: systemCode(error) }, error);
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written);
}

type DescribedKind = 'dicom' | 'maybe-dicom' | 'pdf' | PhotoKind;

/** Closes the source when it is a file. */
function describe(
  { sha256, bytes }: Taken,
  kind: DescribedKind,
  modifiedMs: number,
  source: BufferSource | FileSource,
): TakeInOutput {
  const taken = { sha256, bytes };
  try {
    if (kind === 'pdf') return { ...taken, kind, modifiedMs };
    if (isPhotoKind(kind)) return { ...taken, kind: 'photo', photo: kind, modifiedMs };
    const file = readDicom(source);
    if (
      file.dataset.string(Tags.SOPClassUID) === MEDIA_STORAGE_DIRECTORY ||
      file.meta.string(Tags.MediaStorageSOPClassUID) === MEDIA_STORAGE_DIRECTORY
    ) {
      return dicomdir(file);
    }
    if (isCutOff(file)) throw new FieldboxError('DICOM_TRUNCATED');
    return { ...taken, kind: 'dicom', attributes: extractIndex(file), warnings: file.warnings };
  } catch (error) {
    // A file that only looked like a bare data set is an unknown file, not a broken DICOM file.
    if (kind === 'maybe-dicom' && error instanceof FieldboxError) throw new FieldboxError('FILE_UNKNOWN', {}, error);
    throw error;
  } finally {
    if (source instanceof FileSource) source.close();
  }
}

function dicomdir(file: DicomFile): TakeInOutput {
  try {
    return { kind: 'dicomdir', files: readDicomdir(file).referencedFiles.map((referenced) => referenced.fileIdPath) };
  } catch (error) {
    throw new FieldboxError('DICOMDIR_UNREADABLE', {}, error);
  }
}

function isObject(output: TakeInOutput): boolean {
  return output.kind !== 'dicomdir' && output.kind !== 'zip';
}

function isStored(sha256: string, input: TakeInInput): boolean {
  return existsSync(join(input.objects, sha256.slice(0, 2), sha256));
}

/** Gives the copy its name in `incoming/`, unless it is no object or the object is there already. */
function keep(copy: Copy, input: TakeInInput, output: TakeInOutput): void {
  if (!isObject(output) || isStored(copy.sha256, input)) {
    rmSync(copy.path);
    return;
  }
  renameSync(copy.path, join(input.incoming, copy.sha256));
}
