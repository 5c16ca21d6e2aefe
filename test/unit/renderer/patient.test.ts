import { describe, expect, it } from 'vitest';
import { PatientInput, PatientRow } from '@shared/model/rows';
import { emptyName, today } from '../../../renderer/app/format';
import { draftOf, faultsOf, inputOf } from '../../../renderer/features/patient/draft';
import type { Draft } from '../../../renderer/features/patient/draft';

const draft: Draft = {
  name: { ...emptyName, family: 'Otieno', given: 'Grace' },
  number: ' 0042 ',
  sex: 'F',
  precision: 'known',
  birthDate: '20150312',
  age: '',
  ageUnit: 'years',
  temporary: false,
  consent: 'not-asked',
  note: '',
};

const row = PatientRow.parse({
  patient: '00000000-0000-4000-8000-000000000001',
  mergedFrom: [],
  PatientID: '0042',
  IssuerOfPatientID: '',
  PatientName: 'Otieno^Grace^^Dr.=王^東',
  PatientBirthDate: '',
  PatientSex: 'F',
  birthDatePrecision: 'unknown',
  ageYears: 0.5,
  ageOn: today(),
  registered: true,
  temporary: true,
  consent: 'yes',
  note: 'Hears badly',
  headshot: null,
  studies: 0,
  series: 0,
  images: 0,
  lastStudyDate: '',
  changedAt: '2026-11-21T09:00:00.000Z',
});

describe('the form of a patient', () => {
  it('makes what the contract takes', () => {
    const input = inputOf(draft);
    expect(PatientInput.parse(input)).toEqual(input);
    expect(input).toMatchObject({
      PatientName: 'Otieno^Grace',
      PatientID: '0042',
      PatientBirthDate: '20150312',
      ageYears: null,
    });
  });

  it('stores no birth date where none is known, and an age only then', () => {
    expect(inputOf({ ...draft, precision: 'unknown', age: '34' })).toMatchObject({
      PatientBirthDate: '',
      ageYears: 34,
    });
    expect(inputOf({ ...draft, precision: 'unknown', age: '9', ageUnit: 'months' }).ageYears).toBe(0.75);
    expect(inputOf({ ...draft, precision: 'unknown', age: '' }).ageYears).toBeNull();
    expect(inputOf({ ...draft, age: '34' }).ageYears).toBeNull();
  });

  it('asks for a name, for the date that is said to be known, and for an age that can be', () => {
    expect(faultsOf(draft)).toEqual({});
    expect(faultsOf({ ...draft, name: { ...emptyName, family: ' ^ ' } })).toEqual({ name: true });
    expect(faultsOf({ ...draft, name: { ...emptyName, given: 'Grace' } })).toEqual({});
    expect(faultsOf({ ...draft, birthDate: '' })).toEqual({ birthDate: true });
    expect(faultsOf({ ...draft, precision: 'estimated', birthDate: '' })).toEqual({ birthDate: true });
    expect(faultsOf({ ...draft, precision: 'unknown', birthDate: '' })).toEqual({});
    for (const age of ['-1', '151', 'old'])
      expect(faultsOf({ ...draft, precision: 'unknown', age })).toEqual({ age: true });
    expect(faultsOf({ ...draft, precision: 'unknown', age: '1801', ageUnit: 'months' })).toEqual({ age: true });
  });

  it('shows a stored person as it was entered, and gives back the same when nothing is changed', () => {
    const shown = draftOf(row);
    expect(shown).toMatchObject({ age: '6', ageUnit: 'months', precision: 'unknown', temporary: true });
    expect(inputOf(shown, row.PatientName)).toEqual({
      PatientName: row.PatientName,
      PatientID: row.PatientID,
      PatientSex: 'F',
      PatientBirthDate: '',
      birthDatePrecision: 'unknown',
      ageYears: 0.5,
      temporary: true,
      consent: 'yes',
      note: 'Hears badly',
    });
  });
});
