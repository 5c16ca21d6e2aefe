import { expect } from 'vitest';
import { BufferSource, PartsSource } from '../../../main/dicom/buffer-source';
import { anonymise, type AnonymisationKey, type AnonymisationOptions } from '../../../main/dicom/anonymise';
import { extractIndex } from '../../../main/dicom/index-attributes';
import type { DicomFile } from '../../../main/dicom/model';
import type { DataSet, ReadResult } from '../../../main/dicom/reader';
import { readDicom } from '../../../main/dicom/reader';
import { Tags } from '../../../main/dicom/tags';
import { DataSetBuilder, writePart10 } from '../../../main/dicom/writer';

export const SECRET = Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 1);
export const KEY: AnonymisationKey = { secret: SECRET };
export const UID_FORM = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+$/;
export const EXPLICIT = '1.2.840.10008.1.2.1';
export const CT = '1.2.840.10008.5.1.4.1.1.2';

export const IDENTITY = {
  name: 'Okonkwo^Chidinma',
  id: 'CLINIC-77123',
  birth: '19710309',
  study: '1.2.826.0.1.3680043.8.498.101',
  series: '1.2.826.0.1.3680043.8.498.102',
  sop: '1.2.826.0.1.3680043.8.498.103',
} as const;

/** A data set of a patient, without pixels. */
export function instance(): DataSetBuilder {
  return new DataSetBuilder()
    .set('SpecificCharacterSet', 'ISO_IR 192')
    .set('SOPClassUID', CT)
    .set('SOPInstanceUID', IDENTITY.sop)
    .set('StudyInstanceUID', IDENTITY.study)
    .set('SeriesInstanceUID', IDENTITY.series)
    .set('Modality', 'CT')
    .set('PatientName', IDENTITY.name)
    .set('PatientID', IDENTITY.id)
    .set('PatientBirthDate', IDENTITY.birth);
}

export function fileOf(dataset: DataSetBuilder, transferSyntaxUID = EXPLICIT): ReadResult {
  return read(writePart10({ sopClassUID: CT, sopInstanceUID: IDENTITY.sop, transferSyntaxUID }, dataset));
}

export function read(bytes: Uint8Array | readonly Uint8Array[]): ReadResult {
  return readDicom(bytes instanceof Uint8Array ? new BufferSource(bytes) : new PartsSource(bytes));
}

/** What is told of a written file without reading it is what a reader finds. */
export function expectAlike(told: DicomFile, read: DicomFile): void {
  const values = ({ dataset }: DicomFile) =>
    [...dataset.elements.values()].map(({ tag, vr, length }) => [
      tag,
      ...(tag === Tags.PixelData ? [length > 0] : [vr, length]),
      ...(vr === 'SQ' || tag === Tags.PixelData ? [] : [dataset.strings(tag), dataset.numbers(tag)]),
    ]);
  expect(values(told)).toEqual(values(read));
  expect(JSON.stringify(extractIndex(told))).toBe(JSON.stringify(extractIndex(read)));
}

/** The data set after anonymisation, read again. */
export async function anonymised(
  dataset: DataSetBuilder,
  options: AnonymisationOptions = {},
  key: AnonymisationKey = KEY,
): Promise<DataSet> {
  const { part10, result: told } = await anonymise(fileOf(dataset), options, key);
  const result = read(part10);
  expectAlike(told, result);
  if (result.warnings.length > 0 || result.cut)
    throw new Error(`the output is not read cleanly: ${result.warnings.join(', ')}`);
  return result.dataset;
}
