import type { z } from 'zod';
import type { PatientInput as PatientInputSchema, PatientRow } from '@shared/model/rows';
import { Sex } from '@shared/model/vocabulary';
import { joinName, mergeName, monthsNow, splitName } from '../../app/format';
import type { NameParts } from '../../app/format';

export type PatientInput = z.infer<typeof PatientInputSchema>;

/** The form as it is typed, before it is made into what is stored. */
export interface Draft {
  readonly name: NameParts;
  readonly number: string;
  readonly sex: PatientInput['PatientSex'];
  readonly precision: PatientInput['birthDatePrecision'];
  readonly birthDate: string;
  readonly age: string;
  readonly ageUnit: 'years' | 'months';
  readonly temporary: boolean;
  readonly consent: PatientInput['consent'];
  readonly note: string;
}

/** What is wrong with a draft, by field; nothing when it can be saved. */
export interface Faults {
  readonly name?: true;
  readonly birthDate?: true;
  readonly age?: true;
}

/** Looks through a draft before it is saved: a name in any one part is enough, and what is said to be known must be there. */
export function faultsOf(draft: Draft): Faults {
  const age = Number(draft.age);
  const years = draft.ageUnit === 'months' ? age / 12 : age;
  return {
    ...(joinName(draft.name).replaceAll('^', '') === '' ? { name: true } : {}),
    ...(draft.precision !== 'unknown' && draft.birthDate === '' ? { birthDate: true } : {}),
    ...(draft.age.trim() !== '' && !(years >= 0 && years <= 150) ? { age: true } : {}),
  };
}

/** What is stored of a draft. `before` is the stored name when a person is changed: parts not shown here stay. */
export function inputOf(draft: Draft, before?: string): PatientInput {
  const unknown = draft.precision === 'unknown';
  const age = draft.age.trim() === '' ? null : Number(draft.age);
  return {
    PatientName: before === undefined ? joinName(draft.name) : mergeName(before, draft.name),
    PatientID: draft.number.trim(),
    PatientSex: draft.sex,
    PatientBirthDate: unknown ? '' : draft.birthDate,
    birthDatePrecision: draft.precision,
    ageYears: unknown && age !== null ? (draft.ageUnit === 'months' ? age / 12 : age) : null,
    temporary: draft.temporary,
    consent: draft.consent,
    note: draft.note,
  };
}

/** The stored person as the form shows it: the age of today, under two years in months. */
export function draftOf(row: PatientRow): Draft {
  const sex = Sex.safeParse(row.PatientSex);
  const old = monthsNow(row);
  const months = old !== null && old < 24;
  const age = old === null ? '' : String(months ? old : Math.round(old / 1.2) / 10);
  return {
    name: splitName(row.PatientName),
    number: row.PatientID,
    sex: sex.success ? sex.data : '',
    precision: row.birthDatePrecision,
    birthDate: row.PatientBirthDate,
    age,
    ageUnit: months ? 'months' : 'years',
    temporary: row.temporary,
    consent: row.consent,
    note: row.note,
  };
}
