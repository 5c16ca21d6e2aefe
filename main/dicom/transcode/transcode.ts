import type { DicomFile, Tag } from '../model';
import { Tags } from '../tags';
import { type BuilderEncoding, part10Header } from '../writer';
import { encodeValue } from '../writer/encode';
import { lossyHistory } from './lossy';
import { nativePixels } from './native-pixels';
import { type Change, headerOf, reencoded } from './re-encode';

/** The encodings of data sets with native pixels into which images are transcoded. */
export type PlainTransferSyntax = keyof typeof ENCODINGS;

const ENCODINGS = {
  '1.2.840.10008.1.2.1': 'explicit',
  '1.2.840.10008.1.2': 'implicit',
} as const satisfies Readonly<Record<string, BuilderEncoding>>;

/** Describe or vouch for the coded bytes, which are no longer there (PS3.3 C.7.6.3, C.12.1.1.3). */
const OF_CODED_BYTES: readonly Tag[] = [
  Tags.ExtendedOffsetTable,
  Tags.ExtendedOffsetTableLengths,
  0x7fe00003, // Encapsulated Pixel Data Value Total Length
  0x4ffe0001, // MAC Parameters Sequence
  0xfffafffa, // Digital Signatures Sequence
  0xfffcfffc, // Data Set Trailing Padding
];

/**
 * An image as a Part 10 file in a plain transfer syntax: coded pixels are decoded, and the attributes that describe them follow
 * (PS3.3 C.7.6.3); native ones stay as they are. The SOP Instance UID stays, since no pixel value changes
 * (docs/decisions/0024-decoding-keeps-the-uid.md). The pieces follow each other; only a frame at a time is in memory.
 * Throws PIXELS_UNSUPPORTED, PIXELS_DAMAGED, PIXELS_TOO_LARGE.
 */
export async function* transcoded(file: DicomFile, transferSyntaxUID: PlainTransferSyntax): AsyncGenerator<Uint8Array> {
  const { dataset, meta } = file;
  const to = ENCODINGS[transferSyntaxUID];
  yield part10Header({
    sopClassUID: dataset.string(Tags.SOPClassUID) ?? meta.string(Tags.MediaStorageSOPClassUID) ?? '',
    sopInstanceUID: dataset.string(Tags.SOPInstanceUID) ?? meta.string(Tags.MediaStorageSOPInstanceUID) ?? '',
    transferSyntaxUID,
  });
  const fragments = dataset.element(Tags.PixelData)?.fragments;
  if (fragments === undefined) {
    yield* reencoded(dataset, to);
    return;
  }
  const pixels = await nativePixels(file);
  // The Basic Offset Table comes first and is no part of the image (PS3.5 A.4).
  const codedBytes = fragments.slice(1).reduce((sum, { length }) => sum + length, 0);
  const changes = new Map<Tag, Change>(OF_CODED_BYTES.map((tag) => [tag, null]));
  for (const { tag, vr, value } of [...pixels.attributes, ...lossyHistory(file, pixels, codedBytes)])
    changes.set(tag, { vr, value: encodeValue(vr, [value]) });
  yield* reencoded(dataset, to, changes, undefined, Tags.PixelData);
  yield headerOf(pixels.tag, to === 'implicit' ? 'OW' : pixels.vr, pixels.length + (pixels.length % 2), to);
  yield* pixels.frames();
  if (pixels.length % 2 !== 0) yield new Uint8Array(1);
  yield* reencoded(dataset, to, changes, Tags.PixelData + 1);
}
