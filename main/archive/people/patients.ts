import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { PatientKey } from '@shared/model/ids';
import type { PatientInput, PatientRow } from '@shared/model/rows';
import { foldText, nameWords } from '../catalog/folding';
import { rowByKey } from '../catalog/rows';
import type { EngineContext } from '../context';
import { survivorOf } from '../index-writer/merged';
import { archiveForNew } from '../grouping/projects';
import { statement } from '../index-writer/statements';
import type { PatientSaved } from '../records/bodies/people';
import type { NewRecord } from '../records/record';
import { dayOf, requireDay } from './dates';
import type { InTurn } from './in-turn';
import { suggestNumber } from './numbers';
import { similarPatients } from './similar';

export type PatientVerb =
  'patients.get' | 'patients.register' | 'patients.update' | 'patients.suggestNumber' | 'patients.similar';

export function createPatients(ctx: EngineContext, inTurn: InTurn): Handlers<PatientVerb> {
  const get = (key: string): PatientRow => {
    const row = rowByKey(ctx.db, 'patient', key);
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
    return row;
  };
  const save = async (body: PatientSaved, more: readonly NewRecord[] = []): Promise<PatientRow> => {
    refuseTwin(ctx, body);
    await ctx.commit([{ type: 'patient.saved', body }, ...more]);
    return get(body.patient);
  };
  return {
    'patients.get': async ({ patient }) => Promise.resolve(get(patient)),
    'patients.register': (input) =>
      inTurn(() => {
        const patient = PatientKey.parse(randomUUID());
        return save({ patient, IssuerOfPatientID: '', ...entered(ctx, input, null) }, intoDefaultArchive(ctx, patient));
      }),
    'patients.update': ({ patient, changes }) =>
      inTurn(() => {
        const before = get(patient);
        if (before.patient !== patient) throw new FieldboxError('PATIENT_MERGED');
        return save({ patient, IssuerOfPatientID: before.IssuerOfPatientID, ...entered(ctx, changes, before) });
      }),
    'patients.suggestNumber': async () => Promise.resolve({ PatientID: suggestNumber(ctx.db) }),
    'patients.similar': async (input) => Promise.resolve({ rows: similarPatients(ctx.db, input) }),
  };
}

/** A new patient belongs to the default archive of the projects, if there is one. */
function intoDefaultArchive(ctx: EngineContext, patient: PatientKey): readonly NewRecord[] {
  const archive = archiveForNew(ctx, undefined);
  if (archive === null) return [];
  return [{ type: 'project.assigned', body: { archive, patients: [patient], studies: [], series: [] } }];
}

/**
 * What is written down of what a person entered. A number is given to who has none. Without a birth date an age counts from
 * the day it was said. Throws BAD_REQUEST.
 */
function entered(
  ctx: EngineContext,
  input: PatientInput,
  before: PatientRow | null,
): Omit<PatientSaved, 'patient' | 'IssuerOfPatientID'> {
  const PatientName = valueOf(input.PatientName);
  const number = valueOf(input.PatientID);
  if (!isPersonName(PatientName)) throw new FieldboxError('BAD_REQUEST', { what: 'PatientName' });
  const today = dayOf(ctx.now());
  const known = input.birthDatePrecision !== 'unknown' && input.PatientBirthDate !== '';
  if (known) {
    requireDay(input.PatientBirthDate, 'PatientBirthDate');
    if (input.PatientBirthDate > today) throw new FieldboxError('BAD_REQUEST', { what: 'PatientBirthDate' });
  }
  const ageYears = known ? null : input.ageYears;
  return {
    PatientName,
    PatientID: number === '' ? suggestNumber(ctx.db) : number,
    PatientSex: input.PatientSex,
    PatientBirthDate: known ? input.PatientBirthDate : '',
    birthDatePrecision: known ? input.birthDatePrecision : 'unknown',
    ageYears,
    ageOn: ageYears === null ? null : before?.ageYears === ageYears ? (before.ageOn ?? today) : today,
    temporary: input.temporary,
    consent: input.consent,
    note: input.note,
  };
}

/** What no value may hold (PS3.5 6.1.3, 6.2): controls and the delimiter of values; and halves of characters. */
const NOT_IN_VALUES = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\\\p{Surrogate}]+/gu;

function valueOf(text: string): string {
  return text.replace(NOT_IN_VALUES, ' ').trim();
}

/** Most characters of a component group of a name, and most groups (PS3.5 6.2, PN). */
const LONGEST_GROUP = 64;
const MOST_GROUPS = 3;

/** Whether a text says a name and fits into the attribute, so that pictures made here carry it whole. */
function isPersonName(text: string): boolean {
  const groups = text.split('=');
  const fits = groups.length <= MOST_GROUPS && groups.every((group) => Array.from(group).length <= LONGEST_GROUP);
  return fits && nameWords(text).length > 0;
}

/**
 * One number and one name are one person: a second one is a mistake, also when the first came with images from elsewhere
 * (that one can be taken over by `patients.update`) or stands under somebody else since a merge. Throws BAD_REQUEST.
 */
function refuseTwin(ctx: EngineContext, body: PatientSaved): void {
  const twin = statement(
    ctx.db,
    'SELECT 1 FROM patient WHERE id_folded = ? AND name_folded = ? AND IssuerOfPatientID = ? AND key <> ?',
  ).get(foldText(body.PatientID), foldText(body.PatientName), body.IssuerOfPatientID, body.patient);
  const merged = statement(
    ctx.db,
    'SELECT key FROM merged_patient WHERE id_folded = ? AND name_folded = ? AND IssuerOfPatientID = ?',
  ).all(foldText(body.PatientID), foldText(body.PatientName), body.IssuerOfPatientID) as { key: string }[];
  if (twin || merged.some(({ key }) => survivorOf(ctx.db, key) !== body.patient))
    throw new FieldboxError('BAD_REQUEST', { what: 'PatientID' });
}
