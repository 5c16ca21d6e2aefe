import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { DataSetBuilder, writePart10 } from '../../../main/dicom/writer';
import { uprightJpeg } from '../../../main/workers/export/jpeg-as-is';

const packages = createRequire(import.meta.url);
const photo = readFileSync(join(dirname(packages.resolve('exif-parser/package.json')), 'test', 'starfish.jpg'));
const VL_PHOTOGRAPHIC = '1.2.840.10008.5.1.4.1.1.77.1.4';
const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';

function object(
  more: Record<string, string | number> = {},
  transferSyntaxUID = JPEG_BASELINE,
  fragments: readonly Uint8Array[] = [photo],
): BufferSource {
  const dataset = new DataSetBuilder()
    .set('SOPClassUID', VL_PHOTOGRAPHIC)
    .set('SOPInstanceUID', '1.2.3')
    .set('SamplesPerPixel', 3)
    .set('PhotometricInterpretation', 'YBR_FULL_422')
    .setFragments({ fragments });
  for (const [keyword, value] of Object.entries(more)) dataset.set(keyword, value);
  return new BufferSource(
    writePart10({ sopClassUID: VL_PHOTOGRAPHIC, sopInstanceUID: '1.2.3', transferSyntaxUID }, dataset),
  );
}

describe('a photograph', () => {
  it('goes out as the JPEG it is, byte for byte (but for a padding byte)', () => {
    const jpeg = uprightJpeg(object());
    expect(jpeg && Buffer.from(jpeg.subarray(0, photo.length)).equals(photo)).toBe(true);
    expect((jpeg?.length ?? 0) - photo.length).toBeLessThanOrEqual(1);
  });

  it.each([
    ['gray, which needs its window', object({ SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2' })],
    ['several frames', object({ NumberOfFrames: '2' })],
    ['colours that viewers would take for others', object({ PhotometricInterpretation: 'RGB' })],
    ['another coding', object({}, '1.2.840.10008.1.2.4.90')],
    ['bytes that are no JPEG', object({}, JPEG_BASELINE, [Uint8Array.of(1, 2, 3, 4)])],
  ])('is drawn anew when it is %s', (_what, source) => expect(uprightJpeg(source)).toBeNull());
});
