/** SOP classes of what Fieldbox makes (PS3.4 B.5). */
export const SopClass = {
  VLPhotographic: '1.2.840.10008.5.1.4.1.1.77.1.4',
  SecondaryCapture: '1.2.840.10008.5.1.4.1.1.7',
  MultiFrameGrayscaleByte: '1.2.840.10008.5.1.4.1.1.7.2',
  MultiFrameGrayscaleWord: '1.2.840.10008.5.1.4.1.1.7.3',
  MultiFrameTrueColor: '1.2.840.10008.5.1.4.1.1.7.4',
  EncapsulatedPdf: '1.2.840.10008.5.1.4.1.1.104.1',
} as const;

/** Transfer syntaxes of what Fieldbox makes (PS3.5 A.2, A.4.1, A.4.2). */
export const Syntax = {
  ExplicitLittleEndian: '1.2.840.10008.1.2.1',
  JpegBaseline: '1.2.840.10008.1.2.4.50',
  RleLossless: '1.2.840.10008.1.2.5',
} as const;
