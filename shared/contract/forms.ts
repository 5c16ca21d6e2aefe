import { z } from 'zod';
import { FormDefinition } from '../forms/definition';
import { EntryState, EntryValues } from '../forms/entry';
import { EntryKey, FormKey, ImageId, PatientKey, SeriesKey, StudyKey, UserKey } from '../model/ids';
import { ResultRow } from '../model/results';
import { Instant, Language } from '../model/vocabulary';
import { verb } from './verb';

/** A form in its newest version. */
export const FormRow = z.object({
  form: FormKey,
  /** What other systems call it by; the same in all languages. */
  name: z.string(),
  version: z.int(),
  /** One that is not active is not offered for new reports. */
  active: z.boolean(),
  definition: FormDefinition,
  entries: z.int(),
  changedAt: Instant,
  by: UserKey.nullable(),
});
export type FormRow = z.infer<typeof FormRow>;

/** A person as they are named on paper: also those who do not work here any more. */
export const Signature = z.object({ user: UserKey, login: z.string(), name: z.string() });
export type Signature = z.infer<typeof Signature>;

const Line = z.object({ field: z.string(), label: z.string(), value: z.string().nullable() });

/** A report in one of its revisions, raw and as people read it. */
export const EntryRow = z.object({
  entry: EntryKey,
  /** A number that stays the same, for systems that count. */
  id: z.int(),
  form: FormKey,
  formName: z.string(),
  /** Version of the form it was filled with. */
  formVersion: z.int(),
  patient: PatientKey,
  seriesKey: SeriesKey,
  SeriesInstanceUID: z.string(),
  /** 1, and one more with every correction of a finished report. */
  revision: z.int(),
  state: EntryState,
  /** How often the report was saved; whoever changes it says which they saw. */
  saves: z.int(),
  values: EntryValues,
  lines: z.array(Line),
  text: z.string(),
  by: UserKey.nullable(),
  /** Who began this revision, and who finished it (null for a draft); both null where nobody is known. */
  author: Signature.nullable(),
  signer: Signature.nullable(),
  savedAt: Instant,
  /** A correction that is not finished waits beside this finished revision. */
  correcting: z.boolean(),
  /** The PDF made of this revision, when one was kept. */
  document: ImageId.nullable(),
  removed: z.object({ at: Instant, by: UserKey.nullable(), reason: z.string() }).nullable(),
});
export type EntryRow = z.infer<typeof EntryRow>;

const Reading = { language: Language.default('en') };

export const formVerbs = {
  'forms.list': verb(z.object({ all: z.boolean().default(false) }), z.object({ rows: z.array(FormRow) })),
  /** A form in one of its versions; without one in the newest. */
  'forms.get': verb(z.object({ form: FormKey, version: z.int().min(1).optional() }), FormRow, ['NOT_FOUND']),
  /** Makes a form, or a new version of one when anything it asks has changed. Reports keep the version they were filled with. */
  'forms.save': verb(
    z.object({
      form: FormKey.nullable(),
      name: z.string().trim().min(1).max(64),
      active: z.boolean().default(true),
      definition: FormDefinition,
    }),
    FormRow,
    ['NOT_FOUND', 'FORM_NAME_TAKEN', 'FORM_NOT_VALID', 'FORM_DOES_NOT_FIT'],
  ),

  /**
   * Fills a report, changes a draft, or corrects a finished report. `entry` null makes a new one; otherwise `saves` is how often
   * it had been saved when it was read.
   */
  'entries.save': verb(
    z.object({
      entry: EntryKey.nullable(),
      saves: z.int().min(0).default(0),
      form: FormKey,
      series: SeriesKey,
      state: EntryState,
      values: EntryValues,
      ...Reading,
    }),
    EntryRow,
    ['NOT_FOUND', 'ENTRY_NOT_VALID', 'ENTRY_CHANGED_MEANWHILE', 'FORM_CLOSED', 'ENTRY_ELSEWHERE'],
  ),
  /** Newest first. Each report in its newest finished revision, or as a draft when it was never finished. */
  'entries.list': verb(
    z.object({
      form: FormKey.optional(),
      patient: PatientKey.optional(),
      study: StudyKey.optional(),
      series: SeriesKey.optional(),
      state: EntryState.optional(),
      removed: z.boolean().default(false),
      limit: z.int().min(1).max(1000).default(200),
      offset: z.int().min(0).default(0),
      ...Reading,
    }),
    z.object({ total: z.int(), rows: z.array(EntryRow) }),
  ),
  /** All revisions of a report, newest first. */
  'entries.get': verb(z.object({ entry: EntryKey, ...Reading }), z.object({ rows: z.array(EntryRow) }), ['NOT_FOUND']),
  /** Takes a report off the lists; it stays in the archive, with the reason. */
  'entries.remove': verb(z.object({ entry: EntryKey, reason: z.string().trim().min(1).max(500) }), z.object({}), [
    'NOT_FOUND',
    'ENTRY_REMOVED_BEFORE',
  ]),
  /**
   * The reports of a form with whom each is about, for a table outside of the archive; those of people who said no are left out.
   * The log says how many were given out.
   */
  'entries.export': verb(
    z.object({ form: FormKey, patient: PatientKey.optional(), series: SeriesKey.optional(), ...Reading }),
    z.object({
      rows: z.array(EntryRow.extend({ PatientID: z.string(), PatientName: z.string(), StudyDate: z.string() })),
      leftOut: z.int(),
    }),
    ['NOT_FOUND'],
  ),
  /** What a printed report may show. Printing is an exit: pictures and results that may not leave are not named. */
  'entries.printable': verb(
    z.object({ entry: EntryKey, ...Reading }),
    z.object({
      entry: EntryRow,
      images: z.array(ImageId),
      refused: z.int(),
      results: z.array(ResultRow),
      resultsRefused: z.int(),
    }),
    ['NOT_FOUND', 'ENTRY_NOT_FINISHED'],
  ),
  /** Keeps a printed report as an Encapsulated PDF (PS3.3 A.45.1) in the study of its series. */
  'entries.keepDocument': verb(
    z.object({ entry: EntryKey, bytes: z.instanceof(Uint8Array), title: z.string().trim().min(1).max(128) }),
    z.object({ image: ImageId }),
    ['NOT_FOUND', 'ENTRY_NOT_FINISHED', 'PDF_DAMAGED', 'FILE_EMPTY', 'DISK_FULL'],
  ),
} as const;
