import { z } from 'zod';
import { ClinicKey, ExportKey, ImageId, ImportSessionKey, KindKey, PatientKey, StationKey } from '@shared/model/ids';
import { BirthDatePrecision, Consent, DicomDate, Sex, SourceType } from '@shared/model/vocabulary';
import { ExportResult } from '@shared/contract/release';

const Details = z.record(z.string(), z.union([z.string(), z.number()]));

/** What is written down when an object arrives: all that the object's own bytes do not say. */
export const ObjectStored = z.object({
  image: ImageId,
  bytes: z.int(),
  /** The file a photo or document came as, kept byte for byte beside the DICOM made from it. */
  sourceObject: z.object({ sha256: ImageId, bytes: z.int() }).nullable(),
  source: SourceType,
  session: ImportSessionKey.nullable(),
  /** Path as it was chosen, and the path inside a zip. */
  path: z.string(),
  entry: z.string(),
  /** Whose it is when a person said so; null means: as the object's own attributes say. */
  patient: PatientKey.nullable(),
  clinic: ClinicKey.nullable(),
  station: StationKey.nullable(),
  kind: KindKey.nullable(),
  takenAt: z.string().nullable(),
});
export type ObjectStored = z.infer<typeof ObjectStored>;

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

export const recordBodies = {
  'object.stored': ObjectStored,
  'patient.saved': PatientSaved,
  'clinic.saved': z.object({
    clinic: ClinicKey,
    name: z.string(),
    place: z.string(),
    firstDay: DicomDate,
    lastDay: DicomDate,
  }),
  'station.saved': z.object({ station: StationKey, clinic: ClinicKey, name: z.string(), active: z.boolean() }),
  'kind.saved': z.object({ kind: KindKey, code: z.string().nullable(), name: z.string(), active: z.boolean() }),
  'import.started': z.object({ session: ImportSessionKey, source: SourceType, label: z.string() }),
  'import.items': z.object({
    session: ImportSessionKey,
    items: z.array(
      z.object({
        path: z.string(),
        entry: z.string(),
        outcome: z.enum(['alreadyStored', 'rejected']),
        image: ImageId.nullable(),
        code: z.string().nullable(),
        details: Details,
      }),
    ),
  }),
  'import.finished': z.object({ session: ImportSessionKey, state: z.enum(['done', 'cancelled', 'failed']) }),
  'export.finished': z.object({ exportKey: ExportKey, result: ExportResult }),
} as const;

export type RecordType = keyof typeof recordBodies;
export type RecordBody<T extends RecordType> = z.infer<(typeof recordBodies)[T]>;

/** One record: its place in the order of things, when (by this laptop's clock), and what. */
export type ArchiveRecord = {
  [T in RecordType]: { seq: number; at: string; type: T; body: RecordBody<T> };
}[RecordType];

/** A record on its way into the chain. */
export type NewRecord = { [T in RecordType]: { type: T; body: RecordBody<T> } }[RecordType];
