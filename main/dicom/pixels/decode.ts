import { inflateRawSync } from 'node:zlib';
import { FieldboxError } from '@shared/errors';
import { uidName } from '../dictionary';
import type { DicomFile } from '../model';
import { codedSamples } from './codecs/coded-size';
import { type JpegHeader, readJpegHeader } from './codecs/jpeg-header';
import { type CodecImage, decodeWasm, type WasmCodec } from './codecs/wasm';
import { describePixels, type PixelDescription } from './description';
import { encapsulatedFrame, pixelElement, requireFrame } from './frames';
import { CodedDataError, decodeJpeg } from './jpeg';
import { decodeLosslessJpeg } from './jpeg/lossless';
import { isSubsampled, nativeFrame, unpackBits } from './native';
import { decodeRle } from './rle';
import { codingOf } from './syntax';

/** Stored values of one frame. */
export interface DecodedFrame {
  readonly width: number;
  readonly height: number;
  readonly samplesPerPixel: number;
  /** 8, 16, 32 or 64; single bits have become bytes. */
  readonly bitsAllocated: number;
  /** Samples of a pixel together, little endian, no rescale, no window, no palette. */
  readonly bytes: Uint8Array;
  /** What the samples mean now: codecs undo their own colour transforms. */
  readonly photometricInterpretation: string;
}

/**
 * Decodes one frame, counted from 0.
 * Throws NO_PIXELS, NO_SUCH_FRAME, PIXELS_UNSUPPORTED, PIXELS_DAMAGED, PIXELS_TOO_LARGE.
 */
export async function decodeFrame(file: DicomFile, frame: number): Promise<DecodedFrame> {
  const description = describePixels(file);
  requireFrame(description, frame);
  const encapsulated = pixelElement(file).fragments !== undefined;
  const coding = codingOf(file.transferSyntaxUID, encapsulated);
  if (coding === 'native') return plain(description, nativeFrame(file, description, frame));
  if (coding === 'unsupported')
    throw new FieldboxError('PIXELS_UNSUPPORTED', { transferSyntax: uidName(file.transferSyntaxUID) });
  const coded = encapsulatedFrame(file, description, frame);
  switch (coding) {
    case 'rle':
      return fromRle(description, decodeRle(coded, description));
    case 'deflated-frames':
      return plain(description, unpacked(description, inflate(coded)));
    case 'encapsulated-native':
      return plain(description, unpacked(description, coded));
    case 'jpeg':
    case 'jpeg-lossless':
      refuseFarLarger(coded, description);
      return fromJpeg(description, coded);
    case 'jpeg-ls':
    case 'jpeg2000':
    case 'htj2k':
      refuseFarLarger(coded, description);
      return fromWasm(description, coding, coded);
  }
}

function plain(description: PixelDescription, bytes: Uint8Array): DecodedFrame {
  const { rows, columns, samplesPerPixel, photometricInterpretation } = description;
  const bitsAllocated = Math.max(8, description.bitsAllocated);
  const common = { width: columns, height: rows, samplesPerPixel, bitsAllocated };
  if (isSubsampled(photometricInterpretation)) {
    return {
      ...common,
      bytes: expand422(bytes, rows * columns),
      photometricInterpretation: photometricInterpretation.replace('_422', ''),
    };
  }
  const together =
    description.planarConfiguration === 1 ? interleaved(bytes, samplesPerPixel, bitsAllocated / 8) : bytes;
  return { ...common, bytes: together, photometricInterpretation };
}

function fromRle(description: PixelDescription, bytes: Uint8Array): DecodedFrame {
  // RLE always gives samples of a pixel together, whatever Planar Configuration says of the uncompressed image.
  return plain(
    { ...description, planarConfiguration: 0 },
    description.bitsAllocated === 1 ? unpackBits(bytes, 0, description.rows * description.columns) : bytes,
  );
}

function unpacked(description: PixelDescription, bytes: Uint8Array): Uint8Array {
  const samples = description.rows * description.columns * description.samplesPerPixel;
  if (description.bitsAllocated === 1) return unpackBits(bytes, 0, samples);
  const whole = new Uint8Array((samples * description.bitsAllocated) / 8);
  whole.set(bytes.subarray(0, whole.length));
  return whole;
}

