import { DataSetBuilder, writePart10 } from '../dicom/writer';
import type { Attributes } from './attributes';
import { ORIGIN_CREATOR, ORIGIN_GROUP, type OriginElement } from './origin';
import type { Pixels } from './pixel-data';

/** What of an object is no attribute of its modules: how it is coded, and its pixels if it has any. */
export type ObjectBody = Pick<Pixels, 'transferSyntaxUID'> & Partial<Pick<Pixels, 'native' | 'fragments'>>;

/** The Part 10 file of an object made by Fieldbox. The attributes must name its SOP class and instance. */
export function writeObject(attributes: Attributes, body: ObjectBody, origin: readonly OriginElement[]): Uint8Array {
  const dataset = new DataSetBuilder();
  for (const [keyword, value] of Object.entries(attributes)) {
    if (value !== undefined) dataset.set(keyword, value);
  }
  const block = ORIGIN_GROUP * 0x10000;
  dataset.set(block + 0x10, ORIGIN_CREATOR, 'LO');
  for (const { slot, vr, value } of origin) dataset.set(block + 0x1000 + slot, value, vr);
  if (body.fragments !== undefined) dataset.setFragments({ fragments: body.fragments });
  if (body.native !== undefined)
    dataset.set('PixelData', body.native, attributes['BitsAllocated'] === 16 ? 'OW' : 'OB');
  const meta = {
    sopClassUID: String(attributes['SOPClassUID']),
    sopInstanceUID: String(attributes['SOPInstanceUID']),
    transferSyntaxUID: body.transferSyntaxUID,
  };
  return writePart10(meta, dataset);
}
