import type { DicomFile } from '../model';
import { Tags } from '../tags';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../uids';
import { DataSetBuilder } from './data-set-builder';
import { concat, explicitHeader, padded, utf8Bytes } from './encode';

export interface MetaInformation {
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
  readonly transferSyntaxUID: string;
}

/** Preamble, prefix and File Meta Information (PS3.10 7.1). */
export function part10Header({ sopClassUID, sopInstanceUID, transferSyntaxUID }: MetaInformation): Uint8Array {
  const { before, behind } = aroundInstance(sopClassUID, transferSyntaxUID);
  const instance = padded('UI', utf8Bytes(sopInstanceUID));
  const header = concat([
    before,
    explicitHeader(Tags.MediaStorageSOPInstanceUID, 'UI', instance.length),
    instance,
    behind,
  ]);
  new DataView(header.buffer).setUint32(LENGTH_AT, header.length - LENGTH_AT - 4, true);
  return header;
}

/** What stands around the UID of the instance. */
interface Surroundings {
  readonly before: Uint8Array;
  readonly behind: Uint8Array;
}

const PREAMBLE_BYTES = 132;
/** Where File Meta Information Group Length has its value: behind the preamble, the prefix and its own header. */
const LENGTH_AT = PREAMBLE_BYTES + 8;
/** Written lately, by SOP class and transfer syntax: there are few, and every file has one. */
const lately = new Map<string, Surroundings>();
const MAX_REMEMBERED = 64;

function aroundInstance(sopClassUID: string, transferSyntaxUID: string): Surroundings {
  const name = `${sopClassUID} ${transferSyntaxUID}`;
  const known = lately.get(name);
  if (known) return known;
  const preamble = new Uint8Array(PREAMBLE_BYTES);
  preamble.set([0x44, 0x49, 0x43, 0x4d], 128);
  const first = new DataSetBuilder()
    .set(Tags.FileMetaInformationGroupLength, 0, 'UL')
    .set(Tags.FileMetaInformationVersion, Uint8Array.of(0, 1), 'OB')
    .set(Tags.MediaStorageSOPClassUID, sopClassUID, 'UI');
  const behind = new DataSetBuilder()
    .set(Tags.TransferSyntaxUID, transferSyntaxUID, 'UI')
    .set(Tags.ImplementationClassUID, IMPLEMENTATION_CLASS_UID, 'UI')
    .set(Tags.ImplementationVersionName, IMPLEMENTATION_VERSION_NAME, 'SH')
    .toBytes();
  const around = { before: concat([preamble, first.toBytes()]), behind };
  if (lately.size >= MAX_REMEMBERED) lately.clear();
  lately.set(name, around);
  return around;
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
