import { directoryEntry, writeDicomdir, type DirectoryEntry } from '../../dicom/dicomdir';
import type { DicomFile } from '../../dicom/model';
import { Tags } from '../../dicom/tags';
import { newUID } from '../../dicom/uids';
import { printable } from './printable-view';
import type { UnlistedReason } from './readme';

/** File-set ID (0004,1130), CS of at most 16 characters. */
const FILE_SET_ID = 'FIELDBOX';
/** Record types of PS3.3 F.4 that readers in wide use stop at: a DICOMDIR with one of them cannot be read by them at all. */
const NEWER_TYPES: ReadonlySet<string> = new Set(['ANNOTATION']);
/**
 * Specific Character Set (0008,0005) of the main data set, CS, ISO_IR 192. Each record says its own (PS3.3 F.3); this one is
 * for readers that look for one over all of them and refuse text beyond ASCII without it.
 */
const CHARACTER_SET = Buffer.concat([
  Buffer.from([0x08, 0x00, 0x05, 0x00]),
  Buffer.from('CS'),
  Buffer.from([10, 0]),
  Buffer.from('ISO_IR 192'),
]);
const UID = /^(?=.{1,64}$)\d+(?:\.\d+)*$/;

/** Collects what the DICOMDIR of a file-set lists; every SOP instance stands there once. */
export class MediaDirectory {
  private readonly entries: DirectoryEntry[] = [];
  private readonly instances = new Set<string>();
  /** Records of patients, studies and series are kept once, so that memory grows by files only. */
  private readonly records = new Map<string, DirectoryEntry['patient']>();

  /** The entry of a file, or why it cannot have one. It counts only once it is added. */
  offer(file: DicomFile, fileId: readonly string[]): DirectoryEntry | UnlistedReason {
    const entry = entryOf(file, fileId);
    if (entry === undefined) return 'no-uid';
    if (NEWER_TYPES.has(entry.leaf.type)) return 'new-kind';
    return this.instances.has(entry.sopInstanceUID) ? 'same-uid' : entry;
  }

  add(entry: DirectoryEntry): void {
    this.instances.add(entry.sopInstanceUID);
    this.entries.push({
      ...entry,
      patient: this.once(entry.patient),
      study: this.once(entry.study),
      series: this.once(entry.series),
    });
  }

  /** The DICOMDIR (PS3.10 8.6). */
  toBytes(): Uint8Array {
    const bytes = writeDicomdir({ fileSetID: FILE_SET_ID, sopInstanceUID: newUID(), entries: this.entries });
    // The sequence of records (0004,1220) ends the data set, so the element goes behind it and no offset changes.
    return Buffer.from(bytes).includes('ISO_IR 192') ? Buffer.concat([bytes, CHARACTER_SET]) : bytes;
  }

  private once(record: DirectoryEntry['patient']): DirectoryEntry['patient'] {
    const key = `${record.type}|${record.identity}`;
    const known = this.records.get(key) ?? record;
    this.records.set(key, known);
    return known;
  }
}

/** Undefined without valid UIDs, and when a value is longer than a record can hold: such a file cannot be referred to. */
function entryOf(file: DicomFile, fileId: readonly string[]): DirectoryEntry | undefined {
  try {
    const entry = directoryEntry(printable(file), fileId);
    if (entry === undefined) return undefined;
    const { dataset } = file;
    const uids = [
      entry.sopClassUID,
      entry.sopInstanceUID,
      entry.transferSyntaxUID,
      dataset.string(Tags.StudyInstanceUID),
      dataset.string(Tags.SeriesInstanceUID),
    ];
    return uids.every((uid) => UID.test(uid ?? '')) ? entry : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
