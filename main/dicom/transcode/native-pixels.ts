import { FieldboxError } from '@shared/errors';
import type { DicomFile, Tag, VR } from '../model';
import { type DecodedFrame, decodeFrame, describePixels, type PixelDescription } from '../pixels';
import { Tags } from '../tags';

/** An attribute of the Image Pixel module as native pixel data need it (PS3.3 C.7.6.3). */
export interface PixelAttribute {
  readonly tag: Tag;
  readonly vr: VR;
  readonly value: string | number;
}

/** The pixels of an image as they are decoded: in little endian, samples of a pixel together. */
export interface NativePixels {
  readonly tag: Tag;
  readonly vr: 'OB' | 'OW' | 'OF' | 'OD';
  readonly description: PixelDescription;
  /** Bytes of all frames together, without padding. */
  readonly length: number;
  readonly attributes: readonly PixelAttribute[];
  /** The frames one after the other, once. Throws what decoding throws. */
  frames(): AsyncGenerator<Uint8Array>;
}

/** What is done to each decoded frame in place. */
export type FrameWork = (frame: Uint8Array, image: DecodedFrame, description: PixelDescription) => void;

/** A length field has 32 bits; the last value means something else. */
const MAX_BYTES = 0xfffffffe;

/**
 * All frames of an image as native pixel data with exactly the values that decoding gives. Only a frame at a time is in
 * memory, except for single bits. Throws NO_PIXELS, PIXELS_UNSUPPORTED, PIXELS_DAMAGED, PIXELS_TOO_LARGE.
 */
export async function nativePixels(file: DicomFile, work: FrameWork = () => undefined): Promise<NativePixels> {
  const description = describePixels(file);
  const first = await decoded(file, description, 0);
  const frameBytes = first.bytes.length;
  const decodedBytes = frameBytes * description.frames;
  const isBits = description.bitsAllocated === 1 && first.bitsAllocated === 8;
  const length = isBits ? Math.ceil(decodedBytes / 8) : decodedBytes;
  if (length > MAX_BYTES) throw new FieldboxError('PIXELS_TOO_LARGE');

  async function* decodedFrames(): AsyncGenerator<Uint8Array> {
    for (let frame = 0; frame < description.frames; frame += 1) {
      const image = frame === 0 ? first : await decoded(file, description, frame);
      if (image.bytes.length !== frameBytes) throw new FieldboxError('PIXELS_DAMAGED');
      work(image.bytes, image, description);
      yield image.bytes;
    }
  }

  return {
    ...elementFor(description, first),
    description,
    length,
    attributes: attributesOf(first, description, isBits),
    frames: isBits ? () => packed(decodedFrames(), length) : decodedFrames,
  };
}

async function decoded(file: DicomFile, { rows, columns }: PixelDescription, frame: number): Promise<DecodedFrame> {
  const image = await decodeFrame(file, frame);
  const expected = (image.width * image.height * image.samplesPerPixel * image.bitsAllocated) / 8;
  if (image.width !== columns || image.height !== rows || image.bytes.length < expected)
    throw new FieldboxError('PIXELS_DAMAGED');
  return { ...image, bytes: image.bytes.subarray(0, expected) };
}

/** Native pixel data of 8 bits may be OB, wider ones are OW (PS3.5 A.2). */
function elementFor({ type }: PixelDescription, { bitsAllocated }: DecodedFrame): Pick<NativePixels, 'tag' | 'vr'> {
  if (type === 'float') return { tag: Tags.FloatPixelData, vr: 'OF' };
  if (type === 'double') return { tag: Tags.DoubleFloatPixelData, vr: 'OD' };
  return { tag: Tags.PixelData, vr: bitsAllocated > 8 ? 'OW' : 'OB' };
}

/** Bytes to bits, the first pixel in the lowest bit; frames follow each other without a gap (PS3.5 8.1.1). */
async function* packed(frames: AsyncGenerator<Uint8Array>, length: number): AsyncGenerator<Uint8Array> {
  const bits = new Uint8Array(length);
  let at = 0;
  for await (const frame of frames) {
    for (const value of frame) {
      if (value !== 0) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
      at += 1;
    }
  }
  yield bits;
}

function attributesOf(image: DecodedFrame, description: PixelDescription, isBits: boolean): readonly PixelAttribute[] {
  const attributes: PixelAttribute[] = [
    { tag: Tags.PhotometricInterpretation, vr: 'CS', value: wholeColour(image) },
    { tag: Tags.SamplesPerPixel, vr: 'US', value: image.samplesPerPixel },
  ];
  if (image.samplesPerPixel > 1) attributes.push({ tag: Tags.PlanarConfiguration, vr: 'US', value: 0 });
  if (description.type !== 'integer' || isBits) return attributes;
  const stored = Math.min(description.bitsStored, image.bitsAllocated);
  const highBit = Math.max(stored - 1, Math.min(description.highBit, image.bitsAllocated - 1));
  return [
    ...attributes,
    { tag: Tags.BitsAllocated, vr: 'US', value: image.bitsAllocated },
    { tag: Tags.BitsStored, vr: 'US', value: stored },
    { tag: Tags.HighBit, vr: 'US', value: highBit },
  ];
}

/** Every pixel has chrominance of its own once it is decoded, whatever the coded image was called (PS3.3 C.7.6.3.1.2). */
function wholeColour({ photometricInterpretation }: DecodedFrame): string {
  return photometricInterpretation.replace(/_42[02]$/, '');
}
