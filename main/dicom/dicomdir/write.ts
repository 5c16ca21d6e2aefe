import { Tags } from '../tags';
import { DataSetBuilder } from '../writer/data-set-builder';
import { concat, explicitHeader, itemHeader } from '../writer/encode';
import { part10Header } from '../writer/part10';
import type { DirectoryEntry, DirectoryRecord } from './records';

const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';
const EXPLICIT_LE = '1.2.840.10008.1.2.1';
/** Record In-use Flag: in use (PS3.3 F.3.2.2). */
const IN_USE = 0xffff;

export interface FileSet {
  /** CS of up to 16 characters. */
  readonly fileSetID: string;
  readonly sopInstanceUID: string;
  readonly entries: readonly DirectoryEntry[];
}

interface Node {
  readonly record: DirectoryRecord;
  readonly file: DirectoryEntry | null;
  readonly children: Map<string, Node>;
  /** Byte offset of the record's item in the file; known in the second pass. */
  offset: number;
}

/**
 * Writes a DICOMDIR (PS3.10 8.6, PS3.3 annex F): patients, studies, series and their objects, linked by byte offsets. An object
 * that is listed twice under one SOP Instance UID stands there once.
 */
export function writeDicomdir(fileSet: FileSet): Uint8Array {
  const root = tree(fileSet.entries);
  const order = depthFirst(root);
  const header = part10Header({
    sopClassUID: MEDIA_STORAGE_DIRECTORY,
    sopInstanceUID: fileSet.sopInstanceUID,
    transferSyntaxUID: EXPLICIT_LE,
  });
  // The lengths do not depend on the offsets, so the first pass gives the places and the second the values.
  let at =
    header.length +
    directoryElements(fileSet, root).length +
    explicitHeader(Tags.DirectoryRecordSequence, 'SQ', 0).length;
  for (const node of order) {
    node.offset = at;
    at += 8 + recordBytes(node, 0).length;
  }
  const next = nextSiblings(root);
  const items = order.flatMap((node) => {
    const bytes = recordBytes(node, next.get(node) ?? 0);
    return [itemHeader(Tags.Item, bytes.length), bytes];
  });
  const sequence = concat(items);
  return concat([
    header,
    directoryElements(fileSet, root),
    explicitHeader(Tags.DirectoryRecordSequence, 'SQ', sequence.length),
    sequence,
  ]);
}

function tree(entries: readonly DirectoryEntry[]): Map<string, Node> {
  const root = new Map<string, Node>();
  for (const entry of entries) {
    let level = root;
    for (const record of [entry.patient, entry.study, entry.series]) level = child(level, record, null).children;
    child(level, entry.leaf, entry);
  }
  return root;
}

function child(level: Map<string, Node>, record: DirectoryRecord, file: DirectoryEntry | null): Node {
  const existing = level.get(record.identity);
  if (existing) return existing;
  const node: Node = { record, file, children: new Map(), offset: 0 };
  level.set(record.identity, node);
  return node;
}

function depthFirst(level: Map<string, Node>): Node[] {
  return [...level.values()].flatMap((node) => [node, ...depthFirst(node.children)]);
}

function nextSiblings(level: Map<string, Node>): Map<Node, number> {
  const next = new Map<Node, number>();
  const nodes = [...level.values()];
  nodes.forEach((node, index) => {
    next.set(node, nodes[index + 1]?.offset ?? 0);
    for (const [inner, offset] of nextSiblings(node.children)) next.set(inner, offset);
  });
  return next;
}

/** The elements before the records (PS3.3 table F.3-2, F.3-3). */
function directoryElements(fileSet: FileSet, root: Map<string, Node>): Uint8Array {
  const nodes = [...root.values()];
  return new DataSetBuilder()
    .set(Tags.FileSetID, fileSet.fileSetID)
    .set(Tags.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, nodes[0]?.offset ?? 0)
    .set(Tags.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, nodes.at(-1)?.offset ?? 0)
    .set(Tags.FileSetConsistencyFlag, 0)
    .toBytes();
}

/** One record: links, type, the reference to the file, and the keys. */
function recordBytes(node: Node, nextOffset: number): Uint8Array {
  const links = new DataSetBuilder()
    .set(Tags.OffsetOfTheNextDirectoryRecord, nextOffset)
    .set(Tags.RecordInUseFlag, IN_USE)
    .set(Tags.OffsetOfReferencedLowerLevelDirectoryEntity, [...node.children.values()][0]?.offset ?? 0)
    .set(Tags.DirectoryRecordType, node.record.type);
  if (node.file) {
    links
      .set(Tags.ReferencedFileID, node.file.fileIdPath.join('\\'))
      .set(Tags.ReferencedSOPClassUIDInFile, node.file.sopClassUID)
      .set(Tags.ReferencedSOPInstanceUIDInFile, node.file.sopInstanceUID)
      .set(Tags.ReferencedTransferSyntaxUIDInFile, node.file.transferSyntaxUID);
  }
  // Group 0004 comes before all key groups.
  return concat([links.toBytes(), node.record.keys.toBytes()]);
}
