import { FieldboxError } from '@shared/errors';
import type { DicomFile } from '../model';
import { Tags } from '../tags';

export interface DirectoryFile {
  /** Components of the Referenced File ID (PS3.10 8.2), as they stand there. */
  readonly fileIdPath: readonly string[];
  readonly recordType: string;
  readonly sopInstanceUID: string | undefined;
}

export interface Directory {
  readonly fileSetID: string;
  readonly referencedFiles: readonly DirectoryFile[];
}

/**
 * The files that a DICOMDIR lists (PS3.3 F.3). Records are taken as they stand in the sequence, not by their linked offsets:
 * every record is found even where the links are wrong, and loops cannot happen. Inactive records are left out.
 * Throws DICOMDIR_UNREADABLE.
 */
export function readDicomdir(file: DicomFile): Directory {
  const { dataset } = file;
  if (!dataset.has(Tags.DirectoryRecordSequence)) throw new FieldboxError('DICOMDIR_UNREADABLE');
  const referencedFiles: DirectoryFile[] = [];
  for (const record of dataset.items(Tags.DirectoryRecordSequence)) {
    const fileIdPath = record.strings(Tags.ReferencedFileID);
    // Record In-use Flag 0000H: inactive (PS3.3 F.3.2.2).
    if (fileIdPath.length === 0 || record.number(Tags.RecordInUseFlag) === 0) continue;
    referencedFiles.push({
      fileIdPath,
      recordType: record.string(Tags.DirectoryRecordType) ?? '',
      sopInstanceUID: record.string(Tags.ReferencedSOPInstanceUIDInFile),
    });
  }
  return { fileSetID: dataset.string(Tags.FileSetID) ?? '', referencedFiles };
}
