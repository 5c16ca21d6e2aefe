import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { FieldboxError } from '@shared/errors';
import type { Stop } from './cancel';
import { FolderSink } from './folder-sink';
import { plannedImages, type ExportOutcome, type ExportPlan } from './plan';
import type { PictureMaker } from './picture-maker';
import type { Sink } from './sink';
import { targetError } from '../../platform/target-error';
import { writeMedia } from './write-media';
import { writeOriginals } from './write-originals';
import { writePictures } from './write-pictures';
import { Writing, type Report } from './writing';
import { fileLimitOf, ZipSink } from './zip-sink';

export interface Surroundings {
  readonly stop: Stop;
  readonly report: Report;
  readonly pictures: PictureMaker;
  /** Hears where the unfinished export lies. */
  staging(path: string): void;
}

/**
 * Carries out a plan: writes under a name that says it is not complete, flushes, reads everything back, and only then gives
 * it its name. Whatever goes wrong, nothing is left under the final name.
 *
 * Throws EXPORT_TARGET_NOT_EMPTY, EXPORT_TARGET_FULL, EXPORT_TARGET_LOST, EXPORT_FAT_LIMIT, EXPORT_VERIFY_FAILED,
 * EXPORT_NOTHING, CANCELLED.
 */
export async function runPlan(plan: ExportPlan, around: Surroundings): Promise<ExportOutcome> {
  let sink: Sink | null = null;
  try {
    sink = openSink(plan);
    around.staging(sink.staging);
    const writing = new Writing(plan, sink, around.stop, around.report);
    await write(writing, around.pictures);
    if (writing.images === 0) throw new FieldboxError('EXPORT_NOTHING');
    const bytes = writing.written.reduce((sum, file) => sum + file.bytes, 0);
    const wrong = await sink.check(writing.written, around.stop, (done, bytesDone) =>
      around.report({ phase: 'checking', done, total: writing.written.length, bytesDone, bytesTotal: bytes }),
    );
    if (wrong.length > 0) throw new FieldboxError('EXPORT_VERIFY_FAILED', { count: wrong.length });
    around.stop();
    around.report({
      phase: 'tidying',
      done: writing.written.length,
      total: writing.written.length,
      bytesDone: bytes,
      bytesTotal: bytes,
    });
    await sink.publish();
    const files = writing.written.length;
    return { images: writing.images, files, bytes, verified: files, leftOut: writing.leftOut };
  } catch (error) {
    const fault = targetError(error, roomAt(plan));
    throw sink ? await discard(sink, fault) : fault;
  }
}

function openSink(plan: ExportPlan): Sink {
  if (plan.container === 'folder') return new FolderSink(plan.target);
  return new ZipSink(plan.target, new Date(plan.madeAt), fileLimitOf(statfsSync(dirname(plan.target)).type));
}

function write(writing: Writing, pictures: PictureMaker): Promise<void> {
  switch (writing.plan.form) {
    case 'media':
      return writeMedia(writing);
    case 'originals':
      return writeOriginals(writing);
    case 'pictures':
      return writePictures(writing, pictures);
  }
}

/** Removes the unfinished export; when even that fails (the stick is gone) its name and its note say what it is. */
async function discard(sink: Sink, because: FieldboxError): Promise<FieldboxError> {
  try {
    await sink.discard();
    return because;
  } catch (error) {
    return new FieldboxError(
      because.code,
      because.details,
      new AggregateError([because, error], 'and what was written could not be removed'),
    );
  }
}

/** What was wanted and what is free, for the sentence; zero where the destination no longer answers. */
function roomAt(plan: ExportPlan): { needed: number; free: number } {
  let needed = 0;
  for (const image of plannedImages(plan)) needed += image.object.bytes;
  try {
    const disk = statfsSync(dirname(plan.target));
    return { needed, free: disk.bavail * disk.bsize };
  } catch {
    return { needed, free: 0 }; // the fault itself is on its way already
  }
}
