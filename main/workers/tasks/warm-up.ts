import { randomBytes } from 'node:crypto';
import type { AnonymisationKey, AnonymisationOptions } from '../../dicom/anonymise';
import { BufferSource } from '../../dicom/buffer-source';
import { readDicom } from '../../dicom/reader';
import { DataSetBuilder, writePart10 } from '../../dicom/writer';
import { anonymiseFile, hashOf } from './anonymise';

const ROOT = '2.25.1';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';
const DIGITAL_X_RAY = '1.2.840.10008.5.1.4.1.1.1.1';
const ULTRASOUND = '1.2.840.10008.5.1.4.1.1.6.1';
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

/** Instances of one made-up patient, as machines of three kinds write them. Their pixels are few: those are only copied. */
function madeUp(patient: number): readonly Uint8Array[] {
  return [DIGITAL_X_RAY, ULTRASOUND, SECONDARY_CAPTURE].map((sopClassUID, at) => {
    const sopInstanceUID = `${ROOT}.${String(patient)}.${String(at)}`;
    const meta = { sopClassUID, sopInstanceUID, transferSyntaxUID: EXPLICIT_LE };
    const dataset = common(patient, at).set('SOPClassUID', sopClassUID).set('SOPInstanceUID', sopInstanceUID);
    if (sopClassUID === DIGITAL_X_RAY) describeXRay(dataset);
    if (sopClassUID === ULTRASOUND) describeUltrasound(dataset);
    return writePart10(meta, dataset);
  });
}

function common(patient: number, at: number): DataSetBuilder {
  return new DataSetBuilder()
    .set('SpecificCharacterSet', 'ISO_IR 192')
    .set('ImageType', ['ORIGINAL', 'PRIMARY'])
    .set('StudyDate', '20200102')
    .set('SeriesDate', '20200102')
    .set('ContentDate', '20200102')
    .set('StudyTime', '101500')
    .set('AccessionNumber', `W${String(patient)}`)
    .set('Modality', 'OT')
    .set('Manufacturer', 'Maker')
    .set('InstitutionName', 'Made-up Clinic')
    .set('ReferringPhysicianName', 'Made^Up')
    .set('StudyDescription', 'Thorax')
    .set('SeriesDescription', 'Übersicht')
    .set('PatientName', `Nobody^${String(patient)}`)
    .set('PatientID', `W${String(patient)}`)
    .set('PatientBirthDate', '19800102')
    .set('PatientSex', 'O')
    .set('PatientAge', '040Y')
    .set('StudyInstanceUID', `${ROOT}.${String(patient)}`)
    .set('SeriesInstanceUID', `${ROOT}.${String(patient)}.${String(at)}.1`)
    .set('StudyID', '1')
    .set('SeriesNumber', 1)
    .set('InstanceNumber', at)
    .set('SamplesPerPixel', 1)
    .set('PhotometricInterpretation', 'MONOCHROME2')
    .set('Rows', 16)
    .set('Columns', 16)
    .set('BitsAllocated', 8)
    .set('BitsStored', 8)
    .set('HighBit', 7)
    .set('PixelRepresentation', 0)
    .set('PixelData', new Uint8Array(256), 'OB');
}

function describeXRay(dataset: DataSetBuilder): void {
  dataset
    .set('DeviceSerialNumber', '1234')
    .set('SoftwareVersions', ['1.0', '2.0'])
    .set('KVP', '80')
    .set('ImagerPixelSpacing', ['0.1', '0.1'])
    .set('BodyPartExamined', 'CHEST')
    .set('WindowCenter', '2048')
    .set('WindowWidth', '4096')
    .set('ImageComments', 'Nobody at 10:15')
    .set('RequestAttributesSequence', [new DataSetBuilder().set('RequestedProcedureID', 'W1')])
    .set('AnatomicRegionSequence', [
      new DataSetBuilder()
        .set('CodeValue', '51185008')
        .set('CodingSchemeDesignator', 'SCT')
        .set('CodeMeaning', 'Chest'),
    ]);
}

function describeUltrasound(dataset: DataSetBuilder): void {
  dataset
    .set('FrameOfReferenceUID', `${ROOT}.9`)
    .set('SourceImageSequence', [
      new DataSetBuilder().set('ReferencedSOPClassUID', ULTRASOUND).set('ReferencedSOPInstanceUID', `${ROOT}.8`),
    ])
    .set('SequenceOfUltrasoundRegions', [
      new DataSetBuilder().set('RegionLocationMinX0', 0).set('PhysicalDeltaX', 0.5).set('RegionFlags', 2),
    ])
    .set(0x00090010, 'MADE UP', 'LO')
    .set(0x00091001, 'private', 'LO');
}

let patients = 0;

/**
 * Anonymises made-up instances of so many patients in memory and gives nothing: the JavaScript engine has compiled afterwards what
 * the next task of this worker would have to wait for. No file is read or written.
 */
export async function warmUp(input: {
  readonly patients: number;
  readonly options: AnonymisationOptions;
  readonly key: AnonymisationKey;
}): Promise<Record<string, never>> {
  for (let done = 0; done < input.patients; done += 1) {
    patients += 1;
    const key = { ...input.key, secret: randomBytes(32) };
    for (const bytes of madeUp(patients)) {
      hashOf([bytes]);
      hashOf((await anonymiseFile(readDicom(new BufferSource(bytes)), input.options, key)).part10);
    }
  }
  return {};
}
