import { FieldboxError } from '@shared/errors';
import type { DicomFile } from '../model';
import { Tags } from '../tags';
import { DataSetBuilder, part10Header } from '../writer';
import { Identity, patientOf } from './identity';
import { isJpegCoded } from './jpeg-segments';
import { isStale, maskPixels, type MaskedPixels } from './masks';
import { type AnonymisationKey, type AnonymisationOptions, deidentificationCodes, longitudinalState } from './options';
import { native, pixelElementBytes } from './pixel-element';
import { Replacements } from './replacement';
import { type ExtraValue, placed } from './tag-path';
import { Walk } from './walk';
import { writtenFile } from './written';

/** An anonymised file and what stands in it in the place of what stood there. */
export interface Anonymised {
  /**
   * One behind the other a Part 10 file: explicit VR little endian, or the original's syntax where its pixel data stay coded. Texts
   * in UTF-8. Pixel data that stay as they are, are views of the original.
   */
  readonly part10: readonly Uint8Array[];
  /** What a reader finds in it at the top level, but for the bytes of the pixels. */
  readonly result: DicomFile;
  readonly transferSyntaxUID: string;
  readonly sopClassUID: string;
  readonly original: AnonymisedIdentity;
  readonly replaced: AnonymisedIdentity;
  /** Days that dates were moved by; null unless they were. */
  readonly dateShiftDays: number | null;
}

export interface AnonymisedIdentity {
  readonly patientName: string;
  readonly patientID: string;
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly sopInstanceUID: string;
}

const EXPLICIT_LE = '1.2.840.10008.1.2.1';
const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';
const PATIENT_IDENTITY_REMOVED = 0x00120062;
const DEIDENTIFICATION_METHOD = 0x00120063;
const DEIDENTIFICATION_METHOD_CODE_SEQUENCE = 0x00120064;
const LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED = 0x00280303;

/**
 * De-identifies one instance: the Basic Application Level Confidentiality Profile of PS3.15 Annex E with the options given. The
 * same secret gives the same UIDs, dates and pseudonym for everything of one patient, study and series, in whatever order files
 * come. Which action an attribute gets, and what is chosen where the table leaves it to the IOD, is told in profile.ts; what
 * cleaning means in identity.ts and walk.ts. Attributes that neither PS3.6 nor the table knows are removed.
 *
 * The original's preamble, source application and private information of the File Meta Information are not taken over.
 * Throws BAD_REQUEST (a DICOMDIR, a secret that is too short, a path or an area that cannot be), and with masks what decoding
 * throws.
 */
export async function anonymise(
  file: DicomFile,
  options: AnonymisationOptions,
  key: AnonymisationKey,
): Promise<Anonymised> {
  const { dataset } = file;
  const sopClassUID = dataset.string(Tags.SOPClassUID) ?? file.meta.string(Tags.MediaStorageSOPClassUID) ?? '';
  if (sopClassUID === MEDIA_STORAGE_DIRECTORY || dataset.has(Tags.DirectoryRecordSequence)) {
    throw new FieldboxError('BAD_REQUEST', { what: 'a DICOMDIR cannot be anonymised, only the files it names' });
  }
  const replacements = Replacements.of(key.secret);
  const patient = patientOf(dataset);
  const shiftDays = key.values?.dateShiftDays ?? replacements.shiftDays(patient);
  if (!Number.isInteger(shiftDays)) throw new FieldboxError('BAD_REQUEST', { what: 'dates move by whole days' });
  const masked = await maskedPixels(file, options);
  const stripped = masked === null && isJpegCoded(file);
  const walk = new Walk({
    options,
    replacements,
    identity: new Identity(dataset, options),
    shiftDays,
    skip: (tag) =>
      tag === Tags.PixelData ||
      (stripped && OFFSETS.has(tag)) ||
      (masked !== null && (isStale(tag) || PIXELS.has(tag))),
  });
  const pseudonym = (): string => `ANON-${replacements.pseudonym(patient)}`;
  const builder = walk.dataSet(dataset, placed(valuesOf(key, pseudonym)));
  const original = identityOf(file);
  const uidOf = (uid: string): string => (options.retainUIDs || uid === '' ? uid : replacements.uid(uid));
  const sopInstanceUID = options.retainUIDs ? original.sopInstanceUID : uidOf(variantOf(original.sopInstanceUID, key));
  builder
    .set(Tags.SpecificCharacterSet, 'ISO_IR 192', 'CS')
    .set(Tags.SOPClassUID, sopClassUID, 'UI')
    .set(Tags.SOPInstanceUID, sopInstanceUID, 'UI');
  setMethod(builder, file, options);
  masked?.describe(builder);

  const isCoded = masked === null && dataset.element(Tags.PixelData)?.fragments !== undefined;
  const transferSyntaxUID = isCoded ? file.transferSyntaxUID : EXPLICIT_LE;
  const header = part10Header({ sopClassUID, sopInstanceUID, transferSyntaxUID });
  const pixels = {
    tag: masked?.tag ?? Tags.PixelData,
    parts: masked ? native(masked.bytes, masked.vr, masked.tag) : pixelElementBytes(file),
  };
  const values = key.values ?? {};
  return {
    ...writtenFile(header, builder, pixels, transferSyntaxUID),
    transferSyntaxUID,
    sopClassUID,
    original,
    replaced: {
      patientName: values.patientName ?? pseudonym(),
      patientID: values.patientID ?? pseudonym(),
      studyInstanceUID: uidOf(original.studyInstanceUID),
      seriesInstanceUID: uidOf(original.seriesInstanceUID),
      sopInstanceUID,
    },
    dateShiftDays: options.dates === 'modified' ? shiftDays : null,
  };
}

