import { deflateRawSync } from 'node:zlib';
import { isPrivate } from '../dictionary';
import type { ByteRange, ByteSource, DataSetView, DicomFile, Element, Tag } from '../model';
import type { PathStep, TagPath } from '../tag-path';
import { Tags } from '../tags';
import { itemHeader } from '../writer/encode';
import { isProtected } from './protected';

/** What is taken out, and, if there is a whitelist, what alone is kept of the rest. */
export interface TagFilter {
  readonly blacklist: readonly TagPath[];
  readonly whitelist: readonly TagPath[] | null;
}

/** A run of the file as it was, or bytes that are new: lengths of sequences something was taken out of. */
export type Piece = ByteRange | Uint8Array;

export interface FilteredFile {
  /** One behind the other they are the new file. */
  readonly pieces: readonly Piece[];
  /** Attributes taken out; of a sequence the sequence alone. */
  readonly removed: number;
}

/** How the lists reach into one data set. */
type Lists = TagFilter;

/**
 * Takes attributes out of a file. Everything else stays byte for byte as it was, in the same encoding; only the lengths of
 * sequences around something that was taken out are written anew, and the retired group lengths (PS3.5 7.2) of such groups go.
 * What is needed to file and show the image stays whatever the lists say. Null when there is nothing to take out.
 */
export function filterFile(file: DicomFile, filter: TagFilter): FilteredFile | null {
  const { pieces, removed } = filterDataSet(file.dataset, filter, true);
  if (removed === 0) return null;
  const header: ByteRange = { offset: 0, length: file.datasetOffset };
  if (file.transferSyntaxUID !== DEFLATED_LE) return { pieces: merged([header, ...pieces]), removed };
  const dataset = deflateRawSync(joined(file.dataset.source, pieces));
  // PS3.5 A.5: a null byte makes the length even.
  return { pieces: [header, dataset, new Uint8Array(dataset.length % 2)], removed };
}

const DEFLATED_LE = '1.2.840.10008.1.2.1.99';

interface Result {
  readonly pieces: readonly Piece[];
  readonly removed: number;
}

interface Kept {
  readonly element: Element;
  readonly pieces: readonly Piece[];
}

function filterDataSet(view: DataSetView, lists: Lists, top: boolean): Result {
  const elements = [...view.elements.values()].sort((a, b) => a.start - b.start);
  const kept: Kept[] = [];
  const touched = new Set<number>();
  let removed = 0;
  for (const element of elements) {
    const result = isGroupLength(element.tag) ? whole(element) : filterElement(view, element, lists, top);
    if (result === null || result.removed > 0) touched.add(element.tag >>> 16);
    removed += result?.removed ?? 1;
    if (result) kept.push({ element, pieces: result.pieces });
  }
  if (lists.whitelist !== null) {
    // What private attributes mean is told by their creator (PS3.5 7.8.1), so it stays with them.
    for (const creator of elements.filter(({ tag }) => isCreator(tag))) {
      if (kept.some(({ element }) => element === creator)) continue;
      if (blocked(lists.blacklist, creator.tag) || !kept.some(({ element }) => isOf(element.tag, creator.tag)))
        continue;
      kept.push({ element: creator, ...whole(creator) });
      removed -= 1;
    }
    kept.sort((a, b) => a.element.start - b.element.start);
  }
  const stays = kept.filter(({ element: { tag } }) => !isGroupLength(tag) || !touched.has(tag >>> 16));
  return { pieces: stays.flatMap(({ pieces }) => pieces), removed };
}

/** Null when the element goes. */
function filterElement(view: DataSetView, element: Element, lists: Lists, top: boolean): Result | null {
  const { tag } = element;
  if (tag === Tags.SpecificCharacterSet || (top && isProtected(tag))) return whole(element);
  if (blocked(lists.blacklist, tag)) return null;
  const black = lists.blacklist.filter(([first]) => first?.tag === tag);
  const white = lists.whitelist?.filter(([first]) => first?.tag === tag) ?? null;
  if (white?.length === 0) return null;
  const wholly = white === null || white.some((path) => isHere(path, tag));
  if (wholly && black.length === 0) return whole(element);
  if (!element.items) return wholly ? whole(element) : null;
  return filterSequence(view, element, element.items, { blacklist: black, whitelist: wholly ? null : white });
}

