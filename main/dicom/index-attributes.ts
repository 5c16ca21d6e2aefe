import { tagOf } from './dictionary';
import type { DataSetView, DicomFile } from './model';
import { Tags } from './tags';

/** Texts as they stand in the object, in Unicode; several values are joined by backslashes. */
const TEXTS = [
  'PatientID',
  'IssuerOfPatientID',
  'PatientName',
  'PatientBirthDate',
  'PatientSex',
  'PatientAge',
  'StudyInstanceUID',
  'StudyDate',
  'StudyTime',
  'StudyID',
  'StudyDescription',
  'AccessionNumber',
  'ReferringPhysicianName',
  'InstitutionName',
  'SeriesInstanceUID',
  'Modality',
  'SeriesNumber',
  'SeriesDescription',
  'SeriesDate',
  'SeriesTime',
  'BodyPartExamined',
  'Laterality',
  'ImageLaterality',
  'ProtocolName',
  'Manufacturer',
  'ManufacturerModelName',
  'StationName',
  'FrameOfReferenceUID',
  'SOPClassUID',
  'SOPInstanceUID',
  'InstanceNumber',
  'ContentDate',
  'ContentTime',
  'AcquisitionDate',
  'AcquisitionTime',
  'AcquisitionDateTime',
  'ImageType',
  'PhotometricInterpretation',
  'WindowCenter',
  'WindowWidth',
  'RescaleSlope',
  'RescaleIntercept',
  'PixelSpacing',
  'ImagePositionPatient',
  'ImageOrientationPatient',
  'BurnedInAnnotation',
  'ImageComments',
  'SpecificCharacterSet',
  'FrameTime',
  'LossyImageCompression',
  // What people look for besides.
  'AcquisitionNumber',
  'AdmissionID',
  'ContentDescription',
  'ContentLabel',
  'ContrastBolusAgent',
  'ConversionType',
  'ConvolutionKernel',
  'DeidentificationMethod',
  'DerivationDescription',
  'DeviceSerialNumber',
  'DocumentTitle',
  'EchoTime',
  'Exposure',
  'ExposureTime',
  'ImagerPixelSpacing',
  'InstitutionalDepartmentName',
  'KVP',
  'LossyImageCompressionRatio',
  'MagneticFieldStrength',
  'OperatorsName',
  'OtherPatientIDs',
  'PatientComments',
  'PatientIdentityRemoved',
  'PatientOrientation',
  'PatientPosition',
  'PatientSize',
  'PatientWeight',
  'PerformedProcedureStepDescription',
  'PerformedProcedureStepStartDate',
  'PerformingPhysicianName',
  'QualityControlImage',
  'RepetitionTime',
  'RequestedProcedureDescription',
  'RequestedProcedureID',
  'RequestingPhysician',
  'SequenceName',
  'SliceLocation',
  'SliceThickness',
  'SoftwareVersions',
  'SpacingBetweenSlices',
  'StudyComments',
  'ViewPosition',
  'XRayTubeCurrent',
] as const;
const NUMBERS = [
  'NumberOfFrames',
  'Rows',
  'Columns',
  'SamplesPerPixel',
  'BitsAllocated',
  'BitsStored',
  'PixelRepresentation',
] as const;

/** Longer than any value the standard allows for these attributes; what is longer is cut. */
const MAX_TEXT = 1024;

type Texts = { readonly [K in (typeof TEXTS)[number]]?: string };
type Numbers = { readonly [K in (typeof NUMBERS)[number]]?: number };

type Writable<T> = { -readonly [K in keyof T]: T[K] };
/** What is read of it so far. */
type Found = Writable<Texts & Numbers>;

/** What the index keeps of an object: plain and JSON-safe; attributes that are missing or empty are absent. */
export interface IndexAttributes extends Texts, Numbers {
  readonly transferSyntaxUID: string;
  readonly hasPixelData: boolean;
  /** PatientBirthDate and StudyDate as YYYYMMDD, where they are dates. */
  readonly birthDate?: string;
  readonly studyDate?: string;
  /** PatientAge in years (PS3.5 6.2, AS). */
  readonly ageYears?: number;
}

