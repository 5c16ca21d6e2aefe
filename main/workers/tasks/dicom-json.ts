import { toDicomJson } from '../../dicom/json';
import { readDicom } from '../../dicom/reader';
import { FileSource } from '../../platform/file-source';

/** Binary values up to this many bytes stand in the answer; larger ones and pixels are only named. */
const INLINE_LIMIT = 64 * 1024;

/**
 * All attributes of an object in the DICOM JSON model (PS3.18 F.2), as text, so that it crosses threads and terminals as it is.
 * Values that are too large are named by their path (`#7FE00010`). Throws FILE_UNREADABLE, NOT_DICOM, DICOM_*.
 */
export async function dicomJson(input: { readonly path: string }): Promise<{ json: string }> {
  const source = new FileSource(input.path);
  try {
    const { dataset } = readDicom(source);
    const json = toDicomJson(dataset, { inlineLimit: INLINE_LIMIT, bulkDataURI: (path) => `#${path}` });
    return await Promise.resolve({ json: JSON.stringify(json) });
  } finally {
    source.close();
  }
}
