import { exifBlock } from './containers';
import { DETECT_BYTES, detectKind, isPhotoKind } from './detect';
import { TiffReader, type TiffDirectory } from './tiff';

/** How the rows and columns of a photo lie: 1 upright; 2, 4, 5, 7 mirrored; 3, 6, 8 turned (Exif 2.32, tag 274). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What Fieldbox takes from Exif. Places and serial numbers are not read at all. */
export interface ExifFacts {
  readonly orientation: Orientation;
  /** When the picture was taken: YYYY-MM-DDTHH:MM:SS by the camera's clock, with +HH:MM where the camera tells it. */
  readonly takenAt?: string;
  readonly make?: string;
  readonly model?: string;
}

const MAKE = 0x010f;
const MODEL = 0x0110;
const ORIENTATION = 0x0112;
const EXIF_IFD = 0x8769;
const DATE_TIME_ORIGINAL = 0x9003;
const DATE_TIME_DIGITIZED = 0x9004;
const OFFSET_TIME_ORIGINAL = 0x9011;
const OFFSET_TIME_DIGITIZED = 0x9012;
/** Values of VR LO are at most 64 characters long (PS3.5 6.2). */
const MAX_NAME = 64;

/** Reads the Exif of a photo of any kind. Never throws: of a broken block, what is sound is returned. */
export function readExif(bytes: Uint8Array): ExifFacts {
  const kind = detectKind(bytes.subarray(0, DETECT_BYTES), bytes.length);
  const block = isPhotoKind(kind) ? exifBlock(bytes, kind) : undefined;
  const reader = block === undefined ? undefined : TiffReader.open(block);
  if (reader === undefined) return { orientation: 1 };
  const main = reader.directory(reader.first);
  const exif = reader.directory(reader.number(main, EXIF_IFD) ?? reader.bytes.length);
  const takenAt = moment(reader, exif);
  const make = reader.text(main, MAKE, MAX_NAME);
  const model = reader.text(main, MODEL, MAX_NAME);
  return {
    orientation: orientationOf(reader, main),
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(make === undefined ? {} : { make }),
    ...(model === undefined ? {} : { model }),
  };
}

/** The orientation that a directory of a TIFF structure names; 1 when it names none or none that exists. */
export function orientationOf(reader: TiffReader, directory: TiffDirectory): Orientation {
  return toOrientation(reader.number(directory, ORIENTATION));
}

/** A number as an orientation; what is none of the eight is 1. */
export function toOrientation(value: number | undefined): Orientation {
  const known: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
  return known.find((orientation) => orientation === value) ?? 1;
}

function moment(reader: TiffReader, exif: TiffDirectory): string | undefined {
  return (
    isoTime(reader.text(exif, DATE_TIME_ORIGINAL, 19), reader.text(exif, OFFSET_TIME_ORIGINAL, 6)) ??
    isoTime(reader.text(exif, DATE_TIME_DIGITIZED, 19), reader.text(exif, OFFSET_TIME_DIGITIZED, 6))
  );
}

/** "YYYY:MM:DD HH:MM:SS" as ISO 8601; undefined when it is no moment of the calendar (cameras write zeros or blanks). */
function isoTime(value: string | undefined, offset: string | undefined): string | undefined {
  const parts = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)$/.exec(value ?? '');
  if (parts === null) return undefined;
  const text = `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}`;
  const date = new Date(`${text}Z`);
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text) || text < '1900') return undefined;
  return /^[+-](0\d|1[0-4]):[0-5]\d$/.test(offset ?? '') ? `${text}${offset}` : text;
}
