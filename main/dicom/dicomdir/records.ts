import type { DataSetView, DicomFile } from '../model';
import { tagOf } from '../dictionary';
import { Tags } from '../tags';
import { type BuilderValue, DataSetBuilder } from '../writer/data-set-builder';

/** A key of a directory record; type 1 keys that the object lacks get `fallback` (PS3.3 F.5 gives the types). */
interface Key {
  readonly keyword: string;
  readonly fallback?: string;
  /** The sequence of the object in which the attribute stands. */
  readonly within?: string;
}

const required = (keyword: string, fallback: string): Key => ({ keyword, fallback });
const optional = (keyword: string): Key => ({ keyword, fallback: '' });

/** Leaf record types by SOP class (PS3.3 table F.4-1); images are the default for objects with pixels. */
const LEAF_TYPES: readonly { readonly pattern: RegExp; readonly type: string }[] = [
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\.59$/, type: 'KEY OBJECT DOC' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.88\./, type: 'SR DOCUMENT' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.11\./, type: 'PRESENTATION' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.9\./, type: 'WAVEFORM' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.104\./, type: 'ENCAP DOC' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.481\.2$/, type: 'RT DOSE' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.481\.3$/, type: 'RT STRUCTURE SET' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.481\.(5|8)$/, type: 'RT PLAN' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.481\.(4|6|7|9)$/, type: 'RT TREAT RECORD' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.4\.2$/, type: 'SPECTROSCOPY' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66$/, type: 'RAW DATA' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.(1|3)$/, type: 'REGISTRATION' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.2$/, type: 'FIDUCIAL' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.5$/, type: 'SURFACE' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.67$/, type: 'VALUE MAP' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.91\.1$/, type: 'ANNOTATION' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.68\./, type: 'SURFACE SCAN' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.78\./, type: 'MEASUREMENT' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.38\./, type: 'HANGING PROTOCOL' },
  { pattern: /^1\.2\.840\.10008\.5\.1\.4\.39\./, type: 'PALETTE' },
];

/** Content Identification Macro (PS3.3 table 10-12), without the instance number. */
const IDENTIFICATION = [
  required('ContentLabel', 'UNKNOWN'),
  optional('ContentDescription'),
  optional('ContentCreatorName'),
];
const CONTENT = [
  required('InstanceNumber', '1'),
  required('ContentDate', '19000101'),
  required('ContentTime', '000000'),
];
const LEAF_KEYS: Readonly<Record<string, readonly Key[]>> = {
  IMAGE: [
    required('InstanceNumber', '1'),
    { keyword: 'ImageType' },
    { keyword: 'NumberOfFrames' },
    { keyword: 'Rows' },
    { keyword: 'Columns' },
  ],
  'SR DOCUMENT': [
    ...CONTENT,
    required('CompletionFlag', 'PARTIAL'),
    required('VerificationFlag', 'UNVERIFIED'),
    { keyword: 'VerificationDateTime', within: 'VerifyingObserverSequence' },
    { keyword: 'ConceptNameCodeSequence' },
  ],
  'KEY OBJECT DOC': [...CONTENT, { keyword: 'ConceptNameCodeSequence' }],
  PRESENTATION: [
    required('InstanceNumber', '1'),
    required('PresentationCreationDate', '19000101'),
    required('PresentationCreationTime', '000000'),
    ...IDENTIFICATION,
    { keyword: 'ReferencedSeriesSequence' },
    { keyword: 'BlendingSequence' },
  ],
  REGISTRATION: [...CONTENT, ...IDENTIFICATION],
  FIDUCIAL: [...CONTENT, ...IDENTIFICATION],
  SURFACE: [...CONTENT, ...IDENTIFICATION],
  'VALUE MAP': [...CONTENT, ...IDENTIFICATION],
  WAVEFORM: CONTENT,
  'ENCAP DOC': [
    required('InstanceNumber', '1'),
    optional('ContentDate'),
    optional('ContentTime'),
    optional('DocumentTitle'),
    required('MIMETypeOfEncapsulatedDocument', 'application/pdf'),
    optional('ConceptNameCodeSequence'),
  ],
  'RT DOSE': [required('InstanceNumber', '1'), required('DoseSummationType', 'PLAN'), { keyword: 'DoseComment' }],
  'RT STRUCTURE SET': [
    required('InstanceNumber', '1'),
    required('StructureSetLabel', 'UNKNOWN'),
    optional('StructureSetDate'),
    optional('StructureSetTime'),
  ],
  'RT PLAN': [
    required('InstanceNumber', '1'),
    required('RTPlanLabel', 'UNKNOWN'),
    optional('RTPlanDate'),
    optional('RTPlanTime'),
  ],
  'RT TREAT RECORD': [required('InstanceNumber', '1'), optional('TreatmentDate'), optional('TreatmentTime')],
  SPECTROSCOPY: [
    required('ImageType', 'ORIGINAL\\PRIMARY'),
    ...CONTENT,
    required('NumberOfFrames', '1'),
    required('Rows', '1'),
    required('Columns', '1'),
    required('DataPointRows', '1'),
    required('DataPointColumns', '1'),
    { keyword: 'ReferencedImageEvidenceSequence' },
  ],
  'HANGING PROTOCOL': [
    required('HangingProtocolName', 'UNKNOWN'),
    required('HangingProtocolDescription', 'UNKNOWN'),
    required('HangingProtocolLevel', 'SITE'),
  ],
  PALETTE: [required('ContentLabel', 'UNKNOWN'), optional('ContentDescription')],
  ANNOTATION: [...CONTENT, ...IDENTIFICATION],
};
const OTHER_LEAF = [
  ...CONTENT,
  { keyword: 'ContentLabel' },
  { keyword: 'ContentDescription' },
  { keyword: 'ContentCreatorName' },
];

