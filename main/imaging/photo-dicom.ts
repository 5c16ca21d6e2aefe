import { FieldboxError } from '@shared/errors';
import { commonAttributes, momentAttributes, text, type Attributes } from './attributes';
import { decodePage, decodeSmall, pendingOrientation, readHeader, type PhotoHeader } from './decode';
import type { PhotoKind } from './detect';
import { readExif, type Orientation } from './exif';
import { isLossless, modalityOf, photoForm, sopClassOf, type PhotoForm } from './form';
import { decodeHeic } from './heic';
import { stripJpeg } from './jpeg';
import { originElements } from './origin';
import { decodePages } from './pages';
import type { PhotoContext, PhotoPlace } from './photo-context';
import { jpegPixels, losslessPixels, lossySource, type Compression, type Pixels } from './pixel-data';
import type { Raster } from './raster';
import { writeObject } from './object';
import { encodeJpeg, thumbnailOfRaster, THUMBNAIL_SIDE } from './thumbnail';

export interface PhotoDicomInput {
  readonly bytes: Uint8Array;
  readonly kind: PhotoKind;
  /** SHA-256 of `bytes`, 64 lower-case hexadecimal digits. */
  readonly sourceSha256: string;
  readonly context: PhotoContext;
  readonly place: PhotoPlace;
}

export interface PhotoDicom {
  readonly part10: Uint8Array;
  readonly sopClassUID: string;
  readonly transferSyntaxUID: string;
  readonly modality: 'XC' | 'OT';
  /** Size in pixels, upright. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** What was changed on the way, as it also stands in DerivationDescription. */
  readonly notes: readonly string[];
  /** Small upright JPEG, at most 256 pixels a side. */
  readonly thumbnail: Uint8Array;
}

interface Made {
  readonly pixels: Pixels;
  /** A decoded frame: for the thumbnail, and to tell the type of the samples. */
  readonly sample: Raster;
  readonly frames: number;
  readonly notes: readonly string[];
}

interface Source {
  readonly bytes: Uint8Array;
  readonly kind: PhotoKind;
  readonly header: PhotoHeader;
  readonly form: PhotoForm;
}

/**
 * Makes a DICOM object of a photo. A baseline JPEG that lies upright keeps its coded bytes, without its metadata; other
 * camera pictures become an upright baseline JPEG; screenshots and scans are kept without loss. Places and serial
 * numbers never get in. The same input gives the same bytes.
 * @throws FieldboxError PHOTO_DAMAGED, PHOTO_TOO_LARGE, PHOTO_UNSUPPORTED
 */
export async function makePhotoDicom(input: PhotoDicomInput): Promise<PhotoDicom> {
  const { bytes, kind, context } = input;
  const exif = readExif(bytes);
  const header = await readHeader(bytes, kind);
  const form = photoForm(bytes, kind, header, exif);
  const made = await makePixels({ bytes, kind, header, form });
  const { pixels, sample, frames, notes } = made;
  const sopClassUID = sopClassOf(form, sample);
  const modality = modalityOf(form);
  const takenAt = context.takenAt ?? exif.takenAt;
  const attributes: Attributes = {
    ...commonAttributes({
      context,
      place: input.place,
      modality,
      sopClassUID,
      takenAt,
      manufacturer: exif.make,
      model: exif.model ?? context.cameraName,
    }),
    ...momentAttributes(takenAt),
    ...imageAttributes(form, made, header, context),
    ...pixels.attributes,
    ...(sample.channels === 3 && header.icc !== undefined ? { ICCProfile: header.icc } : {}),
  };
  return {
    part10: writeObject(attributes, pixels, originElements(input.sourceSha256, kind, context)),
    sopClassUID,
    transferSyntaxUID: pixels.transferSyntaxUID,
    modality,
    width: pixels.width,
    height: pixels.height,
    frames,
    notes,
    thumbnail: await thumbnailOfRaster(sample),
  };
}

async function makePixels(source: Source): Promise<Made> {
  if (source.form === 'pages') return multiFrame(source);
  if (isLossless(source.bytes, source.kind)) return exact(source);
  return source.kind === 'jpeg' ? fromJpeg(source) : reencoded(source);
}

/** PS3.3 A.8.3 to A.8.5: pages of a TIFF, frames of an animation. */
async function multiFrame({ bytes, kind, header }: Source): Promise<Made> {
  const { frames, notes } = await decodePages(bytes, kind, header);
  const pixels = losslessPixels(frames, pastOf(bytes, kind, frames[0], frames.length));
  return {
    pixels,
    sample: frames[0],
    frames: frames.length,
    notes: [...turnNotes(pendingOrientation(header, kind)), ...depthNotes(header), ...notes],
  };
}

