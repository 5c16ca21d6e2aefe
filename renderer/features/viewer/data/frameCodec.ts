import { FieldboxError } from '@shared/errors';
import { FrameHeader } from '@shared/contract/frames';

/** Samples of a frame as they lie in the answer; one per pixel (gray) or three bytes per pixel (rgb). */
export type Samples =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** A decoded frame in memory. */
export interface Frame {
  readonly header: FrameHeader;
  readonly samples: Samples;
  /** What it weighs in the cache. */
  readonly bytes: number;
}

const SAMPLE_BYTES = { u8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, f64: 8 } as const;

/**
 * Takes a frame answer apart (format in shared/contract/frames.ts). The samples are a view on the answer, not a copy.
 * @throws FieldboxError PIXELS_DAMAGED if the answer is not such a frame or is shorter than its header says.
 */
export function parseFrame(answer: ArrayBuffer): Frame {
  if (answer.byteLength < 4) throw new FieldboxError('PIXELS_DAMAGED');
  const headerLength = new DataView(answer).getUint32(0, true);
  const start = 4 + headerLength;
  if (start > answer.byteLength || start % 8 !== 0) throw new FieldboxError('PIXELS_DAMAGED');
  const header = parseHeader(new TextDecoder().decode(new Uint8Array(answer, 4, headerLength)));
  const count = header.width * header.height * (header.kind === 'rgb' ? 3 : 1);
  if (answer.byteLength - start < count * SAMPLE_BYTES[header.sampleType]) throw new FieldboxError('PIXELS_DAMAGED');
  return { header, samples: samplesAt(answer, header.sampleType, start, count), bytes: answer.byteLength };
}

function parseHeader(text: string): FrameHeader {
  try {
    return FrameHeader.parse(JSON.parse(text));
  } catch (error) {
    throw new FieldboxError('PIXELS_DAMAGED', {}, error);
  }
}

/** A view of the right type on a buffer. Electron runs on little-endian machines alone, as the samples are. */
function samplesAt(buffer: ArrayBuffer, type: FrameHeader['sampleType'], start: number, count: number): Samples {
  switch (type) {
    case 'u8':
      return new Uint8Array(buffer, start, count);
    case 'u16':
      return new Uint16Array(buffer, start, count);
    case 'i16':
      return new Int16Array(buffer, start, count);
    case 'u32':
      return new Uint32Array(buffer, start, count);
    case 'i32':
      return new Int32Array(buffer, start, count);
    case 'f32':
      return new Float32Array(buffer, start, count);
    case 'f64':
      return new Float64Array(buffer, start, count);
  }
}

/** The modality value of a gray pixel, or the three bytes of a colour one; null outside the picture. */
export function valueAt(frame: Frame, column: number, row: number): readonly number[] | null {
  const { width, height, kind, slope, intercept } = frame.header;
  const x = Math.floor(column);
  const y = Math.floor(row);
  if (x < 0 || y < 0 || x >= width || y >= height) return null;
  const at = y * width + x;
  if (kind === 'gray') return [Number(frame.samples[at]) * slope + intercept];
  return [0, 1, 2].map((channel) => Number(frame.samples[at * 3 + channel]));
}
