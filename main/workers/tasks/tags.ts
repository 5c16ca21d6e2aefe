import type { TagRow } from '@shared/contract/catalog';
import { formatTag, isPrivate, keywordOf, nameOf } from '../../dicom/dictionary';
import type { DataSetView, Element, VR } from '../../dicom/model';
import { readDicom } from '../../dicom/reader';
import { FileSource } from '../../platform/file-source';

/** Values that are bytes, not something to read. */
const BINARY: ReadonlySet<VR> = new Set<VR>(['OB', 'OD', 'OF', 'OL', 'OV', 'OW']);
const LONGEST_VALUE = 1024;
const MOST_VALUES = 256;
/** Unknown values up to this many bytes are shown when they are text. */
const LONGEST_UNKNOWN = 256;

/**
 * Every attribute of an object, the meta group first, items of sequences below their sequence. Long values are cut, with "…" at
 * the end; bytes are told by their length only. Throws FILE_UNREADABLE, NOT_DICOM, DICOM_*.
 */
export async function readTags(input: { readonly path: string }): Promise<{ rows: TagRow[] }> {
  const source = new FileSource(input.path);
  try {
    const file = readDicom(source);
    const rows: TagRow[] = [];
    addRows(rows, file.meta, NOWHERE);
    addRows(rows, file.dataset, NOWHERE);
    return await Promise.resolve({ rows });
  } finally {
    source.close();
  }
}

/** Where a data set stands: the paths of the item it is, with a dot at the end, and how deep that is. */
interface Place {
  readonly path: string;
  readonly namePath: string;
  readonly depth: number;
}

const NOWHERE: Place = { path: '', namePath: '', depth: 0 };

function addRows(rows: TagRow[], dataset: DataSetView, place: Place): void {
  for (const element of [...dataset.elements.values()].sort((a, b) => a.tag - b.tag)) {
    const tag = formatTag(element.tag);
    const keyword = keywordOf(element.tag);
    const path = place.path + tag;
    const namePath = place.namePath + (keyword === '' ? tag : keyword);
    rows.push({
      path,
      namePath,
      tag,
      keyword,
      name: displayName(dataset, element.tag),
      vr: element.vr,
      depth: place.depth,
      value: valueText(dataset, element),
      length: element.length,
      multiplicity: multiplicityOf(dataset, element),
    });
    element.items?.forEach((item, index) => {
      addRows(rows, item, {
        path: `${path}[${String(index)}].`,
        namePath: `${namePath}[${String(index + 1)}].`,
        depth: place.depth + 1,
      });
    });
  }
}

/** Private attributes have no names, but whoever made them up signs with a Private Creator (PS3.5 7.8.1). */
function displayName(dataset: DataSetView, tag: number): string {
  const name = nameOf(tag);
  if (name !== '' || !isPrivate(tag)) return name;
  const element = tag & 0xffff;
  if (element >= 0x10 && element <= 0xff) return 'Private Creator';
  const creator = ((tag & 0xffff0000) | (element >>> 8)) >>> 0;
  return element >= 0x1000 ? (dataset.string(creator) ?? '') : '';
}

/** Numbers of so many bytes each (PS3.5 6.2). */
const BYTES_PER_NUMBER: Readonly<Partial<Record<VR, number>>> = {
  US: 2,
  SS: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  AT: 4,
  FD: 8,
  SV: 8,
  UV: 8,
};
/** Texts that never have several values (PS3.5 6.2): a backslash in them is a backslash. */
const ONE_TEXT: ReadonlySet<VR> = new Set<VR>(['LT', 'ST', 'UT', 'UR']);

function multiplicityOf(dataset: DataSetView, element: Element): number {
  const { tag, vr, length } = element;
  if (element.items || vr === 'SQ') return element.items?.length ?? 0;
  if (length === 0) return 0;
  if (element.fragments || BINARY.has(vr) || vr === 'UN' || ONE_TEXT.has(vr)) return 1;
  const size = BYTES_PER_NUMBER[vr];
  return size === undefined ? dataset.strings(tag).length : Math.floor(length / size);
}

function valueText(dataset: DataSetView, element: Element): string {
  const { tag, vr } = element;
  if (vr === 'SQ' || element.items || element.fragments || BINARY.has(vr) || element.length === 0) return '';
  if (vr === 'UN') return element.length <= LONGEST_UNKNOWN ? printable(dataset.strings(tag).join('\\')) : '';
  if (vr === 'AT') return dataset.numbers(tag).slice(0, MOST_VALUES).map(formatTag).join('\\');
  const values = dataset.strings(tag);
  const text = values.slice(0, MOST_VALUES).join('\\');
  return text.length > LONGEST_VALUE || values.length > MOST_VALUES ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** The text if it is one, else nothing. */
function printable(text: string): string {
  return /[\p{Cc}\ufffd]/u.test(text) ? '' : text;
}
