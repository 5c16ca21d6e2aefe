import { BufferSource } from '../dicom/buffer-source';
import type { DataSetView } from '../dicom/model';
import { readDataSet } from '../dicom/reader';
import type { DataSetBuilder } from '../dicom/writer';
import { ExplicitLE, ImplicitLE } from './uids';

/** An identifier (PS3.4 C.4) is small; anything larger is no question. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Encodes a data set for a presentation context of queries. */
export function encodeIdentifier(dataset: DataSetBuilder, transferSyntax: string): Uint8Array {
  return dataset.toBytes(transferSyntax === ImplicitLE ? 'implicit' : 'explicit');
}

/** Reads the data set of a message whole. Throws RangeError: too large; FieldboxError DICOM_*: not readable. */
export async function readIdentifier(data: AsyncIterable<Buffer>, transferSyntax: string): Promise<DataSetView> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of data) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new RangeError('identifier');
    parts.push(part);
  }
  return readDataSet(new BufferSource(Buffer.concat(parts)), transferSyntax === '' ? ExplicitLE : transferSyntax);
}
