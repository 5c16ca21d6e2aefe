import { z } from 'zod';
import { ClinicKey, KindKey, PatientKey, StationKey } from '../model/ids';
import { ClinicRow, KindRow, PatientInput, PatientRow, StationRow } from '../model/rows';
import { DicomDate } from '../model/vocabulary';
import { verb } from './verb';

const Nothing = z.object({});
const ClinicInput = z.object({
  name: z.string().trim().min(1).max(64),
  place: z.string().trim().max(64),
  firstDay: DicomDate,
  lastDay: DicomDate,
});

export const peopleVerbs = {
  /** A patient who was merged into another is answered with that other one. */
  'patients.get': verb(z.object({ patient: PatientKey }), PatientRow, ['NOT_FOUND']),
  'patients.register': verb(PatientInput, PatientRow, ['DISK_FULL']),
  'patients.update': verb(z.object({ patient: PatientKey, changes: PatientInput }), PatientRow, [
    'NOT_FOUND',
    'DISK_FULL',
    'PATIENT_MERGED',
  ]),
  /** The next free number in the clinic's own row of numbers, as a suggestion for registration. */
  'patients.suggestNumber': verb(Nothing, z.object({ PatientID: z.string() })),
  /**
   * People who might be the same as the one being registered (or as the one given as `except`), best first, with the reasons as
   * translation keys.
   */
  'patients.similar': verb(
    z.object({
      PatientName: z.string().max(256),
      PatientID: z.string().max(64),
      PatientBirthDate: z.string().max(8),
      except: PatientKey.optional(),
    }),
    z.object({
      rows: z.array(z.object({ row: PatientRow, reasons: z.array(z.enum(['number', 'name', 'birthDate'])) })),
    }),
  ),
  'clinics.list': verb(Nothing, z.object({ rows: z.array(ClinicRow) })),
  /** The first clinic that was on a day. */
  'clinics.onDay': verb(z.object({ day: DicomDate }), ClinicRow, ['NOT_FOUND']),
  /** The same name, place and days are one clinic: made again, it is the one that is there. */
  'clinics.create': verb(ClinicInput, ClinicRow),
  'clinics.update': verb(z.object({ clinic: ClinicKey, changes: ClinicInput }), ClinicRow, ['NOT_FOUND']),
  'stations.list': verb(z.object({ clinic: ClinicKey }), z.object({ rows: z.array(StationRow) })),
  'stations.create': verb(z.object({ clinic: ClinicKey, name: z.string().trim().min(1).max(16) }), StationRow, [
    'NOT_FOUND',
  ]),
  'stations.update': verb(
    z.object({ station: StationKey, name: z.string().trim().min(1).max(16), active: z.boolean() }),
    StationRow,
    ['NOT_FOUND'],
  ),
  'kinds.list': verb(Nothing, z.object({ rows: z.array(KindRow) })),
  'kinds.create': verb(z.object({ name: z.string().trim().min(1).max(64) }), KindRow),
  'kinds.update': verb(
    z.object({ kind: KindKey, name: z.string().trim().min(1).max(64), active: z.boolean() }),
    KindRow,
    ['NOT_FOUND'],
  ),
} as const;
