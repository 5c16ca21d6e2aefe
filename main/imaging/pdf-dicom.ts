import { FieldboxError } from '@shared/errors';
import { commonAttributes, momentAttributes, text, type Attributes } from './attributes';
import { findText } from './bytes';
import { writeObject } from './object';
import { originElements } from './origin';
import type { PhotoContext, PhotoPlace } from './photo-context';
import { SopClass, Syntax } from './uids';

export interface PdfDicomInput {
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, 64 lower-case hexadecimal digits. */
  readonly sourceSha256: string;
  readonly context: PhotoContext;
  readonly place: PhotoPlace;
  /** What the document is called; the file's name without its ending is a good one. */
  readonly title: string;
}

export interface PdfDicom {
  readonly part10: Uint8Array;
  readonly sopClassUID: string;
  readonly transferSyntaxUID: string;
  readonly modality: 'DOC';
}

const HEADER_WITHIN = 1024;
const END_WITHIN = 4096;

/**
 * Checks that a PDF begins and ends as one: a header in the first kilobyte, a cross reference and an end mark near the
 * end (ISO 32000-1 7.5.2, 7.5.5 and annex H).
 * @throws FieldboxError PDF_DAMAGED
 */
export function checkPdf(bytes: Uint8Array): void {
  const start = findText(bytes, '%PDF-', 0, HEADER_WITHIN);
  const tail = Math.max(0, bytes.length - END_WITHIN);
  const crossReference = findText(bytes, 'startxref', tail);
  if (start === -1 || crossReference === -1 || findText(bytes, '%%EOF', crossReference) === -1)
    throw new FieldboxError('PDF_DAMAGED');
}

/**
 * Makes an Encapsulated PDF object (PS3.3 A.45.1); the document is kept byte for byte. The same input gives the same
 * bytes.
 * @throws FieldboxError PDF_DAMAGED
 */
export function makePdfDicom(input: PdfDicomInput): PdfDicom {
  const { bytes, context, place } = input;
  checkPdf(bytes);
  const common = commonAttributes({
    context,
    place,
    modality: 'DOC',
    sopClassUID: SopClass.EncapsulatedPdf,
    takenAt: context.takenAt,
    manufacturer: undefined,
    model: undefined,
  });
  const moment = momentAttributes(context.takenAt);
  const attributes: Attributes = {
    ...common,
    // Of documents it must have a value (PS3.3 C.24.1), of images not.
    SeriesNumber: place.seriesNumber ?? 1,
    ConversionType: 'WSD',
    ContentDate: moment['ContentDate'] ?? '',
    ContentTime: moment['ContentTime'] ?? '',
    AcquisitionDateTime: moment['AcquisitionDateTime'] ?? '',
    BurnedInAnnotation: 'YES',
    DocumentTitle: text(input.title, 1024),
    ConceptNameCodeSequence: [],
    MIMETypeOfEncapsulatedDocument: 'application/pdf',
    EncapsulatedDocumentLength: bytes.length,
    EncapsulatedDocument: bytes,
  };
  const part10 = writeObject(
    attributes,
    { transferSyntaxUID: Syntax.ExplicitLittleEndian },
    originElements(input.sourceSha256, 'pdf', context),
  );
  return {
    part10,
    sopClassUID: SopClass.EncapsulatedPdf,
    transferSyntaxUID: Syntax.ExplicitLittleEndian,
    modality: 'DOC',
  };
}
