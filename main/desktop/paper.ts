import type { BrowserWindow } from 'electron';
import { FieldboxError } from '@shared/errors';

/** The window's page as it would be printed on A4, with the page's own print styles. Throws INTERNAL when there is no window. */
export async function pageAsPdf(window: BrowserWindow | null): Promise<Uint8Array<ArrayBuffer>> {
  if (window === null) throw new FieldboxError('INTERNAL');
  const pdf = await window.webContents.printToPDF({ pageSize: 'A4', printBackground: true, generateTaggedPDF: true });
  return Uint8Array.from(pdf);
}