function inflate(coded: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(coded, { maxOutputLength: 1024 * 1024 * 1024 });
  } catch (error) {
    throw new FieldboxError('PIXELS_DAMAGED', {}, error);
  }
}

async function fromJpeg(description: PixelDescription, coded: Uint8Array): Promise<DecodedFrame> {
  const header = readJpegHeader(coded);
  if (!header) throw new FieldboxError('PIXELS_DAMAGED');
  // What the stream is counts, not what the transfer syntax promises.
  if (header.process === 0xc3) return fromLossless(description, coded);
  if (header.process === 0xf7) return fromWasm(description, 'jpeg-ls', coded);
  const colour = header.componentIds.length === 3;
  const isYbr = colour && codedAsYbr(header, description);
  const quick =
    header.precision === 8 && header.componentIds.length <= 3 && (!colour || isYbr === turboConverts(header));
  return (quick ? await fromTurbo(description, coded, colour) : null) ?? fromOwnJpeg(description, coded, isYbr);
}

/** The fast decoder; null when it refuses the stream, of which ours may still show what there is. */
async function fromTurbo(
  description: PixelDescription,
  coded: Uint8Array,
  colour: boolean,
): Promise<DecodedFrame | null> {
  try {
    const image = await decodeWasm('jpeg', coded);
    return {
      width: image.width,
      height: image.height,
      samplesPerPixel: image.components,
      bitsAllocated: Math.max(8, Math.min(16, description.bitsAllocated)),
      bytes: description.bitsAllocated === 16 ? widened(image.bytes) : image.bytes,
      photometricInterpretation: colour ? 'RGB' : description.photometricInterpretation,
    };
  } catch (error) {
    if (error instanceof FieldboxError && error.code === 'PIXELS_DAMAGED') return null;
    throw error;
  }
}

/** A coded picture may differ a little from what the data set says; one that claims far more wants memory and time for nothing. */
function refuseFarLarger(coded: Uint8Array, { rows, columns, samplesPerPixel }: PixelDescription): void {
  const samples = codedSamples(coded);
  if (samples !== null && samples > 4 * rows * columns * samplesPerPixel + 1024 * 1024)
    throw new FieldboxError('PIXELS_DAMAGED');
}

function fromOwnJpeg(description: PixelDescription, coded: Uint8Array, isYbr: boolean): DecodedFrame {
  try {
    const image = decodeJpeg(coded);
    const wide = description.bitsAllocated === 16 || image.precision > 8;
    return {
      width: image.width,
      height: image.height,
      samplesPerPixel: image.components,
      bitsAllocated: wide ? 16 : 8,
      bytes: wide ? new Uint8Array(image.samples.buffer) : Uint8Array.from(image.samples),
      photometricInterpretation:
        image.components === 3 ? (isYbr ? 'YBR_FULL' : 'RGB') : description.photometricInterpretation,
    };
  } catch (error) {
    if (error instanceof CodedDataError) throw new FieldboxError('PIXELS_DAMAGED', {}, error);
    throw error;
  }
}

/**
 * Whether the components are luminance and chrominance. The Adobe marker decides, then the component identifiers, then JFIF; a
 * stream that says nothing is what Photometric Interpretation says (PS3.5 8.2.1).
 */
function codedAsYbr(header: JpegHeader, description: PixelDescription): boolean {
  if (header.adobeTransform !== null) return header.adobeTransform !== 0;
  if (String.fromCharCode(...header.componentIds) === 'RGB') return false;
  if (header.hasJfif) return true;
  return description.photometricInterpretation !== 'RGB';
}

/** What libjpeg takes a three-component stream for: YCbCr unless a marker or the identifiers say RGB. */
function turboConverts(header: JpegHeader): boolean {
  if (header.hasJfif) return true;
  if (header.adobeTransform !== null) return header.adobeTransform !== 0;
  return String.fromCharCode(...header.componentIds) !== 'RGB';
}

