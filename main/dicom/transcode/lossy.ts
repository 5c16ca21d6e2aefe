import type { DicomFile } from '../model';
import { isLossySyntax } from '../pixels/syntax';
import type { NativePixels, PixelAttribute } from './native-pixels';

const LOSSY_IMAGE_COMPRESSION = 0x00282110;
const LOSSY_IMAGE_COMPRESSION_RATIO = 0x00282112;
const LOSSY_IMAGE_COMPRESSION_METHOD = 0x00282114;
const JPEG_LS_NEAR_LOSSLESS = '1.2.840.10008.1.2.4.81';

/**
 * That an image once lost something stays known when it is decoded (PS3.3 C.7.6.1.1.5): what the image says of it is kept, and
 * what its transfer syntax alone has told until now is written down: that, the ratio and the method.
 */
export function lossyHistory(file: DicomFile, pixels: NativePixels, codedBytes: number): readonly PixelAttribute[] {
  const { dataset, transferSyntaxUID } = file;
  if (!isLossySyntax(transferSyntaxUID)) return [];
  const history: PixelAttribute[] = [{ tag: LOSSY_IMAGE_COMPRESSION, vr: 'CS', value: '01' }];
  if (dataset.string(LOSSY_IMAGE_COMPRESSION_RATIO) === undefined && codedBytes > 0)
    history.push({
      tag: LOSSY_IMAGE_COMPRESSION_RATIO,
      vr: 'DS',
      value: Math.max(1, pixels.length / codedBytes).toFixed(2),
    });
  if (dataset.string(LOSSY_IMAGE_COMPRESSION_METHOD) === undefined)
    history.push({
      tag: LOSSY_IMAGE_COMPRESSION_METHOD,
      vr: 'CS',
      value: transferSyntaxUID === JPEG_LS_NEAR_LOSSLESS ? 'ISO_14495_1' : 'ISO_10918_1',
    });
  return history;
}
