import type { ImageRow } from '@shared/model/rows';

/** Encapsulated PDF Storage, PS3.4 B.5. */
const ENCAPSULATED_PDF = '1.2.840.10008.5.1.4.1.1.104.1';

/** Whether this is pages to read and no picture. */
export function isDocument(row: Pick<ImageRow, 'SOPClassUID'>): boolean {
  return row.SOPClassUID === ENCAPSULATED_PDF;
}
