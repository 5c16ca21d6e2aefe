import type { Handlers } from '@shared/contract';
import type { AttributeRow } from '@shared/model/classification';
import { type DictionaryEntry, entries, formatTag } from '../../dicom/dictionary';
import { isIndexed } from '../../dicom/index-attributes';
import { foldText } from '../catalog/folding';

/** Attributes people sort and filter by, first in every list. */
const USUAL: readonly string[] = [
  'Modality',
  'SeriesDescription',
  'StudyDescription',
  'BodyPartExamined',
  'ProtocolName',
  'Manufacturer',
  'ManufacturerModelName',
  'StationName',
  'InstitutionName',
  'ImageType',
  'PatientAge',
  'PatientSex',
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'Laterality',
  'ViewPosition',
  'SOPClassUID',
];

/** Finds attributes of the dictionary by name, keyword or tag. */
export function createAttributes(): Handlers<'attributes.search'> {
  return {
    'attributes.search': async ({ text, limit }) => {
      const wanted = foldText(text).trim();
      const tag = wanted.replace(/[(),\s]/g, '').toUpperCase();
      const found = entries()
        .map((entry) => ({ entry, rank: rankOf(entry, wanted, tag) }))
        .filter(({ rank }) => rank !== null)
        .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || a.entry.name.length - b.entry.name.length);
      return Promise.resolve({ rows: found.slice(0, limit).map(({ entry }) => rowOf(entry)) });
    },
  };
}

/** Smaller is better; null: not meant at all. */
function rankOf({ tag, keyword, name }: DictionaryEntry, wanted: string, hex: string): number | null {
  const usual = USUAL.indexOf(keyword);
  if (wanted === '') return usual === -1 ? null : usual;
  const [folded, key] = [foldText(name), keyword.toLowerCase()];
  const near = usual === -1 ? USUAL.length : usual;
  if (folded === wanted || key === wanted) return near;
  if (folded.startsWith(wanted) || key.startsWith(wanted)) return 100 + near;
  if (folded.includes(wanted) || key.includes(wanted.replaceAll(' ', ''))) return 200 + near;
  return hex.length >= 4 && /^[0-9A-F]+$/.test(hex) && formatTag(tag).startsWith(hex) ? 300 : null;
}

function rowOf({ tag, keyword, name, vr }: DictionaryEntry): AttributeRow {
  return { tag: formatTag(tag), keyword, name, vr, indexed: isIndexed(keyword) };
}
