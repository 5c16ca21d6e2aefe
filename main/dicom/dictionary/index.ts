import type { Tag, VR } from '../model';
import { elements, uids } from './data';

export interface DictionaryEntry {
  readonly tag: Tag;
  /** The VR, or the first of several that the dictionary allows. */
  readonly vr: VR;
  /** Set when the VR depends on other attributes (PS3.6 table 6-1). */
  readonly ambiguous: 'OB or OW' | 'US or SS' | 'US or SS or OW' | 'US or OW' | null;
  readonly vm: string;
  readonly keyword: string;
  readonly name: string;
}

const AMBIGUOUS = {
  OX: ['OW', 'OB or OW'],
  XS: ['US', 'US or SS'],
  XW: ['US', 'US or SS or OW'],
  XU: ['US', 'US or OW'],
} as const;

const byTag = new Map<Tag, DictionaryEntry>();
const byKeyword = new Map<string, DictionaryEntry>();
/** Repeating groups such as 60xx: by element number and masked group. */
const repeating = new Map<string, Omit<DictionaryEntry, 'tag'>>();
const uidNames = new Map<string, { readonly kind: 'T' | 'S'; readonly name: string }>();

for (const line of elements.trim().split('\n')) {
  const match = /^([0-9A-Fx]{8})([A-Z]{2})([^|]*)\|([^|]*)\|(.*)$/.exec(line);
  if (!match) throw new Error(`The dictionary has a line that cannot be read: ${line}`);
  const [, mask = '', code = '', vm = '', keyword = '', name = ''] = match;
  const rule = code in AMBIGUOUS ? AMBIGUOUS[code as keyof typeof AMBIGUOUS] : null;
  const entry = {
    vr: rule ? rule[0] : (code as VR),
    ambiguous: rule ? rule[1] : null,
    vm,
    keyword,
    name: name === '' ? keyword.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ') : name,
  };
  if (mask.includes('x')) repeating.set(mask, entry);
  else {
    const tagged = { tag: Number.parseInt(mask, 16), ...entry };
    byTag.set(tagged.tag, tagged);
    byKeyword.set(keyword, tagged);
  }
}
for (const line of uids.trim().split('\n')) {
  const [uid = '', kind = '', name = ''] = line.split('|');
  if (kind === 'T' || kind === 'S') uidNames.set(uid, { kind, name });
}

/** The entry of a standard attribute; undefined for private and unknown ones. Repeating groups are recognised. */
export function lookUp(tag: Tag): DictionaryEntry | undefined {
  const exact = byTag.get(tag);
  if (exact) return exact;
  const hex = formatTag(tag);
  const group = hex.slice(0, 2);
  for (const mask of [`${group}xx${hex.slice(4)}`, `${hex.slice(0, 6)}xx`, `${hex.slice(0, 4)}xxx${hex.slice(7)}`]) {
    const found = repeating.get(mask);
    if (found) return { tag, ...found };
  }
  return undefined;
}

/** Every attribute of a data set that has a tag of its own, without command and file meta elements (groups below 0008). */
export function entries(): DictionaryEntry[] {
  return [...byTag.values()].filter(({ tag }) => tag >>> 16 >= 0x0008 && tag >>> 16 < 0xfffe);
}

/** GGGGEEEE, upper case. */
export function formatTag(tag: Tag): string {
  return tag.toString(16).toUpperCase().padStart(8, '0');
}

export function tagOf(keyword: string): Tag | undefined {
  return byKeyword.get(keyword)?.tag;
}

/** The keyword; for private and unknown attributes the empty text. */
export function keywordOf(tag: Tag): string {
  return lookUp(tag)?.keyword ?? '';
}

export function nameOf(tag: Tag): string {
  return lookUp(tag)?.name ?? '';
}

/** The VR of PS3.6; UL for group lengths, LO for private creators, UN for what is not known (PS3.5 6.2.2). */
export function vrOf(tag: Tag): VR {
  const found = lookUp(tag);
  if (found) return found.vr;
  const element = tag & 0xffff;
  if (element === 0) return 'UL';
  if (isPrivate(tag) && element >= 0x10 && element <= 0xff) return 'LO';
  return 'UN';
}

/** PS3.5 7.8: odd groups. */
export function isPrivate(tag: Tag): boolean {
  return ((tag >>> 16) & 1) === 1;
}

/** The name of a SOP class or transfer syntax; the UID itself when it is not known. */
export function uidName(uid: string): string {
  return uidNames.get(uid)?.name ?? uid;
}

export function isTransferSyntax(uid: string): boolean {
  return uidNames.get(uid)?.kind === 'T';
}

/** The SOP classes of instances that are stored (PS3.4 B.5, those of PS3.6 that have "Storage" in their name; retired ones too). */
export function storageClasses(): readonly string[] {
  return [...uidNames].filter(([uid, { kind, name }]) => kind === 'S' && isStorageName(uid, name)).map(([uid]) => uid);
}

/** The branch in which the standard registers SOP classes of images, documents and plans. */
const STORAGE_BRANCH = '1.2.840.10008.5.1.4.1.1.';

/** Retired classes of the storage branch have no name any more. */
function isStorageName(uid: string, name: string): boolean {
  if (name === '') return uid.startsWith(STORAGE_BRANCH);
  return /\bStorage\b/.test(name) && !/Commitment|Media|Service/.test(name);
}

/** Whether instances of a SOP class are stored: those of `storageClasses`, and younger ones of the same branch. */
export function isStorageClass(uid: string): boolean {
  const known = uidNames.get(uid);
  return known === undefined ? uid.startsWith(STORAGE_BRANCH) : known.kind === 'S' && isStorageName(uid, known.name);
}

/** Below it are all UIDs that the standard itself gives. */
const DICOM_ROOT = '1.2.840.10008.';

/**
 * Whether a SOP class may be one of instances that are stored: those of `isStorageClass`, and all that the standard does not name,
 * which vendors define for themselves (PS3.4 B.5, PS3.5 9). What else the standard names is a service.
 */
export function mayBeStorageClass(uid: string): boolean {
  return isStorageClass(uid) || (!uid.startsWith(DICOM_ROOT) && uid !== '');
}

/**
 * Transfer syntaxes that no message with an image has: those of web and XML encodings and of one vendor's file format (all
 * retired), of live video (PS3.22), and those whose pixels stay on another server (JPIP).
 */
const NOT_FOR_MESSAGES = /^1\.2\.840\.10008\.(1\.2\.6\.\d|1\.20|1\.2\.7\.\d|1\.2\.4\.(94|95|204|205))$/;

/** The transfer syntaxes in which instances are exchanged as messages (PS3.5 10). */
export function storageTransferSyntaxes(): readonly string[] {
  return [...uidNames].filter(([uid, { kind }]) => kind === 'T' && !NOT_FOR_MESSAGES.test(uid)).map(([uid]) => uid);
}
