import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BufferSource } from '../../dicom/buffer-source';
import { extractIndex, type IndexAttributes } from '../../dicom/index-attributes';
import { readDicom } from '../../dicom/reader';
import { uidFromHash } from '../../dicom/uids';
import type { PhotoKind } from '../../imaging/detect';
import { photoInfo } from '../../imaging/info';
import { dicomMoment } from '../../imaging/moment';
import { makePdfDicom } from '../../imaging/pdf-dicom';
import type { PhotoContext, PhotoPlace } from '../../imaging/photo-context';
import { makePhotoDicom } from '../../imaging/photo-dicom';
import { writeFlushed } from '../../platform/durable';

export interface MakeDocumentInput {
  /** The photo or PDF, as it lies in the archive. */
  readonly path: string;
  readonly kind: PhotoKind | 'pdf';
  readonly sourceSha256: string;
  readonly context: PhotoContext;
  /** From these UIDs are derived, so that the same facts give the same UIDs again. */
  readonly seeds: { readonly study: string; readonly series: string; readonly instance: string };
  /** Day of the study when the file does not say when it was taken. ISO 8601. */
  readonly fallbackTime: string;
  readonly instanceNumber: number;
  /** The place in the hierarchy, when it is known; otherwise it comes from the seeds and the day. */
  readonly place?: PhotoPlace;
  /** What a PDF is called. */
  readonly title: string;
  readonly incoming: string;
  readonly objects: string;
  readonly thumbnails: string;
}

export interface MakeDocumentOutput {
  readonly sha256: string;
  readonly bytes: number;
  readonly attributes: IndexAttributes;
  readonly takenAt: string | null;
}

/**
 * Makes the DICOM object of a photo or PDF and leaves it in `incoming/` under its hash, flushed. Its thumbnail goes into the
 * cache. Throws PHOTO_*, PDF_DAMAGED, DISK_*.
 */
export async function makeDocument(input: MakeDocumentInput): Promise<MakeDocumentOutput> {
  const bytes = readFileSync(input.path);
  const made = input.kind === 'pdf' ? fromPdf(input, bytes) : await fromPhoto(input, input.kind, bytes);
  const sha256 = createHash('sha256').update(made.part10).digest('hex');
  if (!existsSync(join(input.objects, sha256.slice(0, 2), sha256)))
    writeFlushed(join(input.incoming, sha256), made.part10);
  if (made.thumbnail) cacheThumbnail(join(input.thumbnails, sha256.slice(0, 2), `${sha256}.jpg`), made.thumbnail);
  const attributes = extractIndex(readDicom(new BufferSource(made.part10)));
  return { sha256, bytes: made.part10.length, attributes, takenAt: made.takenAt };
}

interface Made {
  readonly part10: Uint8Array;
  readonly thumbnail: Uint8Array | null;
  readonly takenAt: string | null;
}

async function fromPhoto(input: MakeDocumentInput, kind: PhotoKind, bytes: Uint8Array): Promise<Made> {
  const info = await photoInfo(bytes, kind);
  const takenAt = input.context.takenAt ?? info.takenAt ?? null;
  const place = input.place ?? placeOf(input, info.modality, takenAt);
  const photo = await makePhotoDicom({ bytes, kind, sourceSha256: input.sourceSha256, context: input.context, place });
  return { part10: photo.part10, thumbnail: photo.thumbnail, takenAt };
}

function fromPdf(input: MakeDocumentInput, bytes: Uint8Array): Made {
  const place = input.place ?? placeOf(input, 'DOC', null);
  const { part10 } = makePdfDicom({
    bytes,
    sourceSha256: input.sourceSha256,
    context: input.context,
    place,
    title: input.title,
  });
  return { part10, thumbnail: null, takenAt: null };
}

/** One study a patient, clinic and day; in it a series for each kind, station and modality. */
function placeOf(input: MakeDocumentInput, modality: string, takenAt: string | null): PhotoPlace {
  const moment = dicomMoment(takenAt ?? undefined) ?? dicomMoment(input.fallbackTime) ?? { date: '', time: '' };
  const study = `${input.seeds.study}|${moment.date}`;
  return {
    studyInstanceUID: uidFromHash(study),
    seriesInstanceUID: uidFromHash(`${study}|${input.seeds.series}|${modality}`),
    sopInstanceUID: uidFromHash(`${input.seeds.instance}|${input.sourceSha256}`),
    studyDate: moment.date,
    studyTime: moment.time,
    studyID: moment.date,
    instanceNumber: input.instanceNumber,
  };
}

/** The cache can be made again at any time and needs no flush. */
function cacheThumbnail(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${randomUUID()}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(temporary, bytes);
  renameSync(temporary, path);
}
