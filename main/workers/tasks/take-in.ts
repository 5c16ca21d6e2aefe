import { createHash } from 'node:crypto';
import { closeSync, fstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { isCutOff } from '../../dicom/completeness';
import { extractIndex, type IndexAttributes } from '../../dicom/index-attributes';
import { BufferSource } from '../../dicom/buffer-source';
import { joined, type Piece, type TagFilter } from '../../dicom/filter';
import type { ByteSource, DicomFile } from '../../dicom/model';
import { readDicom } from '../../dicom/reader';
import { Tags } from '../../dicom/tags';
import { readDicomdir } from '../../dicom/dicomdir';
import { headerFor } from '../../dicom/writer';
import { DETECT_BYTES, detectKind, isPhotoKind, type PhotoKind } from '../../imaging/detect';
import { writeUnflushed } from '../../platform/durable';
import { FileSource } from '../../platform/file-source';
import {
  type Copy,
  copyToIncoming,
  hashOpen,
  isStored,
  keepCopy,
  linkIn,
  makePlace,
  openSource,
  type Places,
  readSource,
  type Taken,
} from './copy-in';
import { filteredBytes, filteredCopy, writeCopy } from './filtered-copy';

/** PS3.4 Annex B table: Media Storage Directory Storage. */
const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';
/** Files up to this size are read once, into memory; larger ones are copied piece by piece. */
const WHOLE_BYTES = 8 * 1024 * 1024;
const whole = new Uint8Array(WHOLE_BYTES + 1);

export interface TakeInInput extends Places {
  /** The whole file where it is small and in memory already: then nothing lies at the path. */
  readonly held?: Uint8Array | undefined;
  /** The file as it was offered. It is only read. */
  readonly path: string;
  /** What is taken out of DICOM files before they are stored; null: they are stored as they came. */
  readonly filter: TagFilter | null;
  /** Size and time (milliseconds) the file must have before and after it is read; what changes meanwhile is not taken in. */
  readonly unchanged?: { readonly size: number; readonly mtimeMs: number } | undefined;
  /**
   * The file lies in the archive's own folder and nobody writes to it any more: when it is stored as it came it is not copied but
   * gets a second name. The caller removes its own when it has been taken.
   */
  readonly ours?: boolean;
  /**
   * What the File Meta Information was made from, where it came with no file but in a message of its own (C-STORE). It has to name the
   * data set that follows it (PS3.10 7.1): where that says otherwise, it is made anew.
   */
  readonly named?: Named | undefined;
}

/** How a message names the instance in it. */
export interface Named {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
}

/** A file that says little of itself: the time it was last written is the best guess of when it was made. */
interface Dated extends Taken {
  readonly modifiedMs: number;
}

export type TakeInOutput =
  | (Taken & {
      readonly kind: 'dicom';
      readonly attributes: IndexAttributes;
      readonly warnings: readonly string[];
      /** Attributes the filter has taken out. */
      readonly removed: number;
    })
  | (Dated & { readonly kind: 'photo'; readonly photo: PhotoKind })
  | (Dated & { readonly kind: 'pdf' })
  /** Followed or opened by the caller, not stored. `files` are path components as the directory says them. */
  | { readonly kind: 'dicomdir'; readonly files: readonly (readonly string[])[] }
  | { readonly kind: 'zip' };

/**
 * Takes one file in: copies it to `incoming/` while hashing it and reads from the copy what the index needs,
 * so that what is indexed is what was stored even if the source changes meanwhile. A filter takes attributes out on the way. A
 * file that is no image leaves nothing behind. Throws FILE_* (FILE_CHANGING when it is not `unchanged`), NOT_DICOM, DICOM_*,
 * SPECIAL_FILE, DISK_*.
 */
export async function takeIn(input: TakeInInput): Promise<TakeInOutput> {
  if (input.held !== undefined) return Promise.resolve(takeHeld(input.held, input));
  const source = openSource(input);
  let copy: Copy | undefined;
  try {
    const { size, mtimeMs } = fstatSync(source);
    requireUnchanged(source, input);
    if (size === 0) throw new FieldboxError('FILE_EMPTY');
    if (size > input.maxBytes)
      throw new FieldboxError('FILE_TOO_LARGE', { limit: `${String(Math.round(input.maxBytes / 2 ** 30))} GB` });
    const kind = kindOf(readHead(source, Math.min(size, DETECT_BYTES)), size);
    if (kind === 'zip') return { kind };
    const whole = size <= WHOLE_BYTES ? readWhole(source) : undefined;
    if (whole) {
      requireUnchanged(source, input);
      return await Promise.resolve(takeWhole(whole, kind, mtimeMs, input));
    }
    if (isLinked(kind, input)) return await takeLargeOfOurs(source, kind, mtimeMs, input);
    copy = copyToIncoming(source, input);
    requireUnchanged(source, input);
    const filtered = mayBeFiltered(kind, input) ? filteredCopy(copy.path, input.filter, input.incoming) : null;
    if (filtered) {
      rmSync(copy.path);
      copy = filtered;
    }
    const output = describe(copy, kind, mtimeMs, new FileSource(copy.path), filtered?.removed);
    if (isMisnamed(output, input)) {
      rmSync(copy.path);
      return await takeRenamed(input);
    }
    if (isObject(output)) keepCopy(copy, input);
    else rmSync(copy.path);
    return await Promise.resolve(output);
  } catch (error) {
    if (copy) rmSync(copy.path, { force: true });
    throw error;
  } finally {
    closeSync(source);
  }
}

/**
 * Takes in a file that nobody has written yet: it is written once, in its place. `sha256`: what its bytes have, where that is known
 * already. Throws as `takeIn`.
 */
export function takeHeld(held: Uint8Array, input: TakeInInput, sha256?: string): TakeInOutput {
  const kind = kindOf(held.subarray(0, DETECT_BYTES), held.length);
  return kind === 'zip' ? { kind } : takeWhole(held, kind, Date.now(), input, sha256);
}

/** Throws FILE_EMPTY, FILE_UNKNOWN. */
function kindOf(head: Uint8Array, size: number): DescribedKind | 'zip' {
  const kind = detectKind(head, size);
  if (kind === 'empty') throw new FieldboxError('FILE_EMPTY');
  if (kind === 'unknown') throw new FieldboxError('FILE_UNKNOWN');
  return kind;
}

function requireUnchanged(source: number, { unchanged }: TakeInInput): void {
  if (unchanged === undefined) return;
  const { size, mtimeMs } = fstatSync(source);
  if (size !== unchanged.size || Math.round(mtimeMs) !== unchanged.mtimeMs) throw new FieldboxError('FILE_CHANGING');
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
function takeWhole(
  offered: Uint8Array,
  kind: DescribedKind,
  modifiedMs: number,
  input: TakeInInput,
  sha256?: string,
): TakeInOutput {
  const filtered = mayBeFiltered(kind, input) ? filteredBytes(offered, input.filter) : null;
  const bytes = filtered?.bytes ?? offered;
  const known = filtered === null ? sha256 : undefined;
  const taken = { sha256: known ?? createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
  const output = describe(taken, kind, modifiedMs, new BufferSource(bytes), filtered?.removed);
  if (isMisnamed(output, input)) {
    const renamed = joined(new BufferSource(offered), underItsName(new BufferSource(offered)));
    return takeWhole(renamed, kind, modifiedMs, { ...input, held: renamed, named: undefined });
  }
  if (!isObject(output) || isStored(taken.sha256, input)) return output;
  if (filtered !== null || !isLinked(kind, input) || !linkIn(input.path, taken.sha256, input))
    writeUnflushed(join(input.incoming, taken.sha256), bytes);
  makePlace(taken.sha256, input);
  return output;
}

/** The same with a large file of ours, which is hashed where it lies. */
async function takeLargeOfOurs(
  source: number,
  kind: DescribedKind,
  modifiedMs: number,
  input: TakeInInput,
): Promise<TakeInOutput> {
  const taken = hashOpen(source, input);
  const output = describe(taken, kind, modifiedMs, new FileSource(input.path));
  if (isMisnamed(output, input)) return takeRenamed(input);
  if (isObject(output) && !isStored(taken.sha256, input) && !linkIn(input.path, taken.sha256, input))
    keepCopy(copyToIncoming(source, input), input);
  return output;
}

function isMisnamed(output: TakeInOutput, { named }: TakeInInput): boolean {
  if (output.kind !== 'dicom' || named === undefined) return false;
  const { SOPClassUID, SOPInstanceUID } = output.attributes;
  return SOPClassUID !== named.SOPClassUID || SOPInstanceUID !== named.SOPInstanceUID;
}

/** A file of ours with the header that belongs to its data set. */
function underItsName(source: ByteSource): readonly Piece[] {
  const file = readDicom(source);
  const header = headerFor(file);
  if (header === undefined) return [{ offset: 0, length: source.size }];
  return [header, { offset: file.datasetOffset, length: source.size - file.datasetOffset }];
}

/** Takes in a large file of ours under the header that belongs to its data set. */
async function takeRenamed(input: TakeInInput): Promise<TakeInOutput> {
  const source = new FileSource(input.path);
  let copy: Copy | undefined;
  try {
    copy = writeCopy(source, underItsName(source), input.incoming);
    return await takeIn({ ...input, path: copy.path, ours: true, named: undefined });
  } finally {
    source.close();
    if (copy) rmSync(copy.path, { force: true });
  }
}

function isLinked(kind: DescribedKind, input: TakeInInput): boolean {
  return input.ours === true && input.held === undefined && !mayBeFiltered(kind, input);
}

function mayBeFiltered(kind: DescribedKind, input: TakeInInput): input is TakeInInput & { readonly filter: TagFilter } {
  return input.filter !== null && (kind === 'dicom' || kind === 'maybe-dicom');
}

type DescribedKind = 'dicom' | 'maybe-dicom' | 'pdf' | PhotoKind;

/** Closes the source when it is a file. */
function describe(
  { sha256, bytes }: Taken,
  kind: DescribedKind,
  modifiedMs: number,
  source: BufferSource | FileSource,
  removed = 0,
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
    return { ...taken, kind: 'dicom', attributes: extractIndex(file), warnings: file.warnings, removed };
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
