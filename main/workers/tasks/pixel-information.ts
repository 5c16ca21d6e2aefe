import type { ImageInformation } from '@shared/contract/images';
import type { FrameHeader } from '@shared/contract/frames';
import { FieldboxError } from '@shared/errors';
import { uidName } from '../../dicom/dictionary';
import type { DicomFile } from '../../dicom/model';
import { describePixels, displayFrame } from '../../dicom/pixels';
import { isLossySyntax } from '../../dicom/pixels/syntax';
import { readDicom } from '../../dicom/reader';
import { Tags } from '../../dicom/tags';
import { windowsOf } from '../../dicom/pixels/voi';
import { FileSource } from '../../platform/file-source';

const IMAGE_INDEX = 0x00541330;
const SMALLEST_IMAGE_PIXEL_VALUE = 0x00280106;
const LARGEST_IMAGE_PIXEL_VALUE = 0x00280107;
const LOSSY_IMAGE_COMPRESSION = 0x00282110;
const DEFLATED = '1.2.840.10008.1.2.1.99';

/** What the pixels of an image are like. Throws NO_PIXELS, PIXELS_DAMAGED, PIXELS_TOO_LARGE, NOT_DICOM, DICOM_*. */
export async function pixelInformation(input: { readonly path: string }): Promise<Omit<ImageInformation, 'image'>> {
  const source = new FileSource(input.path);
  try {
    const file = readDicom(source);
    const { dataset, transferSyntaxUID } = file;
    const pixels = describePixels(file);
    const first = await firstFrame(file);
    const lossy = dataset.string(LOSSY_IMAGE_COMPRESSION) === '01' || isLossySyntax(transferSyntaxUID);
    return {
      frames: pixels.frames,
      frameIndex: Math.max(1, whole(dataset.number(Tags.InstanceNumber)), whole(dataset.number(IMAGE_INDEX))),
      rows: pixels.rows,
      columns: pixels.columns,
      samplesPerPixel: pixels.samplesPerPixel,
      bitsAllocated: pixels.bitsAllocated,
      bitsStored: pixels.bitsStored,
      signed: pixels.signed,
      photometricInterpretation: pixels.photometricInterpretation,
      colour: pixels.samplesPerPixel > 1 || pixels.photometricInterpretation === 'PALETTE COLOR',
      transferSyntaxUID,
      transferSyntax: uidName(transferSyntaxUID),
      compressed: dataset.element(Tags.PixelData)?.fragments !== undefined || transferSyntaxUID === DEFLATED,
      lossy,
      smallestPixelValue: dataset.number(SMALLEST_IMAGE_PIXEL_VALUE) ?? null,
      largestPixelValue: dataset.number(LARGEST_IMAGE_PIXEL_VALUE) ?? null,
      minimum: first?.min ?? null,
      maximum: first?.max ?? null,
      unit: first?.unit ?? '',
      windows: windowsOf(file, 0),
    };
  } finally {
    source.close();
  }
}

/** How the first frame is shown; undefined when its pixels cannot be decoded, which the rest is none the worse for. */
async function firstFrame(file: DicomFile): Promise<FrameHeader | undefined> {
  try {
    return (await displayFrame(file, 0)).header;
  } catch (error) {
    if (error instanceof FieldboxError && /^(PIXELS_|NO_SUCH_FRAME)/.test(error.code)) return undefined;
    throw error;
  }
}

function whole(value: number | undefined): number {
  return value !== undefined && Number.isSafeInteger(Math.trunc(value)) ? Math.trunc(value) : 0;
}
