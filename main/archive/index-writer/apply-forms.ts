import type { Database } from 'better-sqlite3';
import { foldText } from '../catalog/folding';
import type { formBodies } from '../records/bodies/forms';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { idOf, statement } from './statements';

export const formAppliers: Appliers<keyof typeof formBodies> = {
  'form.saved': applyForm,
  'entry.saved': applyEntry,
  'entry.removed': (db, record) => {
    const { entry, reason } = record.body;
    statement(
      db,
      `UPDATE entry SET removed_at = @at, removed_by = @by, removed_reason = @reason WHERE key = @entry AND removed_at IS NULL`,
    ).run({ entry, at: record.at, by: record.by, reason });
    addLogEntry(db, record, 'REPORT_REMOVED', { name: formNameOf(db, entry) });
  },
  'entry.documented': (db, record) => {
    const { entry, revision, document } = record.body;
    statement(
      db,
      `UPDATE entry_revision SET document = ? WHERE entry_id = (SELECT id FROM entry WHERE key = ?) AND revision = ?`,
    ).run(document, entry, revision);
    addLogEntry(db, record, 'REPORT_KEPT', { name: formNameOf(db, entry) }, { image: document });
  },
};

function applyForm(db: Database, record: RecordOf<'form.saved'>): void {
  const { form, name, version, active, definition } = record.body;
  statement(
    db,
    `INSERT INTO form (key, name, name_folded, version, active) VALUES (@form, @name, @folded, @version, @active)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded, version = excluded.version,
       active = excluded.active`,
  ).run({ form, name, folded: foldText(name), version, active: active ? 1 : 0 });
  statement(
    db,
    `INSERT INTO form_version (form_id, version, definition, at, by_user) VALUES (@id, @version, @definition, @at, @by)
     ON CONFLICT (form_id, version) DO NOTHING`,
  ).run({
    id: idOf(db, 'form', form),
    version,
    definition: JSON.stringify(definition),
    at: record.at,
    by: record.by,
  });
  addLogEntry(db, record, 'FORM_SAVED', { name, version });
}

/** A draft is written over by the next save; a finished revision stays as it is for ever. */
function applyEntry(db: Database, record: RecordOf<'entry.saved'>): void {
  const { body, at, by, seq } = record;
  const form = idOf(db, 'form', body.form);
  if (form === undefined) return; // the form's own record was damaged; the entry's record stays in the chain
  const known = statement(db, 'SELECT id, last_seq AS last FROM entry WHERE key = ?').get(body.entry) as
    { id: number; last: number } | undefined;
  if (known && known.last >= seq) return;
  if (!known) {
    statement(
      db,
      `INSERT INTO entry (id, key, form_id, form_version, series, saves, last_seq) VALUES (?, ?, ?, ?, ?, 0, 0)`,
    ).run(seq, body.entry, form, body.formVersion, body.series);
  }
  const id = known?.id ?? seq;
  statement(
    db,
    `UPDATE entry SET saves = saves + 1, last_seq = @seq,
       finished = CASE WHEN @state = 'finished' THEN @revision ELSE finished END WHERE id = @id`,
  ).run({ id, seq, state: body.state, revision: body.revision });
  statement(
    db,
    `INSERT INTO entry_revision (entry_id, revision, state, "values", at, by_user, begun_by)
     VALUES (@id, @revision, @state, @values, @at, @by, @by)
     ON CONFLICT (entry_id, revision) DO UPDATE SET state = excluded.state, "values" = excluded."values", at = excluded.at,
       by_user = excluded.by_user`,
  ).run({ id, revision: body.revision, state: body.state, values: JSON.stringify(body.values), at, by });
  const name = formNameOf(db, body.entry);
  const about = { series: body.series };
  if (body.state === 'draft') addLogEntry(db, record, 'REPORT_DRAFTED', { name }, about);
  else if (body.revision === 1) addLogEntry(db, record, 'REPORT_FINISHED', { name }, about);
  else addLogEntry(db, record, 'REPORT_CORRECTED', { name, revision: body.revision }, about);
}

function formNameOf(db: Database, entry: string): string {
  const row = statement(db, 'SELECT form.name FROM entry JOIN form ON form.id = entry.form_id WHERE entry.key = ?').get(
    entry,
  ) as { name: string } | undefined;
  return row?.name ?? '';
}
