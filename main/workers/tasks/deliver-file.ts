import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { systemCode } from '../../platform/durable';
import { patientFolder, pictureLabel, studyFolder } from '../export/labels';
import { flushNames, hashFromMedium } from '../export/medium-read';
import type { PlannedObject, PlannedPatient, PlannedSeries, PlannedStudy } from '../export/plan';
import { MAX_FILE_BYTES, safeName, splitExtension } from '../export/safe-names';
import { writeAll } from '../export/sink';
import { objectBytes } from '../export/stored-object';

export interface DeliverFileInput {
  /** Absolute path of the destination's folder, which is there. */
  readonly folder: string;
  readonly object: PlannedObject;
  /** Name of the file it came from; empty when there was none. */
  readonly fileName: string;
  /** Name of its kind, for what has no name of its own. */
  readonly label: string;
  readonly isDicom: boolean;
  readonly patient: PlannedPatientFacts;
  readonly study: Omit<PlannedStudy, 'series'>;
  readonly series: Pick<PlannedSeries, 'Modality' | 'SeriesDescription'>;
}
type PlannedPatientFacts = Omit<PlannedPatient, 'studies'>;

const never = (): void => undefined;

/**
 * Writes a stored file into a folder of patient and study, under a name that says it is not complete; reads it back from the
 * medium, and then gives it its name. The same file again is recognised and not written twice; another file of that name is
 * never overwritten. Gives the path below the destination's folder. Throws OBJECT_*, DESTINATION_GONE, DESTINATION_FULL,
 * DELIVERY_NOT_PROVEN, DISK_FAILED.
 */
export async function deliverFile(input: DeliverFileInput): Promise<{ place: string }> {
  const { folder, object } = input;
  const below = [patientFolder({ ...input.patient, studies: [] }), studyFolder({ ...input.study, series: [] })];
  try {
    mkdirSync(join(folder, ...below), { recursive: true });
    for (let number = 1; ; number += 1) {
      const place = [...below, numbered(nameOf(input), number)].join('/');
      const target = join(folder, ...place.split('/'));
      if (existsSync(target)) {
        if (isSame(target, object)) return await Promise.resolve({ place });
        continue;
      }
      write(target, object);
      return { place };
    }
  } catch (error) {
    throw destinationError(error);
  }
}

function nameOf({ fileName, label, isDicom, series, object }: DeliverFileInput): string {
  const own = safeName(fileName, MAX_FILE_BYTES, '');
  if (own !== '') return own;
  const shown = pictureLabel({ ...series, SeriesInstanceUID: '', SeriesNumber: '', images: [] }, label);
  const name = `${safeName(shown, MAX_FILE_BYTES - 20, 'image')} ${object.sha256.slice(0, 8)}`;
  return isDicom ? `${name}.dcm` : `${name}${extensionOf(object)}`;
}

/** The ending of a photo or document that came without a name (the camera), by how it begins. */
function extensionOf(object: PlannedObject): string {
  const head = Buffer.alloc(4);
  const file = openSync(object.path, 'r');
  try {
    readSync(file, head, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  if (head.readUInt16BE(0) === 0xffd8) return '.jpg';
  if (head.readUInt32BE(0) === 0x89504e47) return '.png';
  return head.toString('latin1') === '%PDF' ? '.pdf' : '';
}

function numbered(name: string, number: number): string {
  if (number === 1) return name;
  const [stem, extension] = splitExtension(name);
  return `${stem} (${String(number)})${extension}`;
}

function isSame(path: string, { sha256, bytes }: PlannedObject): boolean {
  const { size } = statSync(path);
  return size === bytes && hashFromMedium(path, never).sha256 === sha256;
}

function write(target: string, object: PlannedObject): void {
  // The same name each time: what a process that was killed has left is written over.
  const temporary = `${target}.${object.sha256.slice(0, 8)}.part`;
  try {
    const file = openSync(temporary, 'w');
    try {
      for (const piece of objectBytes(object, never)) writeAll(file, piece);
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    if (!isSame(temporary, object)) throw new FieldboxError('DELIVERY_NOT_PROVEN');
    renameSync(temporary, target);
    flushNames(dirname(target));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A fault of the destination as one of ours. */
function destinationError(error: unknown): FieldboxError {
  if (error instanceof FieldboxError) return error;
  const code = systemCode(error);
  if (code === 'UNKNOWN') return new FieldboxError('INTERNAL', {}, error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new FieldboxError('DESTINATION_FULL', {}, error);
  return new FieldboxError('DESTINATION_GONE', { reason: code }, error);
}
