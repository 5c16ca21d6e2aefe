import { z } from 'zod';
import type { ErrorCode } from '../errors';
import {
  ClinicKey,
  ImageId,
  KindKey,
  PatientKey,
  ProjectArchiveKey,
  ProjectKey,
  SeriesKey,
  SeriesTagKey,
  SeriesTypeKey,
  StationKey,
  StudyKey,
  UserKey,
} from '../model/ids';
import { FlatSeriesRow, ImageRow, PatientRow, SeriesRow, SourceRow, StudyRow } from '../model/rows';
import { DicomDate, Listing, SourceRef, SourceType } from '../model/vocabulary';
import { PropertyRow, QueryCondition } from './query';
import { verb } from './verb';

/** A condition on one attribute; `*` and `?` in the value are wildcards (PS3.4 C.2.2.2.4), case does not matter. */
/** Several UIDs, separated by backslashes: any one of them fits (PS3.4 C.2.2.2.2). */
const UidList = z
  .string()
  .max(256 * 1024)
  .regex(/^[\d.\\ ]*$/);
export const Match = z.object({ key: z.string().max(64), value: z.union([z.string().max(256), UidList]) });

/** A source: without `sourceRef` all of its type. */
export const SourceChoice = z.object({ source: SourceType, sourceRef: SourceRef.default('') });
export type SourceChoice = z.infer<typeof SourceChoice>;

/**
 * A question to the catalogue; whatever is said in it must hold for a row at once. `text` is what a person types: every word
 * must be the beginning of a part of the name, of the number or of a description; accents do not matter, and a small typing
 * error in a name is forgiven. `contains` is a piece of any text of the row (of UIDs: the beginning). `match` are the keys of a
 * C-FIND (PS3.4 C.2.2.2), `where` the conditions of a structured query. Of `sources`, `seriesTypes` and `seriesTags` any
 * one of each list that is not empty must fit.
 */
export const Filter = z.object({
  match: z.array(Match).max(20).default([]),
  where: z.array(QueryCondition).max(20).default([]),
  text: z.string().max(200).default(''),
  contains: z.string().max(200).default(''),
  patient: PatientKey.optional(),
  study: StudyKey.optional(),
  series: SeriesKey.optional(),
  clinic: ClinicKey.optional(),
  station: StationKey.optional(),
  kind: KindKey.optional(),
  source: SourceType.optional(),
  /** Who took or brought the images in. */
  storedBy: UserKey.optional(),
  sources: z.array(SourceChoice).max(100).default([]),
  seriesTypes: z.array(SeriesTypeKey).max(100).default([]),
  seriesTags: z.array(SeriesTagKey).max(100).default([]),
  modality: z.string().max(16).optional(),
  dateFrom: DicomDate.optional(),
  dateTo: DicomDate.optional(),
  /** What is in any archive of a project. */
  project: ProjectKey.optional(),
  archive: ProjectArchiveKey.optional(),
  /** State of series, as `series.setStatus` set it. */
  status: z.string().min(1).max(32).optional(),
  registeredOnly: z.boolean().default(false),
});
export type Filter = z.infer<typeof Filter>;

/**
 * A page of the catalogue, sorted by any property of its rows. `after` continues behind a row (`next` of the answer before);
 * `offset` jumps, for scroll bars. Not both.
 */
export const FindInput = Filter.extend({
  level: Listing,
  sort: z.string().max(64).optional(),
  descending: z.boolean().default(false),
  limit: z.int().min(1).max(1000).default(100),
  after: z.string().max(2000).optional(),
  offset: z.int().min(0).optional(),
});
export type FindInput = z.infer<typeof FindInput>;

/**
 * `total` is the number of all rows that fit when `totalIsExact`. Counting very many is left out in large archives: then it
 * says about how many there are, and never fewer than have been seen.
 */
const page = <T extends z.ZodType>(row: T) =>
  z.object({
    total: z.int(),
    totalIsExact: z.boolean().default(true),
    rows: z.array(row),
    next: z.string().nullable(),
  });
export const PatientPage = page(PatientRow);
export const StudyPage = page(StudyRow);
export const SeriesPage = page(SeriesRow);
export const ImagePage = page(ImageRow);
export const FlatSeriesPage = page(FlatSeriesRow);

/** A page of whichever list was asked for. */
export const QueryAnswer = z.discriminatedUnion('level', [
  PatientPage.extend({ level: z.literal('patient') }),
  StudyPage.extend({ level: z.literal('study') }),
  SeriesPage.extend({ level: z.literal('series') }),
  ImagePage.extend({ level: z.literal('image') }),
  FlatSeriesPage.extend({ level: z.literal('flatSeries') }),
]);
export type QueryAnswer = z.infer<typeof QueryAnswer>;

const Count = z.object({ total: z.int(), totalIsExact: z.boolean() });
/** How many rows of each level fit. */
export const Counts = z.object({ patients: Count, studies: Count, series: Count, images: Count });
export type Counts = z.infer<typeof Counts>;

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
  /** Number of values (PS3.5 6.4); of a sequence the number of its items. */
  multiplicity: z.int(),
  /** The same path in keywords, e.g. RequestAttributesSequence[1].ScheduledProcedureStepID; items count from 1. */
  namePath: z.string(),
});
export type TagRow = z.infer<typeof TagRow>;

/** What can be wrong with a question. */
export const questionErrors = [
  'BAD_REQUEST',
  'QUERY_PROPERTY_UNKNOWN',
  'QUERY_PROPERTY_NOT_KEPT',
  'QUERY_OPERATOR_UNFIT',
  'QUERY_VALUE_UNFIT',
  'QUERY_PATTERN_TOO_WILD',
] as const satisfies readonly ErrorCode[];

/** A page of one list. */
export const ListInput = FindInput.omit({ level: true });
export type ListInput = z.infer<typeof ListInput>;

export const catalogVerbs = {
  'catalog.patients': verb(ListInput, PatientPage, questionErrors),
  'catalog.studies': verb(ListInput, StudyPage, questionErrors),
  'catalog.series': verb(ListInput, SeriesPage, questionErrors),
  'catalog.images': verb(ListInput, ImagePage, questionErrors),
  'catalog.flatSeries': verb(ListInput, FlatSeriesPage, questionErrors),
  /** How many patients, studies, series and images fit. */
  'catalog.counts': verb(Filter, Counts, questionErrors),
  /** A structured query at any level. */
  'query.run': verb(FindInput, QueryAnswer, questionErrors),
  /** What can be asked for in a list, its own properties first. */
  'query.properties': verb(z.object({ level: Listing }), z.object({ rows: z.array(PropertyRow) })),
  /** The sources from which images came that are in the archive, with how much came from each. */
  'sources.list': verb(z.object({}), z.object({ rows: z.array(SourceRow) })),
  'catalog.image': verb(z.object({ image: ImageId }), ImageRow, ['NOT_FOUND']),
  'catalog.tags': verb(z.object({ image: ImageId }), z.object({ rows: z.array(TagRow) }), [
    'NOT_FOUND',
    'OBJECT_MISSING',
  ]),
  /** All images of a series in the order in which they are scrolled. */
  'catalog.stack': verb(z.object({ series: SeriesKey }), z.object({ rows: z.array(ImageRow) }), ['NOT_FOUND']),
} as const;
