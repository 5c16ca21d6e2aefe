import type { Database } from 'better-sqlite3';
import type { Handlers, Output, Parsed } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { detailFields, noDetails, PatientDetails } from '@shared/model/details';
import type { PatientKey } from '@shared/model/ids';
import { digitsOf } from '../catalog/detail-words';
import { foldText } from '../catalog/folding';
import { rowsOf } from '../catalog/rows';
import type { EngineContext } from '../context';
import { idOf, statement } from '../index-writer/statements';
import type { InTurn } from './in-turn';

export type DetailVerb = 'patients.details' | 'patients.saveDetails' | 'patients.search';

/** Controls and halves of characters have no place in a line of text. */
const NOT_IN_LINES = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Surrogate}]+/gu;

/** What was asked of patients besides their card, and finding them by it. */
export function createDetails(ctx: EngineContext, inTurn: InTurn): Handlers<DetailVerb> {
  const { db } = ctx;
  return {
    'patients.details': async ({ patient }) => Promise.resolve(detailsOf(db, patient)),
    'patients.saveDetails': ({ patient, changes }) =>
      inTurn(async () => {
        const before = detailsOf(db, patient);
        const details = { ...before };
        for (const field of detailFields)
          details[field] = (changes[field] ?? before[field]).replace(NOT_IN_LINES, ' ').trim();
        if (detailFields.some((field) => details[field] !== before[field]))
          await ctx.commit([{ type: 'patient.details', body: { patient, details } }]);
        return detailsOf(db, patient);
      }),
    'patients.search': async (input) => Promise.resolve(search(db, input)),
  };
}

/** Everything that was asked of a patient besides the card. Throws NOT_FOUND. */
export function detailsOf(db: Database, patient: PatientKey): PatientDetails {
  const id = idOf(db, 'patient', patient);
  if (id === undefined) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
  const row = statement(db, 'SELECT details FROM patient_details WHERE patient_id = ?').get(id) as
    { details: string } | undefined;
  return row ? PatientDetails.parse(JSON.parse(row.details)) : noDetails;
}

type Search = Parsed<'patients.search'>;

const NAMES = ['paternal', 'maternal', 'first', 'middle'] as const;

function search(db: Database, input: Search): Output<'patients.search'> {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const hold = (sql: string, ...held: (string | number)[]): void => {
    conditions.push(sql);
    values.push(...held);
  };
  const text = (column: string, wanted: string | undefined, whole: string | null = null): void => {
    const folded = foldText(wanted ?? '');
    if (folded === '') return;
    if (input.exact) hold(`d.${column} = ?`, folded);
    else
      hold(`instr(${whole === null ? `d.${column}` : `coalesce(nullif(d.${column}, ''), ${whole})`}, ?) > 0`, folded);
  };
  if (foldText(input.name ?? '') !== '') anyName(input, hold);
  else {
    text('paternal', input.paternalLast, 'patient.name_folded');
    text('maternal', input.maternalLast, 'patient.name_folded');
    text('first', input.first, 'patient.name_folded');
    text('curp', input.curp);
    text('old_number', input.oldNumber);
    text('other_id', input.otherId);
    text('email', input.email);
    const digits = digitsOf(input.phone ?? '');
    if (digits !== '') hold(`instr(d.phones, ?) > 0`, input.exact ? ` ${digits} ` : digits);
  }
  if (input.PatientBirthDate !== undefined) hold('patient.PatientBirthDate = ?', input.PatientBirthDate);
  if (input.PatientSex !== undefined) hold('patient.PatientSex = ?', input.PatientSex);
  if (input.clinic !== undefined) {
    const clinic = idOf(db, 'clinic', input.clinic);
    if (clinic === undefined) throw new FieldboxError('NOT_FOUND', { what: 'clinic' });
    hold(
      `(patient.id IN (SELECT patient_id FROM image WHERE clinic_id = ?) OR patient.id IN (SELECT patient_id FROM attachment
         JOIN attachment_case ON attachment_id = attachment.id WHERE attachment_case.clinic = ?))`,
      clinic,
      input.clinic,
    );
  }
  const from = `FROM patient LEFT JOIN patient_details AS d ON d.patient_id = patient.id
    ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}`;
  const { total } = statement(db, `SELECT count(*) AS total ${from}`).get(...values) as { total: number };
  const found = statement(
    db,
    `SELECT patient.id ${from} ORDER BY patient.name_folded, patient.id LIMIT ? OFFSET ?`,
  ).all(...values, input.limit, input.offset) as { id: number }[];
  return {
    total,
    rows: rowsOf(
      db,
      'patient',
      found.map(({ id }) => id),
    ),
  };
}

/** Any part of the name, wherever it stands. */
function anyName(input: Search, hold: (sql: string, ...values: string[]) => void): void {
  const wanted = foldText(input.name ?? '');
  const columns = [...NAMES.map((name) => `d.${name}`), 'patient.name_folded'];
  const compare = (column: string): string => (input.exact ? `${column} = ?` : `instr(${column}, ?) > 0`);
  hold(`(${columns.map(compare).join(' OR ')})`, ...columns.map(() => wanted));
}
