import type { Database } from 'better-sqlite3';
import type { Parsed } from '@shared/contract';
import { type EntryRow, type FormRow, Signature } from '@shared/contract/forms';
import { type Language, FieldboxError } from '@shared/errors';
import { FormDefinition } from '@shared/forms/definition';
import { entryText, type EntryValues, formatEntry } from '@shared/forms/entry';
import { EntryKey, FormKey, ImageId, PatientKey, SeriesKey, UserKey } from '@shared/model/ids';
import { listRows, seriesTerms } from '../catalog/row-filter';
import { statement } from '../index-writer/statements';

const FORM = `SELECT form.key, form.name, v.version, form.active, v.definition, v.at, v.by_user,
  (SELECT count(*) FROM entry WHERE entry.form_id = form.id AND entry.removed_at IS NULL) AS entries
  FROM form JOIN form_version AS v ON v.form_id = form.id`;

/** Forms in their newest version, by name. */
export function listForms(db: Database): FormRow[] {
  const rows = statement(db, `${FORM} WHERE v.version = form.version ORDER BY form.name_folded, form.id`).all();
  return (rows as RawForm[]).map(formOf);
}

/** A form in one of its versions; without one in the newest. Throws NOT_FOUND. */
export function getForm(db: Database, key: FormKey, version?: number): FormRow {
  const row = statement(db, `${FORM} WHERE form.key = @key AND v.version = coalesce(@version, form.version)`).get({
    key,
    version: version ?? null,
  }) as RawForm | undefined;
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'form' });
  return formOf(row);
}

/** What a form asked in all its versions, oldest first. */
export function definitionsOf(db: Database, key: FormKey): FormDefinition[] {
  const rows = statement(
    db,
    `SELECT definition FROM form_version WHERE form_id = (SELECT id FROM form WHERE key = ?) ORDER BY version`,
  ).all(key) as { definition: string }[];
  return rows.map(({ definition }) => FormDefinition.parse(JSON.parse(definition)));
}

interface RawForm {
  readonly key: string;
  readonly name: string;
  readonly version: number;
  readonly active: number;
  readonly definition: string;
  readonly at: string;
  readonly by_user: string | null;
  readonly entries: number;
}

function formOf(row: RawForm): FormRow {
  return {
    form: FormKey.parse(row.key),
    name: row.name,
    version: row.version,
    active: row.active === 1,
    definition: FormDefinition.parse(JSON.parse(row.definition)),
    entries: row.entries,
    changedAt: row.at,
    by: userOf(row.by_user),
  };
}

/** SQL of a person's Signature as JSON; null for nobody. */
function nameOf(key: string): string {
  return `(SELECT json_object('user', u.key, 'login', u.login, 'name', u.name) FROM user AS u WHERE u.key = ${key})`;
}

const FROM = `FROM entry JOIN form ON form.id = entry.form_id
  JOIN form_version AS v ON v.form_id = form.id AND v.version = entry.form_version
  JOIN series ON series.key = entry.series JOIN patient ON patient.id = series.patient_id
  JOIN entry_revision AS r ON r.entry_id = entry.id`;
const COLUMNS = `SELECT entry.id, entry.key, form.key AS form, form.name, entry.form_version, v.definition, patient.key AS patient,
  entry.series, series.SeriesInstanceUID, r.revision, r.state, entry.saves, r."values", r.by_user, r.at, r.document,
  EXISTS (SELECT 1 FROM entry_revision AS d WHERE d.entry_id = entry.id AND d.revision > r.revision AND d.state = 'draft') AS correcting,
  ${nameOf('r.begun_by')} AS author, ${nameOf('r.by_user')} AS saver, entry.removed_at, entry.removed_by, entry.removed_reason ${FROM}`;
/** The revision that counts: the newest finished one, or the draft that was never finished. */
const COUNTING = `r.revision = coalesce(entry.finished, 1)`;

/** Which reports are asked for. */
export type EntryFilter = Pick<Parsed<'entries.list'>, 'form' | 'patient' | 'study' | 'series' | 'state' | 'removed'>;

/** A page of reports, each in the revision that counts, newest first, and how many there are. */
export function listEntries(
  db: Database,
  filter: EntryFilter,
  page: { readonly limit: number; readonly offset: number },
  language: Language,
): { total: number; rows: EntryRow[] } {
  const { total, rows } = listRows<EntryFilter>(
    db,
    {
      from: FROM,
      select: COLUMNS,
      always: [COUNTING, ...(filter.removed ? [] : ['entry.removed_at IS NULL'])],
      said: { ...seriesTerms('entry'), form: 'form.key = @form', state: 'r.state = @state' },
      orderBy: 'entry.id DESC',
    },
    filter,
    page,
  );
  return { total, rows: (rows as RawEntry[]).map((row) => entryOf(row, language)) };
}

/** All revisions of a report, newest first. Throws NOT_FOUND. */
export function revisionsOf(db: Database, key: EntryKey, language: Language): [EntryRow, ...EntryRow[]] {
  const rows = statement(db, `${COLUMNS} WHERE entry.key = ? ORDER BY r.revision DESC`).all(key) as RawEntry[];
  const [first, ...others] = rows.map((row) => entryOf(row, language));
  if (!first) throw new FieldboxError('NOT_FOUND', { what: 'report' });
  return [first, ...others];
}

interface RawEntry {
  readonly id: number;
  readonly key: string;
  readonly form: string;
  readonly name: string;
  readonly form_version: number;
  readonly definition: string;
  readonly patient: string;
  readonly series: string;
  readonly SeriesInstanceUID: string;
  readonly revision: number;
  readonly state: 'draft' | 'finished';
  readonly saves: number;
  readonly values: string;
  readonly by_user: string | null;
  readonly author: string | null;
  readonly saver: string | null;
  readonly at: string;
  readonly document: string | null;
  readonly correcting: number;
  readonly removed_at: string | null;
  readonly removed_by: string | null;
  readonly removed_reason: string | null;
}

function entryOf(row: RawEntry, language: Language): EntryRow {
  const definition = FormDefinition.parse(JSON.parse(row.definition));
  const values = JSON.parse(row.values) as EntryValues;
  const lines = formatEntry(definition, values, language);
  return {
    entry: EntryKey.parse(row.key),
    id: row.id,
    form: FormKey.parse(row.form),
    formName: row.name,
    formVersion: row.form_version,
    patient: PatientKey.parse(row.patient),
    seriesKey: SeriesKey.parse(row.series),
    SeriesInstanceUID: row.SeriesInstanceUID,
    revision: row.revision,
    state: row.state,
    saves: row.saves,
    values,
    lines: [...lines],
    text: entryText(lines),
    by: userOf(row.by_user),
    author: signatureOf(row.author),
    signer: row.state === 'finished' ? signatureOf(row.saver) : null,
    savedAt: row.at,
    correcting: row.correcting === 1,
    document: row.document === null ? null : ImageId.parse(row.document),
    removed:
      row.removed_at === null
        ? null
        : { at: row.removed_at, by: userOf(row.removed_by), reason: row.removed_reason ?? '' },
  };
}

function signatureOf(json: string | null): Signature | null {
  return json === null ? null : Signature.parse(JSON.parse(json));
}

function userOf(key: string | null): UserKey | null {
  return key === null ? null : UserKey.parse(key);
}
