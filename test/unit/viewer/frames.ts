import type { FrameHeader } from '@shared/contract/frames';
import { ImageRow } from '@shared/model/rows';

/** A gray header with nothing special. */
export function grayHeader(width: number, height: number): FrameHeader {
  return {
    kind: 'gray',
    width,
    height,
    sampleType: 'u16',
    slope: 1,
    intercept: 0,
    unit: '',
    invert: false,
    windows: [],
    voiLut: null,
    min: 0,
    max: 4095,
    pixelAspect: 1,
    spacing: null,
  };
}

/** A frame answer as the app's protocol gives it (shared/contract/frames.ts). */
export function frameAnswer(header: FrameHeader, samples: ArrayBufferView): ArrayBuffer {
  const text = JSON.stringify(header);
  const padding = ' '.repeat((8 - ((4 + new TextEncoder().encode(text).length) % 8)) % 8);
  const bytes = new TextEncoder().encode(text + padding);
  const out = new Uint8Array(4 + bytes.length + samples.byteLength);
  new DataView(out.buffer).setUint32(0, bytes.length, true);
  out.set(bytes, 4);
  out.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), 4 + bytes.length);
  return out.buffer;
}

/** A row of the catalogue; `number` makes its identity. */
export function imageRow(number: number, changes: Partial<Record<keyof ImageRow, unknown>> = {}): ImageRow {
  return ImageRow.parse({
    image: number.toString(16).padStart(64, '0'),
    seriesKey: '1'.padStart(32, '0'),
    study: '2'.padStart(32, '0'),
    patient: '00000000-0000-4000-8000-000000000001',
    SOPInstanceUID: `1.2.${number}`,
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
    StudyInstanceUID: '1.2',
    SeriesInstanceUID: '1.2.3',
    InstanceNumber: String(number),
    ContentDate: '',
    ContentTime: '',
    Modality: 'CT',
    SeriesDescription: '',
    StudyDate: '20240213',
    PatientID: '1',
    PatientName: 'A^B',
    ImageType: '',
    NumberOfFrames: 1,
    Rows: 4,
    Columns: 4,
    TransferSyntaxUID: '1.2.840.10008.1.2.1',
    bytes: 100,
    hasPixels: true,
    kind: null,
    clinic: null,
    station: null,
    source: 'file',
    sourceRef: '',
    takenAt: null,
    storedBy: null,
    storedAt: '2024-02-13T10:00:00.000Z',
    arrival: number,
    conflict: false,
    fileName: '',
    ...changes,
  });
}

/** A key of a series. */
export function seriesKey(number: number): string {
  return number.toString(16).padStart(32, '0');
}
