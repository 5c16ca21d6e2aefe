import type { Window } from '@shared/contract/frames';
import type { DataSetView, DicomFile } from '../model';
import { Tags } from '../tags';

const FRAME_VOI_LUT_SEQUENCE = 0x00289132;
const PIXEL_VALUE_TRANSFORMATION_SEQUENCE = 0x00289145;
const PIXEL_MEASURES_SEQUENCE = 0x00289110;
const IMAGER_PIXEL_SPACING = 0x00181164;
const NOMINAL_SCANNED_PIXEL_SPACING = 0x00182010;

/** Where an attribute of a frame may stand: per-frame functional group, shared functional group, top level (PS3.3 C.7.6.16). */
function places(file: DicomFile, frame: number, macro: number): readonly DataSetView[] {
  const { dataset } = file;
  const perFrame = dataset.items(Tags.PerFrameFunctionalGroupsSequence)[frame]?.items(macro)[0];
  const shared = dataset.items(Tags.SharedFunctionalGroupsSequence)[0]?.items(macro)[0];
  return [perFrame, shared, dataset].filter((place) => place !== undefined);
}

function firstWith(file: DicomFile, frame: number, macro: number, tag: number): DataSetView | undefined {
  return places(file, frame, macro).find((place) => place.numbers(tag).length > 0);
}

/** The windows of a frame (PS3.3 C.11.2). Pairs that are no windows are left out. */
export function windowsOf(file: DicomFile, frame: number): Window[] {
  const place = firstWith(file, frame, FRAME_VOI_LUT_SEQUENCE, Tags.WindowCenter);
  if (!place) return [];
  const widths = place.numbers(Tags.WindowWidth);
  const explanations = place.strings(Tags.WindowCenterWidthExplanation);
  const named = place.string(Tags.VOILUTFunction);
  const rule = named === 'SIGMOID' || named === 'LINEAR_EXACT' ? named : 'LINEAR';
  return place.numbers(Tags.WindowCenter).flatMap((center, index) => {
    const width = widths[index];
    const usable = width !== undefined && Number.isFinite(center) && (rule === 'LINEAR' ? width >= 1 : width > 0);
    return usable ? [{ center, width, explanation: explanations[index] ?? '', function: rule }] : [];
  });
}

/** Rescale of stored to modality values (PS3.3 C.11.1, C.7.6.16.2.9). */
export function rescaleOf(file: DicomFile, frame: number): { slope: number; intercept: number; unit: string } {
  const place = firstWith(file, frame, PIXEL_VALUE_TRANSFORMATION_SEQUENCE, Tags.RescaleSlope);
  const slope = place?.number(Tags.RescaleSlope) ?? 1;
  const type = place?.string(Tags.RescaleType) ?? '';
  return {
    slope: slope === 0 ? 1 : slope,
    intercept: place?.number(Tags.RescaleIntercept) ?? 0,
    unit: type === 'US' ? '' : type !== '' ? type : file.dataset.string(Tags.Modality) === 'CT' && place ? 'HU' : '',
  };
}

/** A lookup table of a Modality or VOI LUT Sequence item (PS3.3 C.11.1.1, C.11.2.1.1). */
export interface Lut {
  readonly firstMapped: number;
  readonly bits: number;
  readonly values: readonly number[];
}

export function lutOf(dataset: DataSetView, sequence: number, signed: boolean): Lut | null {
  const item = dataset.items(sequence)[0];
  const data = item?.bytes(Tags.LUTData);
  if (!item || !data) return null;
  const [count = 0, first = 0, bits = 16] = item.numbers(Tags.LUTDescriptor);
  const entries = count & 0xffff || 65_536; // a descriptor that was written with a sign says the same
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const narrow = data.length < entries * 2;
  const values = Array.from({ length: Math.min(entries, narrow ? data.length : data.length >> 1) }, (_, index) =>
    narrow ? (data[index] ?? 0) : view.getUint16(index * 2, item.littleEndian),
  );
  return { firstMapped: signed && first > 32_767 ? first - 65_536 : first, bits, values };
}

/** Distance of pixel centres and the shape of a pixel (PS3.3 10.7, C.7.6.3.1.7). */
export function spacingOf(
  file: DicomFile,
  frame: number,
): { spacing: { row: number; column: number; kind: 'patient' | 'imager' } | null; aspect: number } {
  const { dataset } = file;
  const inPatient = firstWith(file, frame, PIXEL_MEASURES_SEQUENCE, Tags.PixelSpacing)?.numbers(Tags.PixelSpacing);
  const atDetector =
    dataset.numbers(IMAGER_PIXEL_SPACING).length > 0
      ? dataset.numbers(IMAGER_PIXEL_SPACING)
      : dataset.numbers(NOMINAL_SCANNED_PIXEL_SPACING);
  const pair = inPatient ?? atDetector;
  const [row = 0, column = 0] = pair;
  if (row > 0 && column > 0)
    return { spacing: { row, column, kind: inPatient ? 'patient' : 'imager' }, aspect: row / column };
  const [vertical = 1, horizontal = 1] = dataset.numbers(Tags.PixelAspectRatio);
  return { spacing: null, aspect: vertical > 0 && horizontal > 0 ? vertical / horizontal : 1 };
}
