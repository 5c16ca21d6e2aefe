import { constants, inflateRawSync, inflateSync } from 'node:zlib';
import { FieldboxError } from '@shared/errors';
import { BufferSource } from '../buffer-source';
import type { ByteSource, DicomFile, Tag } from '../model';
import { findStart, guessEncoding, SNIFF_BYTES } from '../sniff';
import { Tags } from '../tags';
import { DataSet } from './data-set';
import { type Cut, defaultLimits, type Encoding, Parser, type ReadLimits } from './parser';

export { DataSet } from './data-set';
export type { Cut, ReadLimits } from './parser';

export interface ReadOptions {
  /** Stop before the first element with this tag or a higher one. */
  readonly stopBefore?: Tag;
  readonly limits?: Partial<ReadLimits>;
}

/** What the reader gives: the file, and where it breaks off if it does. */
export interface ReadResult extends DicomFile {
  readonly meta: DataSet;
  readonly dataset: DataSet;
  readonly cut: Cut | null;
}

const IMPLICIT_LE = '1.2.840.10008.1.2';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';
const DEFLATED_LE = '1.2.840.10008.1.2.1.99';
const EXPLICIT_BE = '1.2.840.10008.1.2.2';
/** A deflated data set may unpack to this much at most; they hold reports and small images. */
const MAX_INFLATED = 1024 * 1024 * 1024;

/**
 * Reads a DICOM file: PS3.10 with preamble and meta group, or a data set that lacks them. Departures that other toolkits read
 * over are read over and noted in `warnings`.
 * Throws NOT_DICOM, DICOM_TRUNCATED, DICOM_MALFORMED, DICOM_TOO_DEEP.
 */
export function readDicom(source: ByteSource, options: ReadOptions = {}): ReadResult {
  const limits = { ...defaultLimits, ...options.limits };
  const found = findStart(source.bytes(0, SNIFF_BYTES));
  if (found === null) throw new FieldboxError('NOT_DICOM');
  const { start, hasPreamble } = found;
  const parser = new Parser(source, limits);
  if (source.size < start + 8) throw new FieldboxError('DICOM_TRUNCATED');
  const { dataSet: meta, end: datasetOffset } = readMeta(parser, start, found.encoding);
  const hasMeta = meta.elements.size > 0;
  const named = meta.string(Tags.TransferSyntaxUID);
  const until = options.stopBefore === undefined ? undefined : (tag: Tag): boolean => tag >= (options.stopBefore ?? 0);
  const common = { meta, hasPreamble, hasMeta, datasetOffset };

  if (named === DEFLATED_LE) {
    const { bytes, isWhole } = inflate(source, datasetOffset);
    const inflated = new Parser(new BufferSource(bytes), limits);
    const { dataSet } = inflated.dataSet(0, { explicit: true, little: true }, until);
    const cut = inflated.cut ?? (isWhole ? null : { tag: 0, claimed: 8, present: 0 });
    const warnings = isWhole ? inflated.warnings : [...inflated.warnings, 'the deflated data set has no end'];
    return { ...common, dataset: required(dataSet, hasPreamble), transferSyntaxUID: named, warnings, cut };
  }
  const { encoding, transferSyntaxUID } = datasetEncoding(parser, datasetOffset, named);
  const { dataSet } = parser.dataSet(datasetOffset, encoding, until);
  return {
    ...common,
    dataset: required(dataSet, hasPreamble),
    transferSyntaxUID,
    warnings: parser.warnings,
    cut: parser.cut,
  };
}

/**
 * Reads a data set that stands alone, as in a message (PS3.7 6.3.1), in a known encoding.
 * Throws DICOM_MALFORMED, DICOM_TOO_DEEP.
 */
export function readDataSet(source: ByteSource, transferSyntaxUID: string): DataSet {
  const encoding: Encoding =
    transferSyntaxUID === IMPLICIT_LE
      ? { explicit: false, little: true }
      : { explicit: true, little: transferSyntaxUID !== EXPLICIT_BE };
  return new Parser(source, defaultLimits).dataSet(0, encoding).dataSet;
}

