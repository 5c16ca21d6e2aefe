import { closeSync, openSync, rmSync } from 'node:fs';
import { readDicom } from '../../dicom/reader';
import { type PlainTransferSyntax, transcoded } from '../../dicom/transcode';
import { diskError, writeWhole } from '../../platform/durable';
import { FileSource } from '../../platform/file-source';

/**
 * Writes an image in a plain transfer syntax as a new file; gives its length. Throws PIXELS_*, NOT_DICOM, DICOM_*,
 * FILE_UNREADABLE, DISK_*; then no file is left.
 */
export async function transcode(input: {
  readonly path: string;
  readonly transferSyntaxUID: PlainTransferSyntax;
  readonly to: string;
}): Promise<{ readonly bytes: number }> {
  const source = new FileSource(input.path);
  let bytes = 0;
  try {
    const out = openNew(input.to);
    try {
      for await (const piece of transcoded(readDicom(source), input.transferSyntaxUID)) {
        write(out, piece);
        bytes += piece.length;
      }
    } catch (error) {
      rmSync(input.to, { force: true });
      throw error;
    } finally {
      closeSync(out);
    }
    return { bytes };
  } finally {
    source.close();
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    throw diskError(error);
  }
}

function write(file: number, piece: Uint8Array): void {
  try {
    writeWhole(file, piece);
  } catch (error) {
    throw diskError(error);
  }
}
