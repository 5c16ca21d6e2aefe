import type { ByteSource } from '../../dicom/model';
import { readDicom } from '../../dicom/reader';
import { Tags } from '../../dicom/tags';

/** JPEG Baseline (Process 1), PS3.5 A.4.1: what every program opens. */
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';
/** Larger pictures are not held in memory twice; they are drawn like every other. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Colours that every program shows rightly from the JPEG stream alone (PS3.3 C.7.6.3.1.2). */
const COLOURS: ReadonlySet<string> = new Set(['YBR_FULL_422', 'YBR_FULL']);

/**
 * The coded picture of a photograph, byte for byte: for a single frame in colour, JPEG baseline. Null for everything else:
 * gray images need their window, and other codings another program.
 */
export function uprightJpeg(source: ByteSource): Uint8Array | null {
  const { dataset, transferSyntaxUID } = readDicom(source);
  if (transferSyntaxUID !== JPEG_BASELINE) return null;
  if (dataset.number(Tags.SamplesPerPixel) !== 3 || (dataset.number(Tags.NumberOfFrames) ?? 1) > 1) return null;
  if (!COLOURS.has(dataset.string(Tags.PhotometricInterpretation) ?? '')) return null;
  const [, ...fragments] = dataset.element(Tags.PixelData)?.fragments ?? [];
  const length = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
  if (length === 0 || length > MAX_BYTES) return null;
  const bytes = Buffer.concat(fragments.map(({ offset, length: size }) => source.bytes(offset, size)));
  return bytes[0] === 0xff && bytes[1] === 0xd8 ? bytes : null;
}
