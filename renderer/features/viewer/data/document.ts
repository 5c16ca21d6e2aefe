import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';
import { FieldboxError } from '@shared/errors';
import { failureOf } from './frameLoader';

/** An open document; `close` frees its worker. */
export interface OpenDocument {
  readonly pages: number;
  /** Draws a page, counted from 1, as wide as the canvas' CSS width; answers height over width. */
  draw(page: number, canvas: HTMLCanvasElement, width: number): Promise<void>;
  /** Height over width of a page. */
  shape(page: number): Promise<number>;
  close(): void;
}

/**
 * Opens the PDF at an address of the app's own protocol. The reader is loaded only now: most days nobody opens a document. It reads in a worker of its
 * own, makes no code from text and fetches nothing.
 * @throws FieldboxError PDF_DAMAGED, or the code of the answer.
 */
export async function openDocument(address: string, signal: AbortSignal): Promise<OpenDocument> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw await failureOf(response);
  const data = new Uint8Array(await response.arrayBuffer());
  const { getDocument, GlobalWorkerOptions } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  GlobalWorkerOptions.workerSrc = workerUrl;
  const task = getDocument({
    data,
    isEvalSupported: false,
    useWorkerFetch: false,
    disableAutoFetch: true,
    enableXfa: false,
  });
  let pdf: PDFDocumentProxy;
  try {
    pdf = await task.promise;
  } catch (error) {
    throw new FieldboxError('PDF_DAMAGED', {}, error);
  }
  return {
    pages: pdf.numPages,
    shape: async (page) => {
      const { width, height } = (await pdf.getPage(page)).getViewport({ scale: 1 });
      return height / width;
    },
    draw: async (number, canvas, width) => {
      const page = await pdf.getPage(number);
      const scale = (width * window.devicePixelRatio) / page.getViewport({ scale: 1 }).width;
      const viewport = page.getViewport({ scale });
      canvas.width = Math.floor(viewport.width);
      canvas.height = Math.floor(viewport.height);
      const context = canvas.getContext('2d');
      if (context) await page.render({ canvasContext: context, viewport }).promise;
    },
    close: () => {
      void task.destroy();
    },
  };
}
