import type { DicomFile } from '../model';
import { Tags } from '../tags';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../uids';
import { DataSetBuilder } from './data-set-builder';
import { concat, explicitHeader } from './encode';

export interface MetaInformation {
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
  readonly transferSyntaxUID: string;
}

/** Preamble, prefix and File Meta Information (PS3.10 7.1). */
export function part10Header(meta: MetaInformation): Uint8Array {
  const group = new DataSetBuilder()
    .set(Tags.FileMetaInformationVersion, Uint8Array.of(0, 1), 'OB')
    .set(Tags.MediaStorageSOPClassUID, meta.sopClassUID, 'UI')
    .set(Tags.MediaStorageSOPInstanceUID, meta.sopInstanceUID, 'UI')
    .set(Tags.TransferSyntaxUID, meta.transferSyntaxUID, 'UI')
    .set(Tags.ImplementationClassUID, IMPLEMENTATION_CLASS_UID, 'UI')
    .set(Tags.ImplementationVersionName, IMPLEMENTATION_VERSION_NAME, 'SH')
    .toBytes();
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, group.length, true);
  const preamble = new Uint8Array(132);
  preamble.set([0x44, 0x49, 0x43, 0x4d], 128);
  return concat([preamble, explicitHeader(Tags.FileMetaInformationGroupLength, 'UL', 4), length, group]);
}

/** A whole file: header and data set (explicit VR little endian, or encapsulated). */
export function writePart10(meta: MetaInformation, dataset: DataSetBuilder): Uint8Array {
  return concat([part10Header(meta), dataset.toBytes()]);
}

/**
 * The header for a stored data set that came without one. Its bytes from `datasetOffset` on follow unchanged. SOP class and
 * instance UID must be known. Undefined when they are not.
 */
export function headerFor(file: DicomFile): Uint8Array | undefined {
  const sopClassUID = file.dataset.string(Tags.SOPClassUID) ?? file.meta.string(Tags.MediaStorageSOPClassUID);
  const sopInstanceUID = file.dataset.string(Tags.SOPInstanceUID) ?? file.meta.string(Tags.MediaStorageSOPInstanceUID);
  if (sopClassUID === undefined || sopInstanceUID === undefined) return undefined;
  return part10Header({ sopClassUID, sopInstanceUID, transferSyntaxUID: file.transferSyntaxUID });
}