/** Every keyword by which the index can be asked. */
export const keptKeywords: ReadonlySet<string> = new Set<string>([...TEXTS, ...NUMBERS, 'TransferSyntaxUID']);

const textTags = TEXTS.map((keyword) => [keyword, requiredTag(keyword)] as const);
const numberTags = NUMBERS.map((keyword) => [keyword, requiredTag(keyword)] as const);

const indexed: ReadonlySet<string> = new Set<string>([...TEXTS, ...NUMBERS]);

/** Whether the index keeps the values of a top-level attribute. */
export function isIndexed(keyword: string): keyword is keyof Texts | keyof Numbers {
  return indexed.has(keyword);
}

/** Reads what the index needs; looks at top-level attributes only. */
export function extractIndex(file: DicomFile): IndexAttributes {
  const { dataset } = file;
  const found: Found = {};
  for (const [keyword, tag] of textTags) {
    if (!dataset.has(tag)) continue;
    const values = dataset.strings(tag);
    const value = clean(values.length === 1 && values[0] !== undefined ? values[0] : values.join('\\'));
    if (value !== '') found[keyword] = value;
  }
  for (const [keyword, tag] of numberTags) {
    if (!dataset.has(tag)) continue;
    const value = dataset.number(tag);
    if (value !== undefined && Number.isSafeInteger(Math.trunc(value)) && value >= 0)
      found[keyword] = Math.trunc(value);
  }
  const sop = found.SOPInstanceUID ?? file.meta.string(Tags.MediaStorageSOPInstanceUID);
  const sopClass = found.SOPClassUID ?? file.meta.string(Tags.MediaStorageSOPClassUID);
  if (sop !== undefined) found.SOPInstanceUID = sop;
  if (sopClass !== undefined) found.SOPClassUID = sopClass;
  const birthDate = normalDate(found.PatientBirthDate);
  const studyDate = normalDate(found.StudyDate);
  const ageYears = yearsOf(found.PatientAge);
  const derived: Writable<Omit<IndexAttributes, keyof Found>> = {
    transferSyntaxUID: file.transferSyntaxUID,
    hasPixelData: hasPixels(dataset),
  };
  if (birthDate !== undefined) derived.birthDate = birthDate;
  if (studyDate !== undefined) derived.studyDate = studyDate;
  if (ageYears !== undefined) derived.ageYears = ageYears;
  return Object.assign(found, derived);
}

function requiredTag(keyword: string): number {
  const tag = tagOf(keyword);
  if (tag === undefined) throw new Error(`${keyword} is not in the dictionary.`);
  return tag;
}

function hasPixels(dataset: DataSetView): boolean {
  return [Tags.PixelData, Tags.FloatPixelData, Tags.DoubleFloatPixelData].some(
    (tag) => (dataset.element(tag)?.length ?? 0) > 0,
  );
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Without control characters, which would disturb lists and terminals, not longer than anything real, and no half of a character. */
function clean(text: string): string {
  if (text.length <= MAX_TEXT && PRINTABLE_ASCII.test(text)) return text.trim();
  const printable = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return (printable.length > MAX_TEXT ? printable.slice(0, MAX_TEXT) : printable).replace(/\p{Surrogate}/gu, '\ufffd');
}

/** DA as YYYYMMDD; the older form with dots (ACR-NEMA) is understood. */
function normalDate(text: string | undefined): string | undefined {
  const match = /^(\d{4})\.?(\d{2})\.?(\d{2})/.exec(text ?? '');
  if (!match) return undefined;
  const [, year = '', month = '', day = ''] = match;
  const valid = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
  return valid ? `${year}${month}${day}` : undefined;
}

const YEARS_PER = { D: 1 / 365.25, W: 7 / 365.25, M: 1 / 12, Y: 1 } as const;

function yearsOf(age: string | undefined): number | undefined {
  const match = /^(\d{1,3})([DWMY])$/.exec(age ?? '');
  if (!match) return undefined;
  const unit = match[2] as keyof typeof YEARS_PER;
  return Math.round(Number(match[1]) * YEARS_PER[unit] * 100) / 100;
}