async function exact({ bytes, kind, header }: Source): Promise<Made> {
  const sample = await decodePage(bytes, kind, header);
  const notes = [...turnNotes(pendingOrientation(header, kind)), ...depthNotes(header)];
  return { pixels: losslessPixels([sample], undefined), sample, frames: 1, notes };
}

async function fromJpeg(source: Source): Promise<Made> {
  const { bytes, header } = source;
  const jpeg = stripJpeg(bytes);
  const { colour } = jpeg;
  // VL Photographic has no RGB in a JPEG (PS3.3 C.8.12.1.1.1, PS3.5 8.2.1).
  const fits = jpeg.process === 'baseline' && (colour === 'gray' || colour === 'ycc');
  if (!fits || pendingOrientation(header, 'jpeg') !== 1) return reencoded(source);
  const sample = await decodeSmall(bytes, 'jpeg', header, THUMBNAIL_SIDE);
  const size = { width: jpeg.width, height: jpeg.height, colour };
  return { pixels: jpegPixels(jpeg.bytes, size, undefined), sample, frames: 1, notes: [] };
}

/** Decoded, turned upright, and coded as the one JPEG process that every DICOM reader knows. */
async function reencoded({ bytes, kind, header }: Source): Promise<Made> {
  const { raster, others } =
    kind === 'heic' ? await decodeHeic(bytes) : { raster: await decodePage(bytes, kind, header), others: 0 };
  const jpeg = stripJpeg(await encodeJpeg(raster));
  const { colour } = jpeg;
  if ((colour !== 'gray' && colour !== 'ycc') || jpeg.process !== 'baseline') {
    throw new FieldboxError('INTERNAL', {}, new Error(`the encoder made a ${jpeg.process} JPEG, ${colour}`));
  }
  const { width, height } = raster;
  const pixels = jpegPixels(jpeg.bytes, { width, height, colour }, pastOf(bytes, kind, raster, 1));
  const notes = [
    ...turnNotes(pendingOrientation(header, kind)),
    ...(header.ink ? ['Ink colours were converted to RGB.'] : []),
    `Converted from ${kind.toUpperCase()} to baseline JPEG, quality 95, without colour subsampling.`,
    ...(others > 0 ? [`The file holds ${others} more pictures; this is its primary one.`] : []),
  ];
  return { pixels, sample: raster, frames: 1, notes };
}

function pastOf(bytes: Uint8Array, kind: PhotoKind, raster: Raster, frames: number): Compression | undefined {
  if (isLossless(bytes, kind)) return undefined;
  return lossySource(kind, bytes.length, raster.width * raster.height * raster.channels * frames);
}

function turnNotes(orientation: Orientation): string[] {
  return orientation === 1 ? [] : [`Turned upright from Exif orientation ${orientation}.`];
}

function depthNotes(header: PhotoHeader): string[] {
  return header.reduced ? ['16-bit colour was reduced to 8 bits.'] : [];
}

/** General Image, Acquisition Context, SC Equipment, SC Image and SC Multi-frame Image modules, as the form asks. */
function imageAttributes(form: PhotoForm, made: Made, header: PhotoHeader, context: PhotoContext): Attributes {
  const { notes, frames, sample } = made;
  const shared: Attributes = {
    ImageType: [notes.length === 0 ? 'ORIGINAL' : 'DERIVED', 'PRIMARY'],
    Laterality: context.laterality ?? '',
    PatientOrientation: '',
    ImageComments: text(context.kind, 1024) || undefined,
    DerivationDescription: notes.join(' ') || undefined,
  };
  if (form === 'photograph') return { ...shared, AcquisitionContextSequence: [] };
  const capture: Attributes = {
    ...shared,
    ImageType: ['DERIVED', 'SECONDARY'],
    ConversionType: 'WSD',
    BurnedInAnnotation: 'YES',
  };
  if (form === 'capture') return capture;
  return {
    ...capture,
    NumberOfFrames: frames,
    ...(sample.channels === 1
      ? { PresentationLUTShape: 'IDENTITY', RescaleIntercept: '0', RescaleSlope: '1', RescaleType: 'US' }
      : {}),
    ...sequenceOfFrames(header, frames),
  };
}

/** Multi-frame and Cine modules (PS3.3 C.7.6.6, C.7.6.5): durations for an animation, page numbers for pages. */
function sequenceOfFrames({ delays }: PhotoHeader, frames: number): Attributes {
  if (delays.length !== frames) {
    return {
      FrameIncrementPointer: [0x00182001],
      PageNumberVector: Array.from({ length: frames }, (_, page) => page + 1),
    };
  }
  return { FrameIncrementPointer: [0x00181065], FrameTimeVector: [0, ...delays.slice(0, -1)] };
}
