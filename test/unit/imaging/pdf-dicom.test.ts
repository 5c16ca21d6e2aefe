import dicomParser from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { FieldboxError } from '@shared/errors';
import { checkPdf, makePdfDicom } from '../../../main/imaging/pdf-dicom';
import { concat, latin, pdfBytes } from '../../fixtures/photo-bytes';
import { CONTEXT, PLACE, sha256 } from '../../fixtures/photo-context';

const codeOf = (bytes: Uint8Array): string => {
  try {
    checkPdf(bytes);
  } catch (fault) {
    return fault instanceof FieldboxError ? fault.code : String(fault);
  }
  return 'none';
};

describe('checkPdf', () => {
  it('takes whole documents, also with a little rubbish around them', () => {
    expect(codeOf(pdfBytes())).toBe('none');
    expect(codeOf(concat([latin('\n\n'), pdfBytes(), latin('\r\n\0\0')]))).toBe('none');
  });

  it('refuses documents that break off or do not begin', () => {
    const pdf = pdfBytes();
    for (const length of [0, 8, pdf.length >> 1, pdf.length - 7])
      expect(codeOf(pdf.subarray(0, length))).toBe('PDF_DAMAGED');
    expect(codeOf(pdf.subarray(5))).toBe('PDF_DAMAGED');
  });
});

describe('makePdfDicom', () => {
  it('encapsulates the document byte for byte and tells its length', () => {
    const bytes = pdfBytes();
    expect(bytes.length % 2).toBe(1);
    const made = makePdfDicom({
      bytes,
      sourceSha256: sha256(bytes),
      context: { ...CONTEXT, kind: 'Audiogram' },
      place: PLACE,
      title: 'Lettre de sortie – été',
    });
    expect(made).toMatchObject({ sopClassUID: '1.2.840.10008.5.1.4.1.1.104.1', modality: 'DOC' });
    const data = dicomParser.parseDicom(made.part10);
    const element = data.elements['x00420011'];
    expect(data.byteArray.subarray(element?.dataOffset, (element?.dataOffset ?? 0) + bytes.length)).toEqual(bytes);
    expect(data.uint32('x00420015')).toBe(bytes.length);
    expect([
      data.string('x00420012'),
      data.string('x00280301'),
      data.string('x00080060'),
      data.string('x0008103e'),
    ]).toEqual(['application/pdf', 'YES', 'DOC', 'Audiogram']);
  });
});
