import type { TagRow } from '@shared/contract/catalog';

/** Attributes that say how the file is built; the engine refuses them too (main/dicom/rewrite/protected.ts). */
const FIXED: ReadonlySet<string> = new Set([
  'SpecificCharacterSet',
  'SOPClassUID',
  'SOPInstanceUID',
  'SamplesPerPixel',
  'PhotometricInterpretation',
  'PlanarConfiguration',
  'NumberOfFrames',
  'Rows',
  'Columns',
  'BitsAllocated',
  'BitsStored',
  'HighBit',
  'PixelRepresentation',
]);
const UNREADABLE: ReadonlySet<string> = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'UN']);
const ORIGINAL_ATTRIBUTES = '04000561';

/** Whether the value of an attribute may be changed here: a known one, to be read as text, that does not say how the file is built. */
export function isChangeable(row: TagRow): boolean {
  const isStructure = row.tag < '00080000' || row.tag.endsWith('0000') || row.tag.startsWith('7FE0');
  const isFixed = FIXED.has(row.keyword) || row.path.startsWith(ORIGINAL_ATTRIBUTES);
  // A value that was cut for the list is not known whole.
  return row.keyword !== '' && !isStructure && !isFixed && !UNREADABLE.has(row.vr) && !row.value.endsWith('…');
}

/** The path of a change: items count from 1 there, and from 0 in the list of all data. */
export function changePath(path: string): string {
  return path.replace(/\[(\d+)\]/g, (_, item: string) => `[${String(Number(item) + 1)}]`);
}