const PATIENT_KEYS = [
  required('PatientID', 'UNKNOWN'),
  optional('PatientName'),
  { keyword: 'PatientBirthDate' },
  { keyword: 'PatientSex' },
];
const STUDY_KEYS = [
  required('StudyDate', '19000101'),
  required('StudyTime', '000000'),
  optional('StudyDescription'),
  required('StudyInstanceUID', ''),
  required('StudyID', '1'),
  optional('AccessionNumber'),
];
const SERIES_KEYS = [
  required('Modality', 'OT'),
  required('SeriesInstanceUID', ''),
  required('SeriesNumber', '1'),
  { keyword: 'SeriesDescription' },
];

/** One file of a file-set and the keys of the four records that lead to it. */
export interface DirectoryEntry {
  readonly fileIdPath: readonly string[];
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
  readonly transferSyntaxUID: string;
  readonly patient: DirectoryRecord;
  readonly study: DirectoryRecord;
  readonly series: DirectoryRecord;
  readonly leaf: DirectoryRecord;
}

export interface DirectoryRecord {
  readonly type: string;
  /** What makes two records the same one. */
  readonly identity: string;
  readonly keys: DataSetBuilder;
}

/**
 * Reads the keys from a file. Undefined when it cannot stand in a DICOMDIR: without SOP class, SOP Instance, Study or Series
 * Instance UID there is nothing to refer to (PS3.10 8.6).
 */
export function directoryEntry(file: DicomFile, fileIdPath: readonly string[]): DirectoryEntry | undefined {
  const { dataset } = file;
  const sopClassUID = dataset.string(Tags.SOPClassUID);
  const sopInstanceUID = dataset.string(Tags.SOPInstanceUID);
  const study = dataset.string(Tags.StudyInstanceUID);
  const series = dataset.string(Tags.SeriesInstanceUID);
  if (sopClassUID === undefined || sopInstanceUID === undefined || study === undefined || series === undefined)
    return undefined;
  const hasPixels =
    dataset.has(Tags.PixelData) || dataset.has(Tags.FloatPixelData) || dataset.has(Tags.DoubleFloatPixelData);
  const type = LEAF_TYPES.find((rule) => rule.pattern.test(sopClassUID))?.type ?? (hasPixels ? 'IMAGE' : 'RAW DATA');
  const patient = `${dataset.string(Tags.PatientID) ?? ''}|${dataset.string(Tags.PatientName) ?? ''}`;
  return {
    fileIdPath,
    sopClassUID,
    sopInstanceUID,
    transferSyntaxUID: file.transferSyntaxUID,
    patient: { type: 'PATIENT', identity: patient, keys: keysOf(dataset, PATIENT_KEYS) },
    study: { type: 'STUDY', identity: `${patient}|${study}`, keys: keysOf(dataset, STUDY_KEYS) },
    series: { type: 'SERIES', identity: `${patient}|${study}|${series}`, keys: keysOf(dataset, SERIES_KEYS) },
    leaf: { type, identity: sopInstanceUID, keys: keysOf(dataset, LEAF_KEYS[type] ?? OTHER_LEAF) },
  };
}

