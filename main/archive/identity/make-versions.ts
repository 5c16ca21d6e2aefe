import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModificationReason } from '@shared/contract/identity';
import { FieldboxError } from '@shared/errors';
import { ImageId } from '@shared/model/ids';
import type { ExtraValue } from '../../dicom/anonymise/tag-path';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { dicomMoment } from '../../imaging/moment';
import type { EngineContext } from '../context';
import { localTime } from '../ingest/made-from';
import { livingImage, type Standing } from '../index-writer/stored-image';
import type { JobHandle } from '../jobs/job-board';
import type { NewRecord } from '../records/record';
import { standingOf } from './chosen';

/** What one image gets. */
export interface WantedVersion {
  readonly image: ImageId;
  readonly values: readonly ExtraValue[];
}

/** How all of them are made. */
export interface VersionOptions {
  readonly uids: boolean;
  /** Values come from the index and are written as they are, also where the standard would not allow them. */
  readonly trusted: boolean;
  readonly reason: ModificationReason;
  /** The patient's key in objects made by Fieldbox, or 'keep'. */
  readonly patientKey: string;
}

/** A new version that lies in `incoming/`. */
export interface MadeVersion {
  readonly standing: Standing;
  readonly image: ImageId;
  readonly bytes: number;
  readonly attributes: IndexAttributes;
  /** Whether it names another patient than before. */
  readonly renamed: boolean;
}

/** Images that are worked on at once. */
const AT_ONCE = 4;
const LARGE_FILE_TIMEOUT_MS = 3_600_000;

/**
 * Makes new versions of images in workers and hands those that differ to `keep`, which has them written down all together. When
 * anything fails before, nothing of it stays; from then on the commit answers for the files. Throws CANCELLED, CHANGED_MEANWHILE, NOTHING_CHANGED and what the worker throws.
 */
export async function makeVersions(
  ctx: EngineContext,
  wanted: readonly WantedVersion[],
  options: VersionOptions,
  handle: JobHandle,
  keep: (made: readonly MadeVersion[], write: (record: NewRecord) => Promise<void>) => Promise<void>,
): Promise<void> {
  const made: MadeVersion[] = [];
  const note = { dateTime: dicomDateTime(ctx.now()), system: 'Fieldbox', reason: options.reason };
  let next = 0;
  handle.update({ phase: 'writing', total: wanted.length });
  const work = async (): Promise<void> => {
    for (let one = wanted[next++]; one; one = wanted[next++]) {
      if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
      const standing = standingOf(ctx.db, one.image);
      const path = await ctx.objects.require(one.image);
      const { uids, trusted, patientKey } = options;
      const version = await ctx.pool.run(
        'makeVersion',
        { path, incoming: ctx.paths.incoming, values: one.values, uids, trusted, note, patientKey },
        { signal: handle.signal, timeoutMs: LARGE_FILE_TIMEOUT_MS },
      );
      if (version.changed) {
        const { bytes, attributes, renamed } = version;
        made.push({ standing, image: ImageId.parse(version.sha256), bytes, attributes, renamed });
      }
      handle.update({ done: next });
    }
  };
  let handedOver = false as boolean; // `write` changes it, which the compiler does not see
  const write = (record: NewRecord): Promise<void> => {
    handedOver = true;
    const incoming = made.map(({ image, bytes, attributes }) => ({
      sha256: image,
      bytes,
      role: 'instance' as const,
      attributes,
    }));
    return ctx.commit([record], incoming);
  };
  try {
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
    if (made.length === 0) throw new FieldboxError('NOTHING_CHANGED');
    made.sort((a, b) => a.standing.stored.arrival - b.standing.stored.arrival);
    await keep(made, write);
    handle.update({ done: wanted.length, added: made.length });
  } catch (error) {
    if (!handedOver) await discard(ctx, made);
    throw error;
  }
}

/** What was made and is no part of the archive goes away. */
async function discard(ctx: EngineContext, made: readonly MadeVersion[]): Promise<void> {
  for (const { image } of made) await rm(join(ctx.paths.incoming, image), { force: true });
}

/** Refuses when an image is no longer as it was when its new version was made. Throws CHANGED_MEANWHILE. */
export function requireUnchanged(ctx: EngineContext, made: readonly MadeVersion[]): void {
  const changed = made.filter(
    ({ standing }) => livingImage(ctx.db, standing.stored.image)?.patient !== standing.patient,
  );
  if (changed.length > 0) throw new FieldboxError('CHANGED_MEANWHILE', { images: changed.length });
}

/** DT (PS3.5 6.2) by this laptop's clock, with its offset from UTC. */
function dicomDateTime(moment: Date): string {
  const at = dicomMoment(localTime(moment));
  return at === undefined ? '' : at.date + at.time + at.offset;
}
