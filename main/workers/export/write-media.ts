import { FieldboxError } from '@shared/errors';
import type { DicomFile } from '../../dicom/model';
import { readDicom } from '../../dicom/reader';
import { Tags } from '../../dicom/tags';
import { headerFor } from '../../dicom/writer';
import { FileSource } from '../../platform/file-source';
import { MediaDirectory } from './media-directory';
import type { PlannedImage } from './plan';
import { mediaReadme, type UnlistedReason } from './readme';
import type { Content } from './sink';
import { checkObject, objectBytes } from './stored-object';
import { isPictureFault, type Writing } from './writing';

/**
 * `media`: a DICOM file-set (PS3.10 8) as the general purpose profiles of PS3.11 want it: DICOMDIR in the root, files with
 * names of at most eight capitals and digits and no extension under DICOM, README.TXT. Stored files keep their bytes and
 * their transfer syntax; only a missing preamble and meta group are put before them. What DICOMDIR cannot name (no valid
 * UIDs, or a UID that another file has already) goes out under UNLISTED.
 */
export async function writeMedia(writing: Writing): Promise<void> {
  const directory = new MediaDirectory();
  const unlisted: { path: string; reason: UnlistedReason }[] = [];
  const { patients } = writing.plan;
  const named = new Set<number>();
  for (const [patientIndex, patient] of patients.entries()) {
    for (const [studyIndex, study] of patient.studies.entries()) {
      for (const [seriesIndex, series] of study.series.entries()) {
        const folder = [
          'DICOM',
          numbered('PAT', patientIndex + 1),
          numbered('STU', studyIndex + 1),
          numbered('SER', seriesIndex + 1),
        ];
        let number = 0;
        for (const image of series.images) {
          await writing.image(image, () =>
            withHead(writing, image, async (head) => {
              const listedAs = [...folder, numbered('IMG', number + 1)];
              const entry = head === null ? 'no-uid' : directory.offer(head.file, listedAs);
              const listed = typeof entry !== 'string';
              const path = (listed ? listedAs : ['UNLISTED', numbered('OBJ', unlisted.length + 1)]).join('/');
              await writeObject(writing, path, image, head);
              named.add(patientIndex);
              if (listed) {
                directory.add(entry);
                number += 1;
              } else unlisted.push({ path, reason: entry });
            }),
          );
        }
      }
    }
  }
  if (writing.images === 0) return;
  await writing.putBytes('DICOMDIR', directory.toBytes());
  const facts = {
    madeAt: writing.plan.madeAt,
    version: writing.plan.version,
    images: writing.images,
    patients: named.size,
  };
  await writing.putBytes('README.TXT', mediaReadme({ ...facts, unlisted }));
  await writing.putChecksums('SHA256.TXT');
}

/** A File ID component (PS3.10 8.2, 8.5): a prefix and five digits, or more digits where there are that many. */
export function numbered(prefix: string, number: number): string {
  return number <= 99_999
    ? `${prefix}${String(number).padStart(5, '0')}`
    : `${prefix.slice(0, 1)}${String(number).padStart(7, '0')}`;
}

interface Head {
  readonly file: DicomFile;
  /** What is written before the data set in place of what the file begins with; null: the file goes as it is. */
  readonly header: Uint8Array | null;
}

/**
 * Opens a stored file up to its pixels for a piece of work; null when it is sound but cannot be read as DICOM.
 * Throws OBJECT_*.
 */
async function withHead(
  writing: Writing,
  image: PlannedImage,
  work: (head: Head | null) => Promise<void>,
): Promise<void> {
  let source: FileSource | null = null;
  try {
    let head: Head | null = null;
    try {
      source = new FileSource(image.object.path);
      head = headOf(readDicom(source, { stopBefore: AFTER_PIXELS }));
    } catch (error) {
      if (error instanceof FieldboxError && !isPictureFault(error)) throw error;
      checkObject(image.object, writing.stop);
    }
    await work(head);
  } finally {
    source?.close();
  }
}

function headOf(file: DicomFile): Head {
  const whole = file.hasPreamble && META.every((tag) => file.meta.string(tag) !== undefined);
  return { file, header: whole ? null : (headerFor(file) ?? null) };
}

/** Pixel data is looked at, not read: whether there is some decides the type of the record. */
const AFTER_PIXELS = Tags.PixelData + 1;
/** What a meta group must say for others to read the file (PS3.10 7.1). */
const META = [Tags.MediaStorageSOPClassUID, Tags.MediaStorageSOPInstanceUID, Tags.TransferSyntaxUID] as const;

async function writeObject(writing: Writing, path: string, image: PlannedImage, head: Head | null): Promise<void> {
  const { object } = image;
  if (head === null || head.header === null) {
    await writing.putObject(path, object);
    return;
  }
  const { header } = head;
  const { datasetOffset } = head.file;
  const content: Content = function* () {
    yield header;
    yield* skipping(objectBytes(object, writing.stop), datasetOffset);
  };
  await writing.put(path, header.length + object.bytes - datasetOffset, content);
}

/** All but the first bytes. */
function* skipping(pieces: Iterable<Uint8Array>, count: number): Generator<Uint8Array> {
  let left = count;
  for (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}