function keysOf(dataset: DataSetView, keys: readonly Key[]): DataSetBuilder {
  const builder = new DataSetBuilder();
  for (const { keyword, fallback, within } of keys) {
    const tag = requiredTag(keyword);
    const place = within === undefined ? dataset : dataset.items(requiredTag(within)).at(-1);
    if (!place) continue;
    const value = keyword.endsWith('Sequence')
      ? (copiedItems(place, tag) ?? (fallback === '' ? [] : undefined))
      : textValue(place, tag, fallback);
    if (value === undefined) continue;
    builder.set(tag, value);
  }
  // PS3.3 F.3: a record says its own character set when it needs one.
  if (!builder.isAscii) builder.set(Tags.SpecificCharacterSet, 'ISO_IR 192');
  return builder;
}

function requiredTag(keyword: string): number {
  const tag = tagOf(keyword);
  if (tag === undefined) throw new Error(`${keyword} is not in the dictionary.`);
  return tag;
}

function textValue(dataset: DataSetView, tag: number, fallback: string | undefined): BuilderValue | undefined {
  const element = dataset.element(tag);
  if (element && ['US', 'UL', 'SS', 'SL'].includes(element.vr)) return [...dataset.numbers(tag)];
  const value = dataset.strings(tag).join('\\');
  const normal = element?.vr === 'DA' ? normalDate(value) : element?.vr === 'TM' ? normalTime(value) : value;
  return normal === '' ? fallback : normal;
}

/** DA as YYYYMMDD (PS3.5 6.2), the dots of ACR-NEMA removed; empty when it is no date. */
function normalDate(text: string): string {
  const plain = text.replaceAll('.', '');
  return /^\d{8}$/.test(plain) ? plain : '';
}

/** TM as HHMMSS.F (PS3.5 6.2), the colons of ACR-NEMA removed; empty when it is no time. */
function normalTime(text: string): string {
  const plain = text.replaceAll(':', '');
  return /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/.test(plain) ? plain : '';
}

/** What is copied of the sequences that a record may have: codes (PS3.3 table 8.8-1) and references (tables 10-3 and 10-4). */
const COPIED = [
  'CodeValue',
  'CodingSchemeDesignator',
  'CodingSchemeVersion',
  'CodeMeaning',
  'SeriesInstanceUID',
  'StudyInstanceUID',
  'ReferencedSOPClassUID',
  'ReferencedSOPInstanceUID',
  'ReferencedFrameNumber',
];
const COPIED_SEQUENCES = ['ReferencedSeriesSequence', 'ReferencedImageSequence', 'ReferencedSOPSequence'];

/** Undefined when the object lacks the sequence. */
function copiedItems(dataset: DataSetView, tag: number): readonly DataSetBuilder[] | undefined {
  if (!dataset.has(tag)) return undefined;
  return dataset.items(tag).map((item) => {
    const builder = new DataSetBuilder();
    for (const keyword of COPIED) {
      const values = item.strings(requiredTag(keyword));
      if (values.length > 0) builder.set(keyword, values);
    }
    for (const keyword of COPIED_SEQUENCES) {
      const items = copiedItems(item, requiredTag(keyword));
      if (items) builder.set(keyword, items);
    }
    return builder;
  });
}
