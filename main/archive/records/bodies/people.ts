import { z } from 'zod';
import { PatientDetails } from '@shared/model/details';
import { ClinicKey, KindKey, PatientKey, StationKey } from '@shared/model/ids';
import { BirthDatePrecision, Consent, DicomDate, Sex } from '@shared/model/vocabulary';

export const PatientSaved = z.object({
  patient: PatientKey,
  PatientID: z.string(),
  IssuerOfPatientID: z.string(),
  PatientName: z.string(),
  PatientBirthDate: z.string(),
  PatientSex: Sex,
  birthDatePrecision: BirthDatePrecision,
  ageYears: z.number().nullable(),
  ageOn: DicomDate.nullable(),
  temporary: z.boolean(),
  consent: Consent,
  note: z.string(),
});
export type PatientSaved = z.infer<typeof PatientSaved>;

/** Records of patients, places and kinds. */
export const peopleBodies = {
  'patient.saved': PatientSaved,
  'patient.details': z.object({ patient: PatientKey, details: PatientDetails }),
  'clinic.saved': z.object({
    clinic: ClinicKey,
    name: z.string(),
    place: z.string(),
    firstDay: DicomDate,
    lastDay: DicomDate,
  }),
  'station.saved': z.object({ station: StationKey, clinic: ClinicKey, name: z.string(), active: z.boolean() }),
  'kind.saved': z.object({ kind: KindKey, code: z.string().nullable(), name: z.string(), active: z.boolean() }),
} as const;