/** What the SOP Instance UID of a variant is derived from. */
function variantOf(sopInstanceUID: string, { variant = '' }: AnonymisationKey): string {
  return variant === '' || sopInstanceUID === '' ? sopInstanceUID : `${sopInstanceUID}\0${variant}`;
}

/** Where fragments begin: not so any more when something was taken out of them (PS3.3 C.7.6.3). */
const OFFSETS: ReadonlySet<number> = new Set([Tags.ExtendedOffsetTable, Tags.ExtendedOffsetTableLengths]);
const PIXELS: ReadonlySet<number> = new Set([Tags.FloatPixelData, Tags.DoubleFloatPixelData]);

async function maskedPixels(file: DicomFile, options: AnonymisationOptions): Promise<MaskedPixels | null> {
  if (options.masks === undefined || options.masks.length === 0) return null;
  return maskPixels(file, options.masks);
}

/** Key values as extra values, the caller's own extra ones last. Patient's name and number are of Type 2 and always there. */
function valuesOf({ values = {} }: AnonymisationKey, pseudonym: () => string): readonly ExtraValue[] {
  const named: readonly (readonly [string, string | undefined])[] = [
    ['PatientName', values.patientName ?? pseudonym()],
    ['PatientID', values.patientID ?? pseudonym()],
    ['PatientBirthDate', values.patientBirthDate ?? ''],
    ['PatientSex', values.patientSex],
    ['AccessionNumber', values.accessionNumber],
    ['StudyID', values.studyID],
  ];
  return [...named.flatMap(([path, value]) => (value === undefined ? [] : [{ path, value }])), ...(values.extra ?? [])];
}

function identityOf({ dataset, meta }: DicomFile): AnonymisedIdentity {
  return {
    patientName: dataset.string(Tags.PatientName) ?? '',
    patientID: dataset.string(Tags.PatientID) ?? '',
    studyInstanceUID: dataset.string(Tags.StudyInstanceUID) ?? '',
    seriesInstanceUID: dataset.string(Tags.SeriesInstanceUID) ?? '',
    sopInstanceUID: dataset.string(Tags.SOPInstanceUID) ?? meta.string(Tags.MediaStorageSOPInstanceUID) ?? '',
  };
}

/** What an earlier de-identification did to the pixels lasts, whatever is done now. */
const LASTING: ReadonlyMap<string, string> = new Map([
  ['113101', 'Clean Pixel Data Option'],
  ['113102', 'Clean Recognizable Visual Features Option'],
]);

/** What PS3.15 E.1.1 wants told in the data set itself. */
function setMethod(builder: DataSetBuilder, { dataset }: DicomFile, options: AnonymisationOptions): void {
  const codes = new Map(deidentificationCodes(options).map(({ value, meaning }) => [value, meaning]));
  for (const item of dataset.items(DEIDENTIFICATION_METHOD_CODE_SEQUENCE)) {
    const value = item.string(0x00080100);
    const meaning = value === undefined ? undefined : LASTING.get(value);
    if (value !== undefined && meaning !== undefined && item.string(0x00080102) === 'DCM') codes.set(value, meaning);
  }
  builder
    .set(PATIENT_IDENTITY_REMOVED, 'YES', 'CS')
    .set(
      DEIDENTIFICATION_METHOD,
      ['DICOM PS3.15 Basic Application Level Confidentiality Profile', ...codes.keys()],
      'LO',
    )
    .set(
      DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
      [...codes].map(([value, meaning]) => methodCode(value, meaning)),
      'SQ',
    )
    .set(LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, longitudinalState(options), 'CS');
}

/** Items of codes that were written before: there are as many as options. */
const methodCodes = new Map<string, DataSetBuilder>();

function methodCode(value: string, meaning: string): DataSetBuilder {
  const known = methodCodes.get(value);
  if (known) return known;
  const item = new DataSetBuilder()
    .set('CodeValue', value)
    .set('CodingSchemeDesignator', 'DCM')
    .set('CodeMeaning', meaning);
  methodCodes.set(value, item);
  return item;
}
