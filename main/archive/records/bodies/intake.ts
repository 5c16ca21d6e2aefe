import { z } from 'zod';
import {
  ClinicKey,
  ImageId,
  ImportSessionKey,
  KindKey,
  PatientKey,
  ProjectArchiveKey,
  StationKey,
} from '@shared/model/ids';
import { SourceRef, SourceType } from '@shared/model/vocabulary';

const Details = z.record(z.string(), z.union([z.string(), z.number()]));

/** What is written down when an object arrives: all that the object's own bytes do not say. */
export const ObjectStored = z.object({
  image: ImageId,
  bytes: z.int(),
  /** The file a photo or document came as, kept byte for byte beside the DICOM made from it. */
  sourceObject: z.object({ sha256: ImageId, bytes: z.int() }).nullable(),
  source: SourceType,
  /** Which source of that type; without it the person who did it (`by` of the record). */
  sourceRef: SourceRef.optional(),
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
  /** The archive of a project it was put into. */
  archive: ProjectArchiveKey.nullable().optional(),
});
export type ObjectStored = z.infer<typeof ObjectStored>;

/** Records of what came in. */
export const intakeBodies = {
  'object.stored': ObjectStored,
  'import.started': z.object({
    session: ImportSessionKey,
    source: SourceType,
    sourceRef: SourceRef.optional(),
    /** A program adds to it whenever it likes; it does not end by itself. */
    open: z.boolean().optional(),
    label: z.string(),
  }),
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
  /** Takes an import off the list; its images stay. */
  'import.forgotten': z.object({ session: ImportSessionKey }),
} as const;
