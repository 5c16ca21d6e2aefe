import { randomUUID } from 'node:crypto';
import type { Handlers, Parsed } from '@shared/contract';
import type { ImageSelection, MovePreview, MoveRow } from '@shared/contract/identity';
import { FieldboxError } from '@shared/errors';
import { ActKey, type ImageId, type PatientKey } from '@shared/model/ids';
import type { PatientRow } from '@shared/model/rows';
import type { ExtraValue } from '../../dicom/anonymise/tag-path';
import { uidFromHash } from '../../dicom/uids';
import { rowByKey } from '../catalog/rows';
import type { EngineContext } from '../context';
import { asideImage } from '../index-writer/asides';
import { allOf, survivorOf } from '../index-writer/merged';
import { statement } from '../index-writer/statements';
import { asRecord, livingImage, type Standing } from '../index-writer/stored-image';
import type { InTurn } from '../people/in-turn';
import type { Replacement } from '../records/bodies/identity';
import { chosenImages, standingOf } from './chosen';
import { makeVersions, requireUnchanged, type WantedVersion } from './make-versions';
import { identityValues } from './identity-values';

export type MoveVerb = 'images.movePreview' | 'images.move' | 'images.undoMove' | 'images.moves';

/** Images that were taken on the wrong patient are given to the right one, and back. */
export function createMoving(ctx: EngineContext, inTurn: InTurn): Handlers<MoveVerb> {
  return {
    'images.movePreview': async ({ selection, patient }) => Promise.resolve(preview(planMove(ctx, selection, patient))),
    'images.move': async ({ selection, patient, reason }) => {
      const plan = planMove(ctx, selection, patient);
      const act = ActKey.parse(randomUUID());
      const { to } = plan;
      const options = { uids: true, trusted: true, reason: 'CORRECT', patientKey: to.patient } as const;
      const job = ctx.jobs.start('move', (handle) =>
        makeVersions(ctx, plan.wanted, options, handle, (made, write) =>
          inTurn(async () => {
            requireUnchanged(ctx, made);
            if (survivorOf(ctx.db, to.patient) !== to.patient)
              throw new FieldboxError('CHANGED_MEANWHILE', { images: made.length });
            const changes = made.map(({ standing, image, bytes }): Replacement => ({
              old: standing.stored.image,
              from: standing.patient,
              arrival: standing.stored.arrival,
              storedAt: standing.stored.storedAt,
              storedBy: standing.stored.storedBy,
              next: asRecord(ctx.db, standing.stored, { image, bytes, patient: to.patient }),
            }));
            await write({ type: 'images.moved', body: { act, to: to.patient, reason, changes } });
          }),
        ),
      );
      return Promise.resolve({ job, act });
    },
    'images.undoMove': (input) => inTurn(() => undoMove(ctx, input)),
    'images.moves': async ({ patient }) => Promise.resolve({ rows: movesOf(ctx, patient) }),
  };
}

interface MovePlan {
  readonly to: PatientRow;
  readonly standing: readonly Standing[];
  readonly wholeStudies: number;
  readonly splitStudies: number;
  readonly from: readonly PatientRow[];
  readonly wanted: readonly WantedVersion[];
}

/** Throws NOT_FOUND, IMAGES_NONE_CHOSEN, MOVE_SAME_PATIENT. */
function planMove(ctx: EngineContext, selection: ImageSelection, patient: PatientKey): MovePlan {
  const { db } = ctx;
  const to = requirePatient(ctx, patient);
  const standing = chosenImages(db, selection)
    .map((image) => standingOf(db, image))
    .filter((each) => each.patient !== to.patient);
  if (standing.length === 0) throw new FieldboxError('MOVE_SAME_PATIENT');
  const isWhole = {
    study: wholeOnes(ctx, 'study', standing),
    series: wholeOnes(ctx, 'series', standing),
  };
  const values = identityValues(to);
  const moved = (uid: string): string => uidFromHash(`moved|${ctx.archiveId}|${uid}|${to.patient}`);
  const wanted = standing.map(({ stored, study, series }): WantedVersion => {
    const { StudyInstanceUID, SeriesInstanceUID } = stored.attributes;
    const uids: ExtraValue[] = [];
    // A part of a study becomes a study of its own: no other archive may see one study with two patients.
    if (!isWhole.study.has(study) && StudyInstanceUID !== undefined)
      uids.push({ path: 'StudyInstanceUID', value: moved(StudyInstanceUID) });
    if (!isWhole.series.has(series) && SeriesInstanceUID !== undefined)
      uids.push({ path: 'SeriesInstanceUID', value: moved(SeriesInstanceUID) });
    return { image: stored.image, values: [...values, ...uids] };
  });
  const studies = new Set(standing.map(({ study }) => study));
  return {
    to,
    standing,
    wholeStudies: isWhole.study.size,
    splitStudies: studies.size - isWhole.study.size,
    from: [...new Set(standing.map((each) => each.patient))].map((key) => requirePatient(ctx, key)),
    wanted,
  };
}

