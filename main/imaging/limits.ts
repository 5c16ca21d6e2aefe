import { FieldboxError } from '@shared/errors';

/** More pixels than this in one photo, all pages together, are taken for a decompression bomb. */
export const MAX_PIXELS = 200_000_000;

/** More pages or frames than this are not taken from one photo. */
export const MAX_PAGES = 2000;

/** Sides of DICOM images are 16-bit numbers (Rows and Columns, PS3.3 C.7.6.3.1). */
export const MAX_SIDE = 65_535;

/**
 * Checks what the header of a photo claims before anything is decoded.
 * @throws FieldboxError PHOTO_DAMAGED when a side is zero, PHOTO_TOO_LARGE when there are too many pixels or pages
 */
export function checkSize(width: number, height: number, pages = 1): void {
  if (!(width > 0 && height > 0 && pages > 0)) throw new FieldboxError('PHOTO_DAMAGED');
  if (pages > MAX_PAGES) throw new FieldboxError('PHOTO_TOO_LARGE', { limit: `${MAX_PAGES} pages` });
  if (width > MAX_SIDE || height > MAX_SIDE || width * height * pages > MAX_PIXELS) {
    throw new FieldboxError('PHOTO_TOO_LARGE', { limit: `${MAX_PIXELS / 1e6} MP` });
  }
}
