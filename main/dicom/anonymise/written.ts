import { BufferSource } from '../buffer-source';
import { lookUp, vrOf } from '../dictionary';
import type { DicomFile, Element, Tag } from '../model';
import { DataSet } from '../reader';
import type { DataSetBuilder } from '../writer';
import { concat } from '../writer/encode';

/** Pixel data that stand behind a data set: one behind the other their element, its header first. */
export interface WrittenPixels {
  readonly tag: Tag;
  readonly parts: readonly Uint8Array[];
}

/**
 * Writes a file (explicit VR) and gives it also as a reader finds it, without reading it again: where everything lies is known.
 * Items of sequences and fragments of pixels are left out of that.
 */
export function writtenFile(
  header: Uint8Array,
  builder: DataSetBuilder,
  { tag: pixelTag, parts }: WrittenPixels,
  transferSyntaxUID: string,
): { readonly part10: readonly Uint8Array[]; readonly result: DicomFile } {
  const elements: Element[] = [];
  const bytes = builder.toBytes('explicit', (tag, written, offset, length) => {
    // A reader takes a value of unknown kind for what the dictionary says (PS3.5 6.2.2 note 2).
    const vr = written === 'UN' ? (lookUp(tag)?.vr ?? vrOf(tag)) : written;
    elements.push({ tag, vr, start: offset, offset, length, end: offset + length, undefinedLength: false });
  });
  const dataset = new DataSet(new BufferSource(bytes), true, true, null);
  for (const element of elements) dataset.add(element);
  const [pixelHeader, ...pixels] = parts;
  if (pixelHeader) {
    const length = pixels.reduce((sum, part) => sum + part.length, 0);
    const at = bytes.length;
    dataset.add({
      tag: pixelTag,
      vr: 'OW',
      start: at,
      offset: at + pixelHeader.length,
      length,
      end: at + pixelHeader.length + length,
      undefinedLength: false,
    });
  }
  return {
    part10: [concat([header, bytes]), ...parts],
    result: {
      meta: new DataSet(new BufferSource(header), true, true, null),
      dataset,
      transferSyntaxUID,
      hasPreamble: true,
      hasMeta: true,
      datasetOffset: header.length,
      warnings: [],
    },
  };
}
