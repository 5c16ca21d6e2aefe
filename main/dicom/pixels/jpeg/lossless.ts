import { readJpegHeader } from '../codecs/jpeg-header';
import { BitReader, CodedDataError, HuffmanTable } from './bits';

/** A losslessly decoded image; samples of a pixel together. */
export interface LosslessImage {
  readonly width: number;
  readonly height: number;
  readonly precision: number;
  readonly components: number;
  readonly samples: Uint16Array;
}

const MAX_SAMPLES = 512 * 1024 * 1024;

interface Tables {
  readonly huffman: readonly HuffmanTable[];
  readonly predictor: number;
  readonly pointTransform: number;
  readonly restartInterval: number;
}

/**
 * JPEG lossless, Process 14 with any predictor (ITU-T T.81 annex H; transfer syntaxes .57 and .70). Components are not
 * subsampled in DICOM (PS3.5 8.2.1). Data that break off leave the rest zero. Throws CodedDataError.
 */
export function decodeLosslessJpeg(bytes: Uint8Array): LosslessImage {
  const header = readJpegHeader(bytes);
  if (header?.process !== 0xc3) throw new CodedDataError('not a lossless JPEG');
  const { width, height, precision } = header;
  const components = header.componentIds.length;
  if (width === 0 || height === 0 || precision < 2 || precision > 16 || width * height * components > MAX_SAMPLES) {
    throw new CodedDataError('the frame header cannot be true');
  }
  const samples = new Uint16Array(width * height * components);
  const image = { width, height, precision, components, samples };
  let at = 2;
  let restartInterval = 0;
  let scans = 0;
  const tables: (HuffmanTable | undefined)[] = [];
  for (;;) {
    while (at + 1 < bytes.length && !(bytes[at] === 0xff && (bytes[at + 1] ?? 0) >= 0xc0 && bytes[at + 1] !== 0xff))
      at += 1;
    if (at + 4 > bytes.length) break;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xd9) break;
    if (marker >= 0xd0 && marker <= 0xd8) {
      at += 2;
      continue;
    }
    const end = at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (marker === 0xc4) readTables(bytes, at + 4, end, tables);
    else if (marker === 0xdd) restartInterval = ((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0);
    else if (marker === 0xda) {
      at = decodeScan(bytes, at + 4, end, image, header.componentIds, tables, restartInterval);
      scans += 1;
      continue;
    }
    at = end;
  }
  if (scans === 0) throw new CodedDataError('there is no picture');
  return image;
}

function readTables(bytes: Uint8Array, start: number, end: number, tables: (HuffmanTable | undefined)[]): void {
  for (let at = start; at + 17 <= end;) {
    const counts = bytes.slice(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    tables[(bytes[at] ?? 0) & 15] = new HuffmanTable(counts, bytes.slice(at + 17, at + 17 + total));
    at += 17 + total;
  }
}

function decodeScan(
  bytes: Uint8Array,
  header: number,
  end: number,
  image: LosslessImage,
  ids: readonly number[],
  tables: readonly (HuffmanTable | undefined)[],
  restartInterval: number,
): number {
  const count = bytes[header] ?? 0;
  const planes: number[] = [];
  const huffman: HuffmanTable[] = [];
  for (let index = 0; index < count; index += 1) {
    const plane = ids.indexOf(bytes[header + 1 + index * 2] ?? 0);
    const table = tables[(bytes[header + 2 + index * 2] ?? 0) >> 4];
    if (plane === -1 || !table) throw new CodedDataError('a scan names what is not there');
    planes.push(plane);
    huffman.push(table);
  }
  const parameters = header + 1 + count * 2;
  const bits = new BitReader(bytes, end);
  const rules: Tables = {
    huffman,
    predictor: bytes[parameters] ?? 1,
    pointTransform: (bytes[parameters + 2] ?? 0) & 15,
    restartInterval,
  };
  try {
    decodeSamples(bits, image, planes, rules);
  } catch (error) {
    if (!(error instanceof CodedDataError)) throw error; // a scan that breaks off keeps what it has given
  }
  return bits.at;
}

function decodeSamples(bits: BitReader, image: LosslessImage, planes: readonly number[], rules: Tables): void {
  const { width, height, precision, components, samples } = image;
  const { pointTransform, restartInterval } = rules;
  const first = 1 << (precision - pointTransform - 1);
  const rowStep = width * components;
  // After a restart prediction begins as at the top of the image (T.81 H.1.1).
  let fresh = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const pixel = y * width + x;
      if (restartInterval > 0 && pixel > 0 && pixel % restartInterval === 0) {
        bits.restart();
        fresh = y;
      }
      for (const [index, plane] of planes.entries()) {
        const at = pixel * components + plane;
        const left = x > 0 ? (samples[at - components] ?? 0) >> pointTransform : 0;
        const above = y > fresh ? (samples[at - rowStep] ?? 0) >> pointTransform : 0;
        const corner = x > 0 && y > fresh ? (samples[at - rowStep - components] ?? 0) >> pointTransform : 0;
        const predicted =
          y === fresh ? (x === 0 ? first : left) : x === 0 ? above : predict(rules.predictor, left, above, corner);
        const table = rules.huffman[index];
        if (!table) throw new CodedDataError('a Huffman table is missing');
        const size = table.read(bits);
        // Category 16 has no further bits: the difference is 32768 (T.81 table H.2).
        const difference = size === 16 ? 32768 : bits.signed(size);
        samples[at] = ((predicted + difference) & 0xffff) << pointTransform;
      }
    }
  }
}

/** T.81 table H.1. */
function predict(selection: number, left: number, above: number, corner: number): number {
  switch (selection) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    case 7:
      return (left + above) >> 1;
    default:
      return 0;
  }
}