function fromLossless(description: PixelDescription, coded: Uint8Array): DecodedFrame {
  try {
    const image = decodeLosslessJpeg(coded);
    const wide = image.precision > 8 || description.bitsAllocated === 16;
    return {
      width: image.width,
      height: image.height,
      samplesPerPixel: image.components,
      bitsAllocated: wide ? 16 : 8,
      bytes: wide ? new Uint8Array(image.samples.buffer) : Uint8Array.from(image.samples),
      photometricInterpretation: description.photometricInterpretation,
    };
  } catch (error) {
    if (error instanceof CodedDataError) throw new FieldboxError('PIXELS_DAMAGED', {}, error);
    throw error;
  }
}

async function fromWasm(
  description: PixelDescription,
  codec: Exclude<WasmCodec, 'jpeg'>,
  coded: Uint8Array,
): Promise<DecodedFrame> {
  const image = await decodeWasm(codec, codec === 'jpeg-ls' ? withEnd(coded) : coded);
  const bytesPerSample = image.bitsPerSample > 8 ? 2 : 1;
  const together = image.planar ? interleaved(image.bytes, image.components, bytesPerSample) : image.bytes;
  const { photometricInterpretation } = description;
  const words = bytesPerSample === 1 && description.bitsAllocated === 16 ? widened(together, image.signed) : together;
  const converted = codec !== 'jpeg-ls' && image.components === 3 && /^YBR_(RCT|ICT)$/.test(photometricInterpretation);
  return {
    width: image.width,
    height: image.height,
    samplesPerPixel: image.components,
    bitsAllocated: Math.max(8, Math.min(16, Math.max(description.bitsAllocated, bytesPerSample * 8))),
    bytes: codec === 'jpeg-ls' ? words : withSign(description, image, words),
    photometricInterpretation: converted ? 'RGB' : photometricInterpretation,
  };
}

/** With an EOI marker (ITU-T T.81 B.1.1.3): without one the codec may search for the end of a broken stream for many seconds. */
function withEnd(coded: Uint8Array): Uint8Array {
  const tail = coded.subarray(-64);
  if (tail.some((byte, index) => byte === 0xff && tail[index + 1] === 0xd9)) return coded;
  const ended = new Uint8Array(coded.length + 2);
  ended.set(coded);
  ended.set([0xff, 0xd9], coded.length);
  return ended;
}

/** A code stream that calls signed samples unsigned (found in the wild) gives them as two's complement of its own width. */
function withSign(description: PixelDescription, image: CodecImage, bytes: Uint8Array): Uint8Array {
  const { bitsPerSample } = image;
  if (!description.signed || image.signed || bitsPerSample <= 8 || bitsPerSample >= 16) return bytes;
  const words = new Int16Array(bytes.slice().buffer);
  const unused = 32 - bitsPerSample;
  for (let i = 0; i < words.length; i += 1) words[i] = ((words[i] ?? 0) << unused) >> unused;
  return new Uint8Array(words.buffer);
}

/** Planes one after the other to samples of a pixel together. */
function interleaved(planes: Uint8Array, samples: number, bytesPerSample: number): Uint8Array {
  const together = new Uint8Array(planes.length);
  const pixels = Math.floor(planes.length / samples / bytesPerSample);
  for (let sample = 0; sample < samples; sample += 1) {
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      for (let byte = 0; byte < bytesPerSample; byte += 1) {
        together[(pixel * samples + sample) * bytesPerSample + byte] =
          planes[(sample * pixels + pixel) * bytesPerSample + byte] ?? 0;
      }
    }
  }
  return together;
}

/** Y1 Y2 Cb Cr to Y Cb Cr for each pixel (PS3.3 C.7.6.3.1.2). */
function expand422(bytes: Uint8Array, pixels: number): Uint8Array {
  const full = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const pair = (pixel >> 1) * 4;
    full[pixel * 3] = bytes[pair + (pixel & 1)] ?? 0;
    full[pixel * 3 + 1] = bytes[pair + 2] ?? 0;
    full[pixel * 3 + 2] = bytes[pair + 3] ?? 0;
  }
  return full;
}

function widened(bytes: Uint8Array, signed = false): Uint8Array {
  const words = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i += 1) words[i] = signed ? ((bytes[i] ?? 0) << 24) >> 24 : (bytes[i] ?? 0);
  return new Uint8Array(words.buffer);
}
