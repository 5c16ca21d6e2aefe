import { FieldboxError } from '@shared/errors';
import { extractIndex, type IndexAttributes } from '../../dicom/index-attributes';
import { readDicom } from '../../dicom/reader';
import { type PhotoOrigin, readOrigin } from '../../imaging/origin';
import { FileSource } from '../../platform/file-source';
import { hashFile } from './hash-file';

/** What an object says of itself: for replaying records and for a rebuild. */
export type ReadObjectOutput =
  | {
      readonly kind: 'dicom';
      readonly sha256: string;
      readonly bytes: number;
      readonly attributes: IndexAttributes;
      /** Whence a photo or document made by Fieldbox comes; null for everything else. */
      readonly origin: PhotoOrigin | null;
    }
  | { readonly kind: 'other'; readonly sha256: string; readonly bytes: number };

/** Hashes an object and reads what the index needs. */
export async function readObject(input: { readonly path: string }): Promise<ReadObjectOutput> {
  const { sha256, bytes } = await hashFile(input);
  const source = new FileSource(input.path);
  try {
    const file = readDicom(source);
    return { kind: 'dicom', sha256, bytes, attributes: extractIndex(file), origin: readOrigin(file) };
  } catch (error) {
    if (error instanceof FieldboxError) return { kind: 'other', sha256, bytes };
    throw error;
  } finally {
    source.close();
  }
}

/** The attributes of one object. Throws NOT_DICOM, DICOM_*. */
export async function readAttributes(input: { readonly path: string }): Promise<{ attributes: IndexAttributes }> {
  const source = new FileSource(input.path);
  try {
    return await Promise.resolve({ attributes: extractIndex(readDicom(source)) });
  } finally {
    source.close();
  }
}
