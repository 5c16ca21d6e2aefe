import { z } from 'zod';

/** SHA-256 of the stored bytes, 64 lower-case hexadecimal digits: names an object, and with it an image, for ever. */
export const ImageId = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'ImageId'>();
export type ImageId = z.infer<typeof ImageId>;

/** Our own key of a patient: a random UUID for registered ones, derived from the DICOM identity for imported ones. */
export const PatientKey = z.uuid().brand<'PatientKey'>();
export type PatientKey = z.infer<typeof PatientKey>;

/** Keys of a study and a series within their patient: 32 hexadecimal digits derived from patient key and UID. */
export const StudyKey = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'StudyKey'>();
export type StudyKey = z.infer<typeof StudyKey>;
export const SeriesKey = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'SeriesKey'>();
export type SeriesKey = z.infer<typeof SeriesKey>;

export const ClinicKey = z.uuid().brand<'ClinicKey'>();
export type ClinicKey = z.infer<typeof ClinicKey>;
export const StationKey = z.uuid().brand<'StationKey'>();
export type StationKey = z.infer<typeof StationKey>;
export const KindKey = z.uuid().brand<'KindKey'>();
export type KindKey = z.infer<typeof KindKey>;

export const JobId = z.uuid().brand<'JobId'>();
export type JobId = z.infer<typeof JobId>;
export const ImportSessionKey = z.uuid().brand<'ImportSessionKey'>();
export type ImportSessionKey = z.infer<typeof ImportSessionKey>;
export const ExportKey = z.uuid().brand<'ExportKey'>();
export type ExportKey = z.infer<typeof ExportKey>;

/** A register of one patient's replacements under one profile. */
export const AnonymisationKeyId = z.uuid().brand<'AnonymisationKeyId'>();
export type AnonymisationKeyId = z.infer<typeof AnonymisationKeyId>;
/** One act of anonymising, from its start to its result. */
export const AnonymisationRunId = z.uuid().brand<'AnonymisationRunId'>();
export type AnonymisationRunId = z.infer<typeof AnonymisationRunId>;

/** One act upon several images (into the trash, a change of attributes, a move), by which it is found again and undone. */
export const ActKey = z.uuid().brand<'ActKey'>();
export type ActKey = z.infer<typeof ActKey>;
export const AttachmentKey = z.uuid().brand<'AttachmentKey'>();
export type AttachmentKey = z.infer<typeof AttachmentKey>;
/** A label that people put on series. */
export const SeriesTagKey = z.uuid().brand<'SeriesTagKey'>();
export type SeriesTagKey = z.infer<typeof SeriesTagKey>;
/** A type that series are sorted into, by rules or by hand. */
export const SeriesTypeKey = z.uuid().brand<'SeriesTypeKey'>();
export type SeriesTypeKey = z.infer<typeof SeriesTypeKey>;
/** A rule of a series type. */
export const RuleKey = z.uuid().brand<'RuleKey'>();
export type RuleKey = z.infer<typeof RuleKey>;
/** What is taken out of images, or kept in them, on arrival. */
export const TagFilterKey = z.uuid().brand<'TagFilterKey'>();
export type TagFilterKey = z.infer<typeof TagFilterKey>;

/** A person who works with the archive. */
export const UserKey = z.uuid().brand<'UserKey'>();
export type UserKey = z.infer<typeof UserKey>;

/** A remote: another system that images are sent to or fetched from. */
export const RemoteKey = z.uuid().brand<'RemoteKey'>();
export type RemoteKey = z.infer<typeof RemoteKey>;

/** A transaction of the outbox: what one person, or one rule, asked to be sent to one remote at one time. */
export const TransactionKey = z.uuid().brand<'TransactionKey'>();
export type TransactionKey = z.infer<typeof TransactionKey>;
/** A folder that is watched, and a rule by which images are sent on. */
export const WatchKey = z.uuid().brand<'WatchKey'>();
export type WatchKey = z.infer<typeof WatchKey>;
export const ForwardRuleKey = z.uuid().brand<'ForwardRuleKey'>();
export type ForwardRuleKey = z.infer<typeof ForwardRuleKey>;

/** A set of images that can be fetched as a zip until it expires. */
export const ExportSetKey = z.uuid().brand<'ExportSetKey'>();
export type ExportSetKey = z.infer<typeof ExportSetKey>;

export const ProjectKey = z.uuid().brand<'ProjectKey'>();
export type ProjectKey = z.infer<typeof ProjectKey>;
/** An archive within a project: what patients, studies and series are put into. */
export const ProjectArchiveKey = z.uuid().brand<'ProjectArchiveKey'>();
export type ProjectArchiveKey = z.infer<typeof ProjectArchiveKey>;
/** One result of an algorithm. */
export const ResultKey = z.uuid().brand<'ResultKey'>();
export type ResultKey = z.infer<typeof ResultKey>;
/** A report form, through all its versions. */
export const FormKey = z.uuid().brand<'FormKey'>();
export type FormKey = z.infer<typeof FormKey>;
/** One report on a series, through all its corrections. */
export const EntryKey = z.uuid().brand<'EntryKey'>();
export type EntryKey = z.infer<typeof EntryKey>;
