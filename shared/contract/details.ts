import { z } from 'zod';
import { ClinicKey, PatientKey } from '../model/ids';
import { PatientDetails } from '../model/details';
import { PatientRow } from '../model/rows';
import { DicomDate, Sex } from '../model/vocabulary';
import { verb } from './verb';

const text = z.string().trim().max(128).optional();

export const detailsVerbs = {
  /** Everything that was asked of a patient besides the card; empty lines when nothing was. */
  'patients.details': verb(z.object({ patient: PatientKey }), PatientDetails, ['NOT_FOUND']),
  /** Changes the lines that are given and leaves the others. */
  'patients.saveDetails': verb(
    z.object({
      patient: PatientKey,
      // Without the defaults of the schema: what is left out stays as it is.
      changes: z.object(
        Object.fromEntries(
          Object.entries(PatientDetails.shape).map(([field, line]) => [field, line.unwrap().optional()]),
        ) as { [K in keyof typeof PatientDetails.shape]: z.ZodOptional<z.ZodString> },
      ),
    }),
    PatientDetails,
    ['NOT_FOUND', 'DISK_FULL'],
  ),
  /**
   * Patients by single fields, all of which must hold: a part of the text, or with `exact` the whole of it; case and accents do
   * not matter. `name` looks at all parts of a name and makes the other texts ignored. Of people whose surnames are not known
   * apart, the whole name is looked at.
   */
  'patients.search': verb(
    z.object({
      name: text,
      paternalLast: text,
      maternalLast: text,
      first: text,
      curp: text,
      oldNumber: text,
      otherId: text,
      phone: text,
      email: text,
      PatientBirthDate: DicomDate.optional(),
      PatientSex: Sex.optional(),
      /** With a picture or a file from this clinic. */
      clinic: ClinicKey.optional(),
      exact: z.boolean().default(false),
      limit: z.int().min(1).max(1000).default(100),
      offset: z.int().min(0).default(0),
    }),
    z.object({ total: z.int(), rows: z.array(PatientRow) }),
    ['NOT_FOUND'],
  ),
} as const;
