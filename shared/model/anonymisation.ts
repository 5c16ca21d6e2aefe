import { z } from 'zod';
import { ImageId } from './ids';

/**
 * What is kept in spite of the Basic Application Level Confidentiality Profile of DICOM PS3.15 annex E; what is not given is off.
 * Blackening of areas (Clean Pixel Data) is no switch but follows from the areas.
 */
export const AnonymisationProfile = z.object({
  retainUIDs: z.boolean().default(false),
  retainDeviceIdentity: z.boolean().default(false),
  retainInstitutionIdentity: z.boolean().default(false),
  retainPatientCharacteristics: z.boolean().default(false),
  /** `modified`: all dates of a patient are moved by one number of days. */
  dates: z.enum(['remove', 'full', 'modified']).default('remove'),
  cleanDescriptors: z.boolean().default(false),
  cleanStructuredContent: z.boolean().default(false),
  cleanGraphics: z.boolean().default(false),
  retainSafePrivate: z.boolean().default(false),
});
export type AnonymisationProfile = z.infer<typeof AnonymisationProfile>;

/** The options a person can switch, in the order in which they are shown; `dates` stands for two of the standard's. */
export const anonymisationOptions = [
  'retainPatientCharacteristics',
  'cleanDescriptors',
  'retainDeviceIdentity',
  'retainInstitutionIdentity',
  'retainUIDs',
  'cleanStructuredContent',
  'cleanGraphics',
  'retainSafePrivate',
] as const satisfies readonly (keyof AnonymisationProfile)[];

/** A value for an attribute by its path of keywords or tags; null takes the attribute away. */
export const TagValue = z.object({
  path: z.string().min(1).max(512),
  value: z.union([z.string().max(1024), z.array(z.string().max(256)).max(64)]).nullable(),
});
export type TagValue = z.infer<typeof TagValue>;

/** An area of a picture in pixels from its top left corner. */
export const Area = z.object({
  x: z.int().min(0).max(65_535),
  y: z.int().min(0).max(65_535),
  width: z.int().min(1).max(65_535),
  height: z.int().min(1).max(65_535),
});
export type Area = z.infer<typeof Area>;

/** What makes two pictures have their writing at the same places. */
export const DeviceModel = z.object({
  Manufacturer: z.string().max(1024),
  ManufacturerModelName: z.string().max(1024),
  Modality: z.string().max(16),
  Rows: z.int(),
  Columns: z.int(),
});
export type DeviceModel = z.infer<typeof DeviceModel>;

/** How something is anonymised, wherever it goes. */
export const AnonymisationWay = z.object({
  profile: AnonymisationProfile.default(AnonymisationProfile.parse({})),
  /** Values by path, written after everything else. */
  values: z.array(TagValue).max(100).default([]),
  /** Whether the areas kept for device models are blackened. */
  masks: z.enum(['apply', 'ignore']).default('apply'),
  /** Areas of single pictures; they stand in the place of those of the device model. */
  areas: z
    .array(z.object({ image: ImageId, areas: z.array(Area).max(100) }))
    .max(10_000)
    .default([]),
});
export type AnonymisationWay = z.infer<typeof AnonymisationWay>;