function filterSequence(view: DataSetView, element: Element, items: readonly DataSetView[], lists: Lists): Result {
  const little = items[0]?.littleEndian ?? view.littleEndian;
  const content: Piece[] = [];
  let removed = 0;
  for (const [at, item] of items.entries()) {
    const below = listsOfItem(lists, at);
    if (below === null) {
      removed += 1;
      continue;
    }
    const result = filterDataSet(item, below, false);
    removed += result.removed;
    content.push(structure(Tags.Item, lengthOf(result.pieces), little), ...result.pieces);
  }
  if (removed === 0) return whole(element);
  const header = view.source.bytes(element.start, element.offset - element.start).slice();
  if (element.undefinedLength) content.push(structure(Tags.SequenceDelimitationItem, 0, little));
  else setLength(header, view, lengthOf(content));
  return { pieces: [header, ...content], removed };
}

/** What the lists say about one item; null when the item goes. */
function listsOfItem({ blacklist, whitelist }: Lists, item: number): Lists | null {
  const reaching = (paths: readonly TagPath[]): TagPath[] =>
    paths.filter(([first]) => first?.item === null || first?.item === item).map((path) => path.slice(1));
  const black = reaching(blacklist);
  if (black.some((path) => path.length === 0)) return null;
  if (whitelist === null) return { blacklist: black, whitelist: null };
  const white = reaching(whitelist);
  if (white.length === 0) return null;
  return { blacklist: black, whitelist: white.some((path) => path.length === 0) ? null : white };
}

/** Whether a path ends at an attribute as a whole, and not at one of its items. */
function isHere(path: TagPath, tag: Tag): boolean {
  const [first, ...rest]: readonly (PathStep | undefined)[] = path;
  return first?.tag === tag && first.item === null && rest.length === 0;
}

function blocked(blacklist: readonly TagPath[], tag: Tag): boolean {
  return blacklist.some((path) => isHere(path, tag));
}

function whole(element: Element): Result {
  return { pieces: [{ offset: element.start, length: element.end - element.start }], removed: 0 };
}

function isGroupLength(tag: Tag): boolean {
  return (tag & 0xffff) === 0;
}

function isCreator(tag: Tag): boolean {
  const element = tag & 0xffff;
  return isPrivate(tag) && element >= 0x10 && element <= 0xff;
}

/** Whether a private attribute lies in the block of a creator. */
function isOf(tag: Tag, creator: Tag): boolean {
  return tag >>> 16 === creator >>> 16 && (tag & 0xffff) >>> 8 === (creator & 0xffff);
}

/** Header of an item or delimiter in the byte order of its sequence. */
function structure(tag: Tag, length: number, little: boolean): Uint8Array {
  const bytes = itemHeader(tag, length);
  if (little) return bytes;
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag >>> 16, false);
  view.setUint16(2, tag & 0xffff, false);
  view.setUint32(4, length, false);
  return bytes;
}

/** Puts a length into the header of a sequence: 32 bits at its end (PS3.5 7.1.2, 7.1.3). */
function setLength(header: Uint8Array, { littleEndian }: DataSetView, length: number): void {
  new DataView(header.buffer, header.byteOffset, header.byteLength).setUint32(header.length - 4, length, littleEndian);
}

function lengthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** Neighbouring runs as one. */
function merged(pieces: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last && isRun(last) && isRun(piece) && last.offset + last.length === piece.offset) {
      result[result.length - 1] = { offset: last.offset, length: last.length + piece.length };
    } else result.push(piece);
  }
  return result;
}

function isRun(piece: Piece): piece is ByteRange {
  return !(piece instanceof Uint8Array);
}

/** The pieces as bytes. */
export function joined(source: ByteSource, pieces: readonly Piece[]): Uint8Array {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(isRun(piece) ? source.bytes(piece.offset, piece.length) : piece, at);
    at += piece.length;
  }
  return bytes;
}
