import { createHash, randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { ExtraValue } from '../../dicom/anonymise/tag-path';
import { placed, type PlacedValue } from '../../dicom/anonymise/tag-path';
import { extractIndex, type IndexAttributes } from '../../dicom/index-attributes';
import type { ByteSource, DicomFile } from '../../dicom/model';
import { readDicom } from '../../dicom/reader';
import { changeAttributes, type ModificationNote, refuseProtected, type Segment } from '../../dicom/rewrite';
import { Tags } from '../../dicom/tags';
import { patientKeyTag } from '../../imaging/origin';
import { diskError, writeWhole } from '../../platform/durable';
import { FileSource } from '../../platform/file-source';

export interface MakeVersionInput {
  readonly path: string;
  readonly incoming: string;
  readonly values: readonly ExtraValue[];
  /** Whether UIDs are meant to be changed. */
  readonly uids: boolean;
  /** Values are written as they are, without asking whether the standard allows them. */
  readonly trusted: boolean;
  readonly note: ModificationNote;
  /**
   * The key of the patient that objects made by Fieldbox carry: another one, or 'keep', which holds as long as the object goes
   * on naming the same patient.
   */
  readonly patientKey: string;
}

export type MakeVersionOutput =
  | { readonly changed: false }
  | {
      readonly changed: true;
      readonly sha256: string;
      readonly bytes: number;
      readonly attributes: IndexAttributes;
      /** Whether the object names another patient than before. */
      readonly renamed: boolean;
    };

const CHUNK = 1024 * 1024;
const DEFLATED_LE = '1.2.840.10008.1.2.1.99';

/**
 * Makes the new version of an object with some attributes changed and leaves it in `incoming/` under its hash, flushed. Pixels
 * are copied piece by piece. Throws TAG_PROTECTED, TAG_IS_UID, TAG_VALUE, BAD_REQUEST, FILE_UNREADABLE, DICOM_*, DISK_*.
 */
export async function makeVersion(input: MakeVersionInput): Promise<MakeVersionOutput> {
  const values = placed(input.values);
  refuseProtected(values, input.uids);
  const source = new FileSource(input.path);
  try {
    const file = readDicom(source);
    const renamed = values.some(({ steps }) => steps.length === 1 && NAMING.has(steps[0]?.tag ?? 0));
    const segments = changeAttributes(
      file,
      [...values, ...keyValue(file, input.patientKey, renamed)],
      input.note,
      input.trusted,
    );
    if (!segments) return await Promise.resolve({ changed: false });
    const written = write(input.incoming, pieces(source, file, segments));
    const copy = new FileSource(written.path);
    try {
      const attributes = extractIndex(readDicom(copy));
      return { changed: true, sha256: written.sha256, bytes: written.bytes, attributes, renamed };
    } finally {
      copy.close();
    }
  } finally {
    source.close();
  }
}

/** The attributes by which an object finds its patient. */
const NAMING: ReadonlySet<number> = new Set<number>([Tags.PatientID, Tags.PatientName, Tags.IssuerOfPatientID]);

function keyValue(file: DicomFile, key: string, renamed: boolean): readonly PlacedValue[] {
  const tag = patientKeyTag(file);
  if (tag === undefined || (key === 'keep' && !renamed)) return [];
  return [{ steps: [{ tag, item: null }], value: key === 'keep' ? null : key }];
}

function* pieces(source: ByteSource, file: DicomFile, segments: readonly Segment[]): Generator<Uint8Array> {
  yield source.bytes(0, file.datasetOffset);
  if (file.transferSyntaxUID === DEFLATED_LE && file.dataset.source !== file.meta.source) {
    const inflated = segments.map((segment) =>
      segment instanceof Uint8Array ? segment : file.dataset.source.bytes(segment.offset, segment.length),
    );
    const deflated = deflateRawSync(Buffer.concat(inflated));
    yield deflated;
    if (deflated.length % 2 !== 0) yield Uint8Array.of(0); // PS3.5 A.5
    return;
  }
  for (const segment of segments) {
    if (segment instanceof Uint8Array) yield segment;
    else {
      for (let at = 0; at < segment.length; at += CHUNK)
        yield file.dataset.source.bytes(segment.offset + at, Math.min(CHUNK, segment.length - at));
    }
  }
}

/** Writes a file under the hash of its bytes, flushed. */
function write(folder: string, content: Iterable<Uint8Array>): { path: string; sha256: string; bytes: number } {
  const temporary = join(folder, `version-${randomUUID()}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const file = openSync(temporary, 'wx');
    try {
      for (const piece of content) {
        hash.update(piece);
        writeWhole(file, piece);
        bytes += piece.length;
      }
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    const sha256 = hash.digest('hex');
    const path = join(folder, sha256);
    renameSync(temporary, path);
    return { path, sha256, bytes };
  } catch (error) {
    rmSync(temporary, { force: true });
    throw diskError(error);
  }
}
