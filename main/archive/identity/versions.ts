import { randomUUID } from 'node:crypto';
import type { Handlers, Parsed } from '@shared/contract';
import type { VersionRow } from '@shared/contract/identity';
import { FieldboxError } from '@shared/errors';
import { ActKey, type ImageId } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import { placed } from '../../dicom/anonymise/tag-path';
import { refuseImpossible, refuseProtected } from '../../dicom/rewrite';
import { rowByKey } from '../catalog/rows';
import type { EngineContext } from '../context';
import { asideImage } from '../index-writer/asides';
import { statement } from '../index-writer/statements';
import { asRecord, livingAt, livingImage } from '../index-writer/stored-image';
import type { InTurn } from '../people/in-turn';
import type { Replacement } from '../records/bodies/identity';
import { chosenImages } from './chosen';
import { type MadeVersion, makeVersions, requireUnchanged } from './make-versions';

export type VersionVerb = 'images.modify' | 'images.versions' | 'images.revert';

/** Versions of images: a change makes a new one, the old ones are kept. */
export function createVersions(ctx: EngineContext, inTurn: InTurn): Handlers<VersionVerb> {
  return {
    'images.modify': async (input) => {
      const values = placed(input.values);
      refuseProtected(values, input.uids);
      refuseImpossible(values);
      const images = chosenImages(ctx.db, input.selection);
      return Promise.resolve(modify(ctx, inTurn, images, input));
    },
    'images.versions': async ({ image }) => Promise.resolve({ rows: versionsOf(ctx, image) }),
    'images.revert': (input) => inTurn(() => revert(ctx, input)),
  };
}

function modify(
  ctx: EngineContext,
  inTurn: InTurn,
  images: readonly ImageId[],
  input: Parsed<'images.modify'>,
): { job: ReturnType<EngineContext['jobs']['start']>; act: ActKey } {
  const act = ActKey.parse(randomUUID());
  const wanted = images.map((image) => ({ image, values: input.values }));
  const options = { uids: input.uids, trusted: false, reason: input.modification, patientKey: 'keep' };
  const job = ctx.jobs.start('modify', (handle) =>
    makeVersions(ctx, wanted, options, handle, (made, write) =>
      inTurn(async () => {
        requireUnchanged(ctx, made);
        const changes = made.map((version) => changeOf(ctx, version));
        await write({ type: 'images.replaced', body: { act, why: 'modified', reason: input.reason, changes } });
      }),
    ),
  );
  return { job, act };
}

/** An object that names another patient than before is theirs whom it names. */
function changeOf(ctx: EngineContext, { standing, image, bytes, renamed }: MadeVersion): Replacement {
  const { stored } = standing;
  return {
    old: stored.image,
    from: standing.patient,
    arrival: stored.arrival,
    storedAt: stored.storedAt,
    storedBy: stored.storedBy,
    next: asRecord(ctx.db, stored, { image, bytes, ...(renamed && { patient: null }) }),
  };
}

async function revert(ctx: EngineContext, { image, to, reason }: Parsed<'images.revert'>): Promise<ImageRow> {
  const { db } = ctx;
  const current = livingAt(db, arrivalOf(ctx, image));
  if (!current) throw new FieldboxError('NOT_FOUND', { what: 'image' });
  const older = asideImage(db, to);
  if (older?.arrival !== current.stored.arrival) throw new FieldboxError('NOT_A_VERSION');
  const change: Replacement = {
    old: current.stored.image,
    from: current.patient,
    arrival: older.arrival,
    storedAt: older.storedAt,
    storedBy: older.storedBy,
    next: asRecord(db, older),
  };
  const act = ActKey.parse(randomUUID());
  await ctx.commit([{ type: 'images.replaced', body: { act, why: 'reverted', reason, changes: [change] } }]);
  const row = rowByKey(db, 'image', to);
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'image' });
  return row;
}

/** The place in the order of arrival that all versions of an image share. Throws NOT_FOUND. */
function arrivalOf(ctx: EngineContext, image: ImageId): number {
  const arrival = livingImage(ctx.db, image)?.stored.arrival ?? asideImage(ctx.db, image)?.arrival;
  if (arrival === undefined) throw new FieldboxError('NOT_FOUND', { what: 'image' });
  return arrival;
}

interface AsideVersion {
  readonly image: ImageId;
  readonly bytes: number;
  readonly replacedAt: string;
  readonly by: VersionRow['by'];
  readonly reason: string;
  readonly PatientID: string;
  readonly PatientName: string;
}

function versionsOf(ctx: EngineContext, image: ImageId): VersionRow[] {
  const arrival = arrivalOf(ctx, image);
  const living = livingAt(ctx.db, arrival)?.stored;
  const aside = statement(
    ctx.db,
    `SELECT object AS image, bytes, at AS replacedAt, by_user AS by, reason, PatientID, PatientName FROM set_aside
     WHERE arrival = ? ORDER BY seq DESC`,
  ).all(arrival) as AsideVersion[];
  const older = aside.map((row) => ({ ...row, current: false }));
  if (!living) return older;
  const { PatientID = '', PatientName = '' } = living.attributes;
  const current = { image: living.image, current: true, bytes: living.bytes, replacedAt: null, by: null, reason: '' };
  return [{ ...current, PatientID, PatientName }, ...older];
}