/**
 * The meta group is explicit VR little endian (PS3.10 7.1). Its length element may be missing or wrong, so it ends where group
 * 0002 ends.
 */
function readMeta(parser: Parser, start: number, guess: Encoding | null): { dataSet: DataSet; end: number } {
  const encoding: Encoding = guess && !guess.explicit ? guess : { explicit: true, little: guess?.little ?? true };
  if (parser.cursor.u16(start, encoding.little) !== 0x0002) {
    return { dataSet: new DataSet(parser.cursor.source, true, true, null), end: start };
  }
  return parser.dataSet(start, encoding, (tag) => tag >>> 16 !== 0x0002);
}

/** The encoding that the meta group names, unless the first element shows plainly that it is another one. */
function datasetEncoding(
  parser: Parser,
  offset: number,
  named: string | undefined,
): { encoding: Encoding; transferSyntaxUID: string } {
  const seen = guessEncoding(parser.cursor.source.bytes(offset, 16));
  if (named === undefined) {
    if (!seen) {
      if (parser.cursor.size - offset < 8) throw new FieldboxError('DICOM_TRUNCATED');
      return { encoding: { explicit: false, little: true }, transferSyntaxUID: IMPLICIT_LE };
    }
    return {
      encoding: seen,
      transferSyntaxUID: seen.explicit ? (seen.little ? EXPLICIT_LE : EXPLICIT_BE) : IMPLICIT_LE,
    };
  }
  const stated: Encoding =
    named === IMPLICIT_LE ? { explicit: false, little: true } : { explicit: true, little: named !== EXPLICIT_BE };
  if (seen && (seen.explicit !== stated.explicit || seen.little !== stated.little)) {
    parser.warnings.push('the data set is not encoded as the transfer syntax says');
    return { encoding: seen, transferSyntaxUID: named };
  }
  return { encoding: stated, transferSyntaxUID: named };
}

/** A deflated data set (PS3.5 A.5); writers that add a zlib header are read too. A stream that lacks its end gives what it holds. */
function inflate(source: ByteSource, offset: number): { readonly bytes: Uint8Array; readonly isWhole: boolean } {
  const packed = source.bytes(offset, source.size - offset);
  const unpack = hasZlibHeader(packed) ? inflateSync : inflateRawSync;
  const options = { maxOutputLength: MAX_INFLATED };
  try {
    return { bytes: unpack(packed, options), isWhole: true };
  } catch (error) {
    if (!isEndOfStream(error)) throw new FieldboxError('DICOM_MALFORMED', { reason: 'deflate' }, error);
    return { bytes: unpack(packed, { ...options, finishFlush: constants.Z_SYNC_FLUSH }), isWhole: false };
  }
}

function isEndOfStream(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
}

/** RFC 1950; a raw stream that begins so can only be a stored block, whose length stands there twice (RFC 1951 3.2.4). */
function hasZlibHeader(packed: Uint8Array): boolean {
  const [method = 0, flags = 0, high = 0, notFlags = 0, notHigh = 0] = packed;
  if ((method & 0x0f) !== 8 || (method * 256 + flags) % 31 !== 0) return false;
  return (flags ^ notFlags) !== 0xff || (high ^ notHigh) !== 0xff;
}

/** Behind a preamble anything may follow; bytes that merely look like a data set must say what they are. */
function required(dataSet: DataSet, hasPreamble: boolean): DataSet {
  if (!hasPreamble && !IDENTIFYING.some((tag) => dataSet.has(tag))) throw new FieldboxError('NOT_DICOM');
  if (dataSet.elements.size === 0) throw new FieldboxError('DICOM_TRUNCATED');
  return dataSet;
}

const IDENTIFYING = [
  Tags.SOPClassUID,
  Tags.SOPInstanceUID,
  Tags.StudyInstanceUID,
  Tags.PatientID,
  Tags.DirectoryRecordSequence,
];