/** Studies or series all of whose images are chosen, with none in the trash that might come back. */
function wholeOnes(ctx: EngineContext, level: 'study' | 'series', standing: readonly Standing[]): ReadonlySet<string> {
  const counts = new Map<string, { id: number; chosen: number }>();
  for (const each of standing) {
    const count = counts.get(each[level]) ?? { id: each.ids[level], chosen: 0 };
    counts.set(each[level], { ...count, chosen: count.chosen + 1 });
  }
  const living = statement(ctx.db, `SELECT count(*) AS n FROM image WHERE ${level}_id = ?`);
  const trashed = statement(ctx.db, `SELECT count(*) AS n FROM set_aside WHERE ${level} = ? AND why = 'trashed'`);
  const whole = [...counts].filter(([key, { id, chosen }]) => {
    const all = (living.get(id) as { n: number }).n + (trashed.get(key) as { n: number }).n;
    return all === chosen;
  });
  return new Set(whole.map(([key]) => key));
}

function preview(plan: MovePlan): MovePreview {
  const { standing, wholeStudies, splitStudies, from, to } = plan;
  return { images: standing.length, wholeStudies, splitStudies, from: [...from], to };
}

async function undoMove(ctx: EngineContext, input: Parsed<'images.undoMove'>): Promise<{ images: number }> {
  const { db } = ctx;
  const move = statement(db, 'SELECT to_patient AS toPatient, undone_at AS undoneAt FROM image_move WHERE act = ?').get(
    input.act,
  ) as { toPatient: PatientKey; undoneAt: string | null } | undefined;
  if (!move) throw new FieldboxError('NOT_FOUND', { what: 'move' });
  if (move.undoneAt !== null) throw new FieldboxError('MOVE_UNDONE');
  const rows = statement(db, 'SELECT old, new FROM image_moved WHERE act = ?').all(input.act) as {
    old: ImageId;
    new: ImageId;
  }[];
  const changes = rows.flatMap((row): Replacement[] => {
    const current = livingImage(db, row.new);
    const older = asideImage(db, row.old);
    if (!current || !older) return [];
    return [
      {
        old: row.new,
        from: current.patient,
        arrival: older.arrival,
        storedAt: older.storedAt,
        storedBy: older.storedBy,
        next: asRecord(db, older),
      },
    ];
  });
  if (changes.length < rows.length)
    throw new FieldboxError('CHANGED_MEANWHILE', { images: rows.length - changes.length });
  await ctx.commit([
    {
      type: 'images.moveUndone',
      body: {
        act: ActKey.parse(randomUUID()),
        move: input.act,
        to: move.toPatient,
        reason: input.reason,
        changes,
      },
    },
  ]);
  return { images: changes.length };
}

interface RawMove extends Omit<MoveRow, 'from' | 'fromNames' | 'toName'> {
  readonly from: string;
  /** Of those who are not there any more, as their images called them. */
  readonly oldNames: string;
}

function movesOf(ctx: EngineContext, patient: PatientKey): MoveRow[] {
  const { db } = ctx;
  requirePatient(ctx, patient);
  const rows = statement(
    db,
    `SELECT m.act, m.at, m.by_user AS by, m.reason, m.to_patient AS "to", m.images, m.undone_at AS undoneAt,
       (SELECT json_group_array(DISTINCT d.from_patient) FROM image_moved AS d WHERE d.act = m.act) AS "from",
       (SELECT json_group_object(d.from_patient, a.PatientName) FROM image_moved AS d JOIN set_aside AS a ON a.object = d.old
        WHERE d.act = m.act) AS oldNames
     FROM image_move AS m
     WHERE m.to_patient IN (SELECT value FROM json_each(@keys))
       OR m.act IN (SELECT d.act FROM image_moved AS d WHERE d.from_patient IN (SELECT value FROM json_each(@keys)))
     ORDER BY m.seq DESC LIMIT 200`,
  ).all({ keys: JSON.stringify(allOf(db, survivorOf(db, patient))) }) as RawMove[];
  return rows.map(({ oldNames, ...row }) => {
    const from = [...new Set((JSON.parse(row.from) as PatientKey[]).map((key) => survivorOf(db, key)))];
    const known = JSON.parse(oldNames) as Record<string, string>;
    const nameOf = (key: PatientKey): string => rowByKey(db, 'patient', key)?.PatientName ?? known[key] ?? '';
    const to = survivorOf(db, row.to);
    return { ...row, from, fromNames: from.map(nameOf), to, toName: nameOf(to) };
  });
}

function requirePatient(ctx: EngineContext, key: PatientKey): PatientRow {
  const row = rowByKey(ctx.db, 'patient', key);
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
  return row;
}
