import type { ErrorCode } from '@shared/errors';
import { FieldboxError } from '@shared/errors';
import { indexPage, type PageItem, type PagePatient } from './index-page';
import { displayDate, displayName, patientFolder, pictureLabel, studyFolder } from './labels';
import type { PictureMaker } from './picture-maker';
import type { PlannedImage, PlannedSeries } from './plan';
import { MAX_FILE_BYTES, MAX_FOLDER_BYTES, NameGiver, safeName } from './safe-names';
import { isPictureFault, type Writing } from './writing';
import { checkObject, isObjectFault } from './stored-object';

/** Frames of one image that become pictures; more are asked for as DICOM. */
export const MAX_FRAMES = 512;
/** Encapsulated PDF Storage, PS3.4 B.5. */
const ENCAPSULATED_PDF = '1.2.840.10008.5.1.4.1.1.104.1';

/**
 * `pictures`: every image as JPEG (photos, as they are) or PNG (drawn with its own window), every frame of those that have
 * several, PDFs as PDF; with index.html that opens in any browser without a network. What is no picture stands on the page
 * with the reason.
 */
export async function writePictures(writing: Writing, pictures: PictureMaker): Promise<void> {
  const names = new NameGiver();
  names.give('', 'index.html');
  names.give('', 'SHA256SUMS');
  const thumbnails = names.give('', 'thumbnails');
  const page: PagePatient[] = [];
  let number = 0;
  for (const patient of writing.plan.patients) {
    const patientName = names.give('', patientFolder(patient));
    const items: PageItem[] = [];
    for (const study of patient.studies) {
      const folder = `${patientName}/${names.give(patientName, studyFolder(study))}`;
      for (const series of study.series) {
        for (const image of series.images) {
          number += 1;
          const thumbnail = `${thumbnails}/${String(number).padStart(6, '0')}.jpg`;
          items.push(await writeOne(writing, pictures, { image, series, folder, names, thumbnail }));
        }
      }
    }
    page.push({
      name: displayName(patient.PatientName),
      number: patient.PatientID,
      birthDate: displayDate(patient.PatientBirthDate),
      sex: patient.PatientSex,
      items,
    });
  }
  const facts = { madeAt: writing.plan.madeAt, version: writing.plan.version, images: writing.images };
  let bytes = 0;
  for (const piece of indexPage(facts, page)) bytes += piece.length;
  await writing.put('index.html', bytes, () => indexPage(facts, page));
  await writing.putChecksums('SHA256SUMS');
}

interface One {
  readonly image: PlannedImage;
  readonly series: PlannedSeries;
  readonly folder: string;
  readonly names: NameGiver;
  readonly thumbnail: string;
}

async function writeOne(writing: Writing, pictures: PictureMaker, one: One): Promise<PageItem> {
  const { image, series } = one;
  const files: string[] = [];
  let thumbnail: string | null = null;
  let reason: ErrorCode | null = null;
  await writing.image(image, async () => {
    try {
      checkObject(image.object, writing.stop);
      if (image.SOPClassUID === ENCAPSULATED_PDF) {
        files.push(await writePdf(writing, pictures, one));
        return;
      }
      if (!image.hasPixels) throw new FieldboxError('EXPORT_NO_PICTURE');
      const done = await writeFrames(writing, pictures, one, files);
      thumbnail = done.thumbnail;
      reason = done.reason;
      if (reason !== null) writing.leave(image, reason);
    } catch (error) {
      if (isPictureFault(error) || isObjectFault(error)) reason = error.code;
      throw error;
    }
  });
  return {
    label: pictureLabel(series, image.kind),
    date: displayDate(image.date),
    frames: image.frames,
    files,
    thumbnail,
    reason,
  };
}

async function writePdf(writing: Writing, pictures: PictureMaker, one: One): Promise<string> {
  const path = `${one.folder}/${one.names.give(one.folder, `${nameOf(one)}.pdf`)}`;
  if (one.image.source !== null) await writing.putObject(path, one.image.source);
  else await writing.putBytes(path, await pictures.document(one.image.object.path));
  return path;
}

/** Draws all frames; when some cannot be drawn the reason is given and the others stay. Throws when none could be. */
async function writeFrames(
  writing: Writing,
  pictures: PictureMaker,
  one: One,
  files: string[],
): Promise<{ thumbnail: string | null; reason: ErrorCode | null }> {
  const { image } = one;
  const count = Math.max(1, Math.min(image.frames, MAX_FRAMES));
  const single = image.frames <= 1;
  let reason: ErrorCode | null = image.frames > MAX_FRAMES ? 'EXPORT_FRAMES_LIMITED' : null;
  let thumbnail: string | null = null;
  let subfolder: string | null = null;
  for (let frame = 0; frame < count; frame += 1) {
    writing.stop();
    let picture;
    try {
      picture = await pictures.picture(image.object.path, frame, thumbnail === null);
    } catch (error) {
      if (!isPictureFault(error) || files.length === 0) throw error;
      reason = error.code;
      if (error.code === 'NO_SUCH_FRAME') break;
      continue;
    }
    subfolder ??= single ? '' : one.names.give(one.folder, safeName(nameOf(one), MAX_FOLDER_BYTES, 'image'));
    const path = single
      ? `${one.folder}/${one.names.give(one.folder, `${nameOf(one)}.${picture.extension}`)}`
      : `${one.folder}/${subfolder}/${String(frame + 1).padStart(4, '0')}.${picture.extension}`;
    await writing.putBytes(path, picture.bytes);
    files.push(path);
    if (thumbnail === null && picture.thumbnail !== null) {
      await writing.putBytes(one.thumbnail, picture.thumbnail);
      thumbnail = one.thumbnail;
    }
  }
  return { thumbnail, reason };
}

function nameOf(one: One): string {
  const number = one.image.InstanceNumber === '' ? '' : one.image.InstanceNumber.padStart(4, '0');
  return safeName(`${pictureLabel(one.series, one.image.kind)} ${number}`, MAX_FILE_BYTES - 5, 'image');
}
