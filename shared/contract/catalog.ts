import { z } from 'zod';
import {
  ClinicKey,
  ImageId,
  KindKey,
  PatientKey,
  ProjectArchiveKey,
  ProjectKey,
  SeriesKey,
  StationKey,
  StudyKey,
  UserKey,
} from '../model/ids';
import { ImageRow, PatientRow, SeriesRow, StudyRow } from '../model/rows';
import { DicomDate, Level, SourceType } from '../model/vocabulary';
import { verb } from './verb';

/** A condition on one attribute; `*` and `?` in the value are wildcards (PS3.4 C.2.2.2.4), case does not matter. */
export const Match = z.object({ key: z.string().max(64), value: z.string().max(256) });

/**
 * A page of the catalogue. `text` is what a person types: every word must be the beginning of a part of the name, of the
 * number or of a description; accents do not matter, and a small typing error in a name is forgiven.
 * `after` continues behind a row (`next` of the answer before); `offset` jumps, for scroll bars. Not both.
 */
export const FindInput = z.object({
  level: Level,
  match: z.array(Match).max(20).default([]),
  text: z.string().max(200).default(''),
  patient: PatientKey.optional(),
  study: StudyKey.optional(),
  series: SeriesKey.optional(),
  clinic: ClinicKey.optional(),
  station: StationKey.optional(),
  kind: KindKey.optional(),
  source: SourceType.optional(),
  /** Who took or brought the images in. */
  storedBy: UserKey.optional(),
  modality: z.string().max(16).optional(),
  dateFrom: DicomDate.optional(),
  dateTo: DicomDate.optional(),
  /** What is in any archive of a project. */
  project: ProjectKey.optional(),
  archive: ProjectArchiveKey.optional(),
  /** State of series, as `series.setStatus` set it. */
  status: z.string().min(1).max(32).optional(),
  registeredOnly: z.boolean().default(false),
  sort: z.string().max(64).optional(),
  descending: z.boolean().default(false),
  limit: z.int().min(1).max(1000).default(100),
  after: z.string().max(2000).optional(),
  offset: z.int().min(0).optional(),
});
export type FindInput = z.infer<typeof FindInput>;

const page = <T extends z.ZodType>(row: T) =>
  z.object({ total: z.int(), rows: z.array(row), next: z.string().nullable() });
export const PatientPage = page(PatientRow);
export const StudyPage = page(StudyRow);
export const SeriesPage = page(SeriesRow);
export const ImagePage = page(ImageRow);

/** One attribute in the tags view; `depth` indents items of sequences. */
export const TagRow = z.object({
  /** Path of tags with item numbers, e.g. 00400555[0].0040A043[0].00080100 */
  path: z.string(),
  tag: z.string(),
  keyword: z.string(),
  name: z.string(),
  vr: z.string(),
  depth: z.int(),
  value: z.string(),
  length: z.int(),
});
export type TagRow = z.infer<typeof TagRow>;

const levelInput = FindInput.omit({ level: true });

export const catalogVerbs = {
  'catalog.patients': verb(levelInput, PatientPage, ['BAD_REQUEST']),
  'catalog.studies': verb(levelInput, StudyPage, ['BAD_REQUEST']),
  'catalog.series': verb(levelInput, SeriesPage, ['BAD_REQUEST']),
  'catalog.images': verb(levelInput, ImagePage, ['BAD_REQUEST']),
  'catalog.image': verb(z.object({ image: ImageId }), ImageRow, ['NOT_FOUND']),
  'catalog.tags': verb(z.object({ image: ImageId }), z.object({ rows: z.array(TagRow) }), [
    'NOT_FOUND',
    'OBJECT_MISSING',
  ]),
  /** All images of a series in the order in which they are scrolled. */
  'catalog.stack': verb(z.object({ series: SeriesKey }), z.object({ rows: z.array(ImageRow) }), ['NOT_FOUND']),
} as const;
