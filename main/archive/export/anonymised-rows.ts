import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldboxError, type ErrorCode } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import { diskError } from '../../platform/durable';
import { type Anonymiser, anonymisingInTurn, IN_FLIGHT, isFaultOfImage } from '../anonymisation/anonymiser';
import { subjectOfImage } from '../anonymisation/images';
import { inParallel } from '../anonymisation/in-parallel';
import type { EngineContext } from '../context';
import { CommitBatcher } from '../ingest/commit-batcher';
import type { ObjectStore } from '../objects/object-store';
import type { ExportHandle } from './handle';
import type { SelectedRow } from './selection';

/** Space that stays free on the archive's disk beside what is staged there. */
const RESERVED_BYTES = 128 * 1024 * 1024;

/** The files that go out, and what is said of them. */
export interface Staged {
  readonly rows: readonly SelectedRow[];
  readonly objects: Pick<ObjectStore, 'path'>;
  readonly leftOut: readonly { readonly image: ImageId; readonly code: ErrorCode }[];
  /** The image of the archive that was asked for, by the file that goes out for it. */
  readonly asked: (image: ImageId) => ImageId;
  /** Removes what was staged. */
  remove(): Promise<void>;
}

export function stagedAsTheyAre(ctx: EngineContext, rows: readonly SelectedRow[]): Staged {
  return { rows, objects: ctx.objects, leftOut: [], asked: (image) => image, remove: () => Promise.resolve() };
}

/** Throws DISK_FULL unless the archive's disk can hold the anonymised files until they have gone out. */
export async function requireRoomFor(rows: readonly SelectedRow[], folder: string): Promise<void> {
  const disk = await statfs(folder).catch((error: unknown) => {
    throw diskError(error);
  });
  const needed = rows.reduce((sum, row) => sum + row.bytes, RESERVED_BYTES);
  if (needed > disk.bavail * disk.bsize) throw new FieldboxError('DISK_FULL');
}

/**
 * Makes anonymised files of the images in `incoming/`, from where the next start removes what a crash leaves; the originals are
 * only read. Their keys are durable when this answers. What is said of a file afterwards (names of folders, DICOMDIR, the page to
 * look at them) is what the anonymised file says itself: names of files, of kinds and of places of the archive do not go along.
 * Images that are anonymous already go as they are. Throws CANCELLED, DISK_*.
 */
export async function stageAnonymised(
  ctx: EngineContext,
  rows: readonly SelectedRow[],
  anonymiser: Anonymiser,
  { handle, name }: { readonly handle: ExportHandle; readonly name: string },
): Promise<Staged> {
  const folder = join(ctx.paths.incoming, `anonymised-${name}`);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const batcher = new CommitBatcher(ctx);
  const made = new Map<number, SelectedRow>();
  const originals = new Map<ImageId, ImageId>();
  const leftOut: { image: ImageId; code: ErrorCode }[] = [];
  const one = async (row: SelectedRow): Promise<void> => {
    if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
    try {
      if (row.isAnonymous === 1) made.set(row.id, withoutTraces(row));
      else {
        const task = await anonymiser.prepare(subjectOfImage(ctx.db, row.object));
        const done = await anonymiser.carryOut(task, 'export', { folder, objects: null }, handle.signal);
        if (done.record !== null) await batcher.add([done.record], []);
        originals.set(done.image, row.object);
        const { key } = task;
        made.set(row.id, anonymousRow(row, done.image, done.output, [key.anonymousName, key.anonymousID]));
      }
    } catch (error) {
      if (!isFaultOfImage(error)) throw error;
      leftOut.push({ image: row.object, code: error.code });
    }
    handle.update({ phase: 'anonymising', done: made.size + leftOut.length, total: rows.length });
  };
  try {
    await mkdir(folder, { recursive: true });
    await anonymisingInTurn(ctx)(() => inParallel(rows, IN_FLIGHT, one));
  } catch (error) {
    await remove();
    throw error instanceof FieldboxError ? error : diskError(error);
  }
  return {
    rows: rows.flatMap((row) => made.get(row.id) ?? []),
    objects: { path: (image) => (originals.has(image) ? join(folder, image) : ctx.objects.path(image)) },
    leftOut,
    asked: (image) => originals.get(image) ?? image,
    remove,
  };
}

type Output = Awaited<ReturnType<Anonymiser['carryOut']>>['output'];

/** What an anonymised file says of itself, in the place of what the archive knows of the original. */
function anonymousRow(
  row: SelectedRow,
  object: ImageId,
  { bytes, attributes, replaced }: Output,
  [PatientName, PatientID]: readonly [string, string],
): SelectedRow {
  return withoutTraces({
    ...row,
    object,
    bytes,
    objectState: 'good',
    SOPInstanceUID: replaced.sopInstanceUID,
    InstanceNumber: attributes.InstanceNumber ?? '',
    ContentDate: attributes.ContentDate ?? '',
    SeriesInstanceUID: replaced.seriesInstanceUID,
    Modality: attributes.Modality ?? '',
    SeriesNumber: attributes.SeriesNumber ?? '',
    SeriesDescription: attributes.SeriesDescription ?? '',
    StudyInstanceUID: replaced.studyInstanceUID,
    StudyDate: attributes.StudyDate ?? '',
    StudyDescription: attributes.StudyDescription ?? '',
    PatientName,
    PatientID,
    PatientBirthDate: attributes.PatientBirthDate ?? '',
    PatientSex: attributes.PatientSex ?? '',
  });
}

/** Without what the archive knows of an image beside its file. */
function withoutTraces(row: SelectedRow): SelectedRow {
  return {
    ...row,
    sourceObject: null,
    sourceBytes: null,
    sourceState: null,
    fileName: '',
    kind: null,
    takenAt: null,
    storedAt: '',
  };
}
