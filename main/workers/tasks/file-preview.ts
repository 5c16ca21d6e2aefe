import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { FieldboxError } from '@shared/errors';
import { DETECT_BYTES, detectKind, isPhotoKind } from '../../imaging/detect';
import { thumbnailOfPhoto } from '../../imaging/thumbnail';

/** Longest side of a shown picture in pixels. */
const PICTURE_SIDE = 2048;

export interface TextPreview {
  readonly text: string;
  readonly encoding: string;
  /** There is more of it. */
  readonly cut: boolean;
}

/** A stored picture as an upright JPEG of the size of a screen. Throws NO_PREVIEW, PHOTO_*. */
export async function filePicture(input: { readonly path: string }): Promise<{ jpeg: Uint8Array }> {
  const bytes = await readFile(input.path);
  const kind = detectKind(bytes.subarray(0, DETECT_BYTES), bytes.length);
  if (!isPhotoKind(kind)) throw new FieldboxError('NO_PREVIEW');
  return { jpeg: await thumbnailOfPhoto(bytes, kind, PICTURE_SIDE) };
}

/**
 * The beginning of a text file. UTF-16 by its mark, UTF-8 when it is sound, else the characters of Western Windows; controls
 * that would show as nothing or move the cursor become a mark.
 */
export async function textPreview(input: { readonly path: string; readonly maxBytes: number }): Promise<TextPreview> {
  const file = openSync(input.path, 'r');
  try {
    const buffer = new Uint8Array(input.maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(file, buffer, length, buffer.length - length, null);
    const cut = length > input.maxBytes;
    const head = buffer.subarray(0, Math.min(length, input.maxBytes));
    const encoding = encodingOf(head, cut);
    const text = new TextDecoder(encoding)
      .decode(head, { stream: cut })
      .replace(/\r\n?/g, '\n')
      .replace(CONTROLS, '\ufffd');
    return await Promise.resolve({ text, encoding, cut });
  } finally {
    closeSync(file);
  }
}

const CONTROLS = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g;

function encodingOf(head: Uint8Array, cut: boolean): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  try {
    // `stream`: the last character may be cut through.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: cut });
    return 'utf-8';
  } catch (error) {
    if (error instanceof TypeError) return 'windows-1252';
    throw error;
  }
}
