/** A DICOM attribute tag as one unsigned number, 0xggggeeee. */
export type Tag = number;

/** Value representations of PS3.5 section 6.2. */
export type VR =
  | 'AE'
  | 'AS'
  | 'AT'
  | 'CS'
  | 'DA'
  | 'DS'
  | 'DT'
  | 'FD'
  | 'FL'
  | 'IS'
  | 'LO'
  | 'LT'
  | 'OB'
  | 'OD'
  | 'OF'
  | 'OL'
  | 'OV'
  | 'OW'
  | 'PN'
  | 'SH'
  | 'SL'
  | 'SQ'
  | 'SS'
  | 'ST'
  | 'SV'
  | 'TM'
  | 'UC'
  | 'UI'
  | 'UL'
  | 'UN'
  | 'UR'
  | 'US'
  | 'UT'
  | 'UV';

/**
 * Random access to bytes that may be far larger than memory. Reads never go past `size`; asking for more gives fewer bytes.
 * The returned bytes are a view that stays valid until the next call only if the source says so: copy what is kept.
 */
export interface ByteSource {
  readonly size: number;
  bytes(offset: number, length: number): Uint8Array;
}

/** A run of bytes in a source. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** One data element as it lies in the source; values are read on demand. */
export interface Element {
  readonly tag: Tag;
  readonly vr: VR;
  /** Where the element begins (its tag). */
  readonly start: number;
  /** Where its value begins. */
  readonly offset: number;
  /** Length of the value in bytes; for undefined length, what was found up to the delimiter. */
  readonly length: number;
  /** First byte after the element, its delimiter included. */
  readonly end: number;
  /** Whether the length field said FFFFFFFFH. */
  readonly undefinedLength: boolean;
  /** Items of a sequence. */
  readonly items?: readonly DataSetView[];
  /** Fragments of encapsulated pixel data, the Basic Offset Table first (PS3.5 A.4). */
  readonly fragments?: readonly ByteRange[];
}

/** What every reader of attributes needs; the reader's DataSet implements it, for the top level and for items. */
export interface DataSetView {
  readonly source: ByteSource;
  readonly littleEndian: boolean;
  readonly explicitVR: boolean;
  /** In order of appearance. */
  readonly elements: ReadonlyMap<Tag, Element>;
  has(tag: Tag): boolean;
  element(tag: Tag): Element | undefined;
  /** The raw bytes of the value, padding included; a copy. */
  bytes(tag: Tag): Uint8Array | undefined;
  /** All values as text in Unicode, padding trimmed, split at backslash; [] when absent or empty. */
  strings(tag: Tag): readonly string[];
  /** First value as text; undefined when absent or empty. */
  string(tag: Tag): string | undefined;
  /** All values as numbers (binary VRs, DS, IS); values that are no numbers are left out. */
  numbers(tag: Tag): readonly number[];
  /** First value as a number. */
  number(tag: Tag): number | undefined;
  /** Items of a sequence; [] when absent. */
  items(tag: Tag): readonly DataSetView[];
}

/** A Part 10 file, or a bare data set recognised without preamble or meta group. */
export interface DicomFile {
  /** Group 0002; empty when the file has none. */
  readonly meta: DataSetView;
  readonly dataset: DataSetView;
  /** As the meta group says; when it is missing, as recognised from the bytes. */
  readonly transferSyntaxUID: string;
  readonly hasPreamble: boolean;
  readonly hasMeta: boolean;
  /** Where the data set begins in the file (for deflated files, where the deflated bytes begin). */
  readonly datasetOffset: number;
  /** Departures from the standard that were read over, as short technical sentences without values. */
  readonly warnings: readonly string[];
}

/** VRs with two reserved bytes and a 32-bit length in explicit encodings (PS3.5 7.1.2). */
export const LONG_VRS: ReadonlySet<string> = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));
