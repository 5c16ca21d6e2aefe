import type { Database } from 'better-sqlite3';
import { foldText } from '../catalog/folding';
import type { RecordBody, RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

type AnonymisationRecord =
  | 'anonymisation.keyMade'
  | 'anonymisation.keyRemoved'
  | 'image.anonymised'
  | 'anonymisation.finished'
  | 'mask.saved'
  | 'mask.removed';

export const anonymisationAppliers: Appliers<AnonymisationRecord> = {
  'anonymisation.keyMade': (db, { body, at }) => applyKeyMade(db, body, at),
  'anonymisation.keyRemoved': applyKeyRemoved,
  'image.anonymised': (db, { body, at }) => applyImageAnonymised(db, body, at),
  'anonymisation.finished': (db, record) => {
    const { run, state, made, alreadyThere, leftOut } = record.body;
    statement(
      db,
      'INSERT INTO anonymisation_run (run, result) VALUES (?, ?) ON CONFLICT (run) DO UPDATE SET result = excluded.result',
    ).run(run, JSON.stringify(record.body));
    addLogEntry(db, record, state === 'done' ? 'ANONYMISED' : 'ANONYMISATION_NOT_DONE', {
      made,
      alreadyThere,
      leftOut: leftOut.length,
    });
  },
  'mask.saved': (db, record) => {
    const { device, areas, name } = record.body;
    statement(
      db,
      `INSERT INTO device_mask (Manufacturer, ManufacturerModelName, Modality, Rows, Columns, areas, name, saved_at)
       VALUES (@Manufacturer, @ManufacturerModelName, @Modality, @Rows, @Columns, @areas, @name, @at)
       ON CONFLICT (ManufacturerModelName, Manufacturer, Modality, Rows, Columns)
       DO UPDATE SET areas = excluded.areas, name = excluded.name, saved_at = excluded.saved_at`,
    ).run({ ...device, areas: JSON.stringify(areas), name, at: record.at });
    addLogEntry(db, record, 'MASK_SAVED', { areas: areas.length });
  },
  'mask.removed': (db, record) => {
    const { changes } = statement(
      db,
      `DELETE FROM device_mask WHERE Manufacturer = @Manufacturer AND ManufacturerModelName = @ManufacturerModelName
         AND Modality = @Modality AND Rows = @Rows AND Columns = @Columns`,
    ).run(record.body.device);
    if (changes > 0) addLogEntry(db, record, 'MASK_REMOVED');
  },
};

function applyKeyMade(db: Database, body: RecordBody<'anonymisation.keyMade'>, at: string): void {
  statement(
    db,
    `INSERT INTO anonymisation_key (key, patient, fingerprint, profile, tag_values, secret, date_shift_days, anonymous_name,
       anonymous_id, PatientName, PatientID, PatientBirthDate, name_folded, id_folded, anonymous_folded, created_at)
     VALUES (@key, @patient, @fingerprint, @profile, @values, @secret, @dateShiftDays, @anonymousName, @anonymousID,
       @PatientName, @PatientID, @PatientBirthDate, @nameFolded, @idFolded, @anonymousFolded, @at)
     ON CONFLICT DO NOTHING`,
  ).run({
    ...body,
    fingerprint: fingerprintOf(body),
    profile: JSON.stringify(body.profile),
    values: JSON.stringify(body.values),
    nameFolded: foldText(body.PatientName),
    idFolded: foldText(body.PatientID),
    anonymousFolded: foldText(`${body.anonymousName} ${body.anonymousID}`),
    at,
  });
}

/** Profile and values as one text: what the same key is used for again. */
export function fingerprintOf({
  profile,
  values,
}: Pick<RecordBody<'anonymisation.keyMade'>, 'profile' | 'values'>): string {
  const options = Object.entries(profile).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([options, values.map(({ path, value }) => [path, value])]);
}

/** Its number in the index; undefined when there is none (its record was damaged, or it was removed). */
function keyId(db: Database, key: string): number | undefined {
  const row = statement(db, 'SELECT id FROM anonymisation_key WHERE key = ?').get(key) as { id: number } | undefined;
  return row?.id;
}

function applyKeyRemoved(db: Database, record: RecordOf<'anonymisation.keyRemoved'>): void {
  const id = keyId(db, record.body.key);
  if (id === undefined) return;
  const { changes: images } = statement(db, 'DELETE FROM anonymised_image WHERE key_id = ?').run(id);
  statement(db, 'DELETE FROM anonymised_uid WHERE key_id = ?').run(id);
  statement(db, 'DELETE FROM anonymisation_key WHERE id = ?').run(id);
  addLogEntry(db, record, 'ANONYMISATION_KEY_REMOVED', { images });
}

const INSERT_IMAGE = `INSERT INTO anonymised_image (key_id, original, anonymous, masks, variant, purpose, StudyInstanceUID,
    SeriesInstanceUID, SOPInstanceUID, anonymous_study, anonymous_series, anonymous_sop, key_values, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** An image that was anonymised with these areas before: the later result counts. */
const ON_KNOWN_IMAGE = `ON CONFLICT (key_id, original, masks) DO UPDATE SET anonymous = excluded.anonymous,
    variant = excluded.variant, purpose = excluded.purpose, StudyInstanceUID = excluded.StudyInstanceUID,
    SeriesInstanceUID = excluded.SeriesInstanceUID, SOPInstanceUID = excluded.SOPInstanceUID,
    anonymous_study = excluded.anonymous_study, anonymous_series = excluded.anonymous_series,
    anonymous_sop = excluded.anonymous_sop, key_values = excluded.key_values, created_at = excluded.created_at`;

function applyImageAnonymised(db: Database, body: RecordBody<'image.anonymised'>, at: string): void {
  const id = keyId(db, body.key);
  if (id === undefined) return;
  const row = [
    id,
    body.original,
    body.anonymous,
    body.masks,
    body.variant,
    body.purpose,
    body.StudyInstanceUID,
    body.SeriesInstanceUID,
    body.SOPInstanceUID,
    body.anonymousStudyInstanceUID,
    body.anonymousSeriesInstanceUID,
    body.anonymousSOPInstanceUID,
    JSON.stringify(body.values),
    at,
  ];
  // As a rule the key does not know the image yet: then nothing has to be asked before.
  const isNew = statement(db, `${INSERT_IMAGE} ON CONFLICT (key_id, original, masks) DO NOTHING`).run(row).changes > 0;
  if (isNew) statement(db, 'UPDATE anonymisation_key SET images = images + 1 WHERE id = ?').run(id);
  else statement(db, `${INSERT_IMAGE} ${ON_KNOWN_IMAGE}`).run(row);
  const addUID = statement(
    db,
    'INSERT INTO anonymised_uid (key_id, anonymous, original) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  for (const [anonymous, original] of Object.entries(body.uids)) addUID.run(id, anonymous, original);
}
