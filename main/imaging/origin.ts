import type { DataSetView, DicomFile, Tag } from '../dicom/model';
import type { FileKind } from './detect';
import type { OriginKeys, PhotoContext } from './photo-context';

/** Private data elements (PS3.5 7.8) of what Fieldbox made of photos and documents. */
export const ORIGIN_CREATOR = 'FIELDBOX 1.0';
/** The odd group of the block; the block itself is the first one, 10. */
export const ORIGIN_GROUP = 0x0f1b;

const Slot = {
  sourceSha256: 0x01,
  kind: 0x02,
  patientKey: 0x03,
  clinicKey: 0x04,
  stationKey: 0x05,
  kindKey: 0x06,
  sourceForm: 0x07,
  birthDateEstimated: 0x08,
} as const;

/** Values of the block by the low byte of their element; all are VR LO but the kind's label, which is UT. */
export interface OriginElement {
  readonly slot: number;
  readonly vr: 'LO' | 'UT';
  readonly value: string;
}

/** Whence an object made by Fieldbox comes. */
export interface PhotoOrigin {
  /** SHA-256 of the file as it was offered. */
  readonly sourceSha256: string;
  /** What the file was: jpeg, png, heic, pdf ... */
  readonly sourceForm: string;
  /** The label of the kind. */
  readonly kind: string;
  readonly keys: OriginKeys;
  readonly birthDateEstimated: boolean;
}

/** The block that lets the index be rebuilt from the objects alone. */
export function originElements(
  sourceSha256: string,
  sourceForm: FileKind,
  context: PhotoContext,
): readonly OriginElement[] {
  const values: readonly (readonly [number, string | null | undefined])[] = [
    [Slot.sourceSha256, sourceSha256],
    [Slot.kind, context.kind],
    [Slot.patientKey, context.keys?.patient],
    [Slot.clinicKey, context.keys?.clinic],
    [Slot.stationKey, context.keys?.station],
    [Slot.kindKey, context.keys?.kind],
    [Slot.sourceForm, sourceForm],
    [Slot.birthDateEstimated, context.patient?.birthDateEstimated === true ? 'YES' : undefined],
  ];
  return values.flatMap(([slot, value]) => (value ? [{ slot, vr: slot === Slot.kind ? 'UT' : 'LO', value }] : []));
}

/** Reads the block back; null when the object was not made by Fieldbox. */
export function readOrigin(file: DicomFile): PhotoOrigin | null {
  const { dataset } = file;
  const block = findBlock(dataset);
  const read = (slot: number): string | null => (block === undefined ? null : textOf(dataset, block + slot));
  const sourceSha256 = read(Slot.sourceSha256);
  if (sourceSha256 === null || !/^[0-9a-f]{64}$/.test(sourceSha256)) return null;
  return {
    sourceSha256,
    sourceForm: read(Slot.sourceForm) ?? '',
    kind: read(Slot.kind) ?? '',
    keys: {
      patient: read(Slot.patientKey),
      clinic: read(Slot.clinicKey),
      station: read(Slot.stationKey),
      kind: read(Slot.kindKey),
    },
    birthDateEstimated: read(Slot.birthDateEstimated) === 'YES',
  };
}

/** Where an object made by Fieldbox carries the key of its patient; undefined for all others. */
export function patientKeyTag({ dataset }: DicomFile): Tag | undefined {
  const block = findBlock(dataset);
  return block !== undefined && dataset.has(block + Slot.patientKey) ? block + Slot.patientKey : undefined;
}

/** The tag of element 00 of our block, wherever another program may have moved it (PS3.5 7.8.1). */
function findBlock(dataset: DataSetView): Tag | undefined {
  const group = ORIGIN_GROUP * 0x10000;
  for (let block = 0x10; block <= 0xff; block += 1) {
    if (dataset.has(group + block) && textOf(dataset, group + block) === ORIGIN_CREATOR) return group + block * 0x100;
  }
  return undefined;
}

/** Text also where a program that does not know the block has made its VR unknown (UN). */
function textOf(dataset: DataSetView, tag: Tag): string | null {
  const bytes = dataset.bytes(tag);
  if (bytes === undefined) return null;
  return new TextDecoder('utf-8').decode(bytes).replace(/[\0 ]+$/, '') || null;
}
