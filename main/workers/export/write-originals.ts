import { patientFolder, pictureLabel, studyFolder } from './labels';
import type { PlannedImage, PlannedObject, PlannedSeries } from './plan';
import { MAX_FILE_BYTES, NameGiver, safeName } from './safe-names';
import { objectHead } from './stored-object';
import type { Writing } from './writing';

/**
 * `originals`: every file byte for byte as it came in, under its own name, in a folder per patient and day. A photo or
 * document goes as the file it was, not as the DICOM object made from it; DICOM goes as stored.
 */
export async function writeOriginals(writing: Writing): Promise<void> {
  const names = new NameGiver();
  for (const patient of writing.plan.patients) {
    const patientName = names.give('', patientFolder(patient));
    for (const study of patient.studies) {
      const folder = `${patientName}/${names.give(patientName, studyFolder(study))}`;
      const sources = new Set<string>();
      for (const series of study.series) {
        for (const image of series.images) {
          await writing.image(image, async () => {
            const object = image.source ?? image.object;
            // Pages of one file are several images with one source; it goes out once.
            if (image.source !== null && sources.has(object.sha256)) return;
            const name = names.give(folder, originalName(image, series, object));
            await writing.putObject(`${folder}/${name}`, object);
            sources.add(object.sha256);
          });
        }
      }
    }
  }
  await writing.putChecksums(names.give('', 'SHA256SUMS'));
}

function originalName(image: PlannedImage, series: PlannedSeries, object: PlannedObject): string {
  const named = safeName(image.fileName, MAX_FILE_BYTES, '');
  if (named !== '') return named;
  const extension = image.source === null ? '.dcm' : extensionOf(object);
  return `${safeName(pictureLabel(series, image.kind), MAX_FILE_BYTES - 5, 'image')}${extension}`;
}

const HEAD_BYTES = 12;

/** The extension of a photo or document that came without a name (the camera), by how it begins. */
function extensionOf(object: PlannedObject): string {
  const text = Buffer.from(objectHead(object, HEAD_BYTES)).toString('latin1');
  if (text.startsWith('\u00ff\u00d8\u00ff')) return '.jpg';
  if (text.startsWith('\u0089PNG')) return '.png';
  if (text.startsWith('%PDF')) return '.pdf';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return '.tif';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return '.webp';
  if (text.slice(4, 8) === 'ftyp') return '.heic';
  return '';
}
