import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FieldboxError } from '../../../shared/errors';
import { ImageId } from '../../../shared/model/ids';
import type { PictureMaker } from '../../../main/workers/export/picture-maker';
import type { ExportPlan, PlannedImage, PlannedObject, PlannedPatient } from '../../../main/workers/export/plan';
import type { Surroundings } from '../../../main/workers/export/run-plan';
import type { Progress } from '../../../main/workers/export/writing';

/** A folder with stored objects, as the archive lays them. */
export class Stock {
  readonly root = mkdtempSync(join(tmpdir(), 'fieldbox-export-'));
  readonly objects = join(this.root, 'objects');

  constructor() {
    mkdirSync(this.objects);
  }

  store(bytes: Uint8Array): PlannedObject {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = join(this.objects, sha256);
    writeFileSync(path, bytes);
    return { path, sha256, bytes: bytes.length };
  }

  image(bytes: Uint8Array, more: Partial<PlannedImage> = {}): PlannedImage {
    const object = this.store(bytes);
    return {
      image: ImageId.parse(object.sha256),
      object,
      source: null,
      fileName: '',
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.7',
      SOPInstanceUID: '1.2.3',
      InstanceNumber: '1',
      frames: 1,
      hasPixels: true,
      kind: '',
      date: '20261121',
      ...more,
    };
  }

  /** A new name in a new folder. */
  target(name: string = randomUUID()): string {
    return join(mkdtempSync(join(this.root, 'out-')), name);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export function patientOf(images: readonly PlannedImage[], more: Partial<PlannedPatient> = {}): PlannedPatient {
  const series = { SeriesInstanceUID: '1.2.3.1', Modality: 'OT', SeriesNumber: '1', SeriesDescription: 'test', images };
  const study = { StudyInstanceUID: '1.2.3.0', StudyDate: '20261121', StudyDescription: '', series: [series] };
  return {
    PatientName: 'Doe^Jane',
    PatientID: '4711',
    PatientBirthDate: '19800101',
    PatientSex: 'F',
    studies: [study],
    ...more,
  };
}

export function planOf(
  target: string,
  patients: readonly PlannedPatient[],
  more: Partial<ExportPlan> = {},
): ExportPlan {
  return {
    form: 'originals',
    container: 'folder',
    target,
    madeAt: '2026-11-21T07:00:00.000Z',
    version: '0.0.0',
    patients,
    ...more,
  };
}

/** Pictures without decoding: the object's own bytes stand for a PNG. */
export const plainPictures: PictureMaker = {
  picture: (_path, frame, withThumbnail) =>
    Promise.resolve({
      bytes: Buffer.from(`frame ${String(frame)}`),
      extension: 'png',
      thumbnail: withThumbnail ? Buffer.from('small') : null,
    }),
  document: () => Promise.resolve(Buffer.from('%PDF-1.4')),
  close: () => Promise.resolve(),
};

export interface Watched extends Surroundings {
  readonly progress: Progress[];
  readonly staged: string[];
}

/** Surroundings that note what happens; `stopAfter` cancels after so many questions. */
export function watched(more: Partial<Surroundings> & { stopAfter?: number } = {}): Watched {
  const progress: Progress[] = [];
  const staged: string[] = [];
  let asked = 0;
  const { stopAfter, ...rest } = more;
  return {
    progress,
    staged,
    stop: () => {
      asked += 1;
      if (stopAfter !== undefined && asked > stopAfter) throw new FieldboxError('CANCELLED');
    },
    report: (step) => progress.push(step),
    pictures: plainPictures,
    staging: (path) => staged.push(path),
    ...rest,
  };
}

/** All files under a folder, sorted, with `/`. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}
