import { describe, expect, it } from 'vitest';
import { anonymise } from '../../../main/dicom/anonymise';
import { withoutRemarks } from '../../../main/dicom/anonymise/jpeg-segments';
import { decodeFrame } from '../../../main/dicom/pixels';
import { Tags } from '../../../main/dicom/tags';
import { DataSetBuilder, writePart10 } from '../../../main/dicom/writer';
import { cornerSamples, jpegOf } from '../../fixtures/photos';
import { exifBlock, segment, withExif, withSegments } from '../../fixtures/photo-bytes';
import { CT, expectAlike, IDENTITY, KEY, read } from './support';

const BASELINE = '1.2.840.10008.1.2.4.50';

/** A JPEG with more segments behind its beginning, and something behind its end. */
function chattyJpeg(jpeg: Uint8Array, segments: readonly Uint8Array[], behind = ''): Uint8Array {
  return Buffer.concat([withSegments(jpeg, ...segments), Buffer.from(behind, 'latin1')]);
}

function fileWith(jpeg: Uint8Array, side: { readonly width: number; readonly height: number }) {
  const dataset = new DataSetBuilder()
    .set('SOPClassUID', CT)
    .set('SOPInstanceUID', IDENTITY.sop)
    .set('StudyInstanceUID', IDENTITY.study)
    .set('SeriesInstanceUID', IDENTITY.series)
    .set('PatientName', IDENTITY.name)
    .set('PatientID', IDENTITY.id)
    .set('SamplesPerPixel', 3)
    .set('PhotometricInterpretation', 'YBR_FULL_422')
    .set('PlanarConfiguration', 0)
    .set('Rows', side.height)
    .set('Columns', side.width)
    .set('BitsAllocated', 8)
    .set('BitsStored', 8)
    .set('HighBit', 7)
    .set('PixelRepresentation', 0)
    .setFragments({ fragments: [jpeg] });
  return read(writePart10({ sopClassUID: CT, sopInstanceUID: IDENTITY.sop, transferSyntaxUID: BASELINE }, dataset));
}

describe('remarks in coded pictures', () => {
  it('go, whatever they are: Exif, XMP, IPTC, comments, previews, and what lies behind the end', async () => {
    const plain = withoutRemarks(await jpegOf(cornerSamples(40, 24)));
    const chatty = chattyJpeg(
      plain,
      [
        segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0secret XMP'),
        segment(0xed, 'Photoshop 3.0\0secret IPTC'),
        segment(0xfe, 'secret comment'),
        segment(0xe2, 'MPF\0secret preview'),
        segment(0xe0, 'JFXX\0secret thumbnail'),
      ],
      'secret trailer',
    );
    expect(Buffer.from(withoutRemarks(chatty))).toEqual(Buffer.from(plain));
  });

  it('do not take along what says how colours are meant', async () => {
    const plain = withoutRemarks(await jpegOf(cornerSamples(40, 24)));
    const kept = [
      segment(0xee, 'Adobe\0d\0\0\0\0\x01'),
      segment(0xe2, 'ICC_PROFILE\0\x01\x01profile'),
      segment(0xe8, 'mrfx1'),
    ];
    const jpeg = chattyJpeg(plain, kept);
    expect(Buffer.from(withoutRemarks(jpeg))).toEqual(Buffer.from(jpeg));
  });

  it('leave the picture exactly as it was, and nothing of the place where it was taken', async () => {
    const photo = withExif(await jpegOf(cornerSamples(40, 24)), exifBlock({}, {}, { 0x001b: 'somewhere secret' }));
    const file = fileWith(photo, { width: 40, height: 24 });
    const { part10, result } = await anonymise(file, {}, KEY);
    expectAlike(result, read(part10));
    const made = read(part10);
    expect(made.warnings).toEqual([]);
    expect(Buffer.concat(part10).includes('somewhere secret')).toBe(false);
    expect(Buffer.from((await decodeFrame(made, 0)).bytes)).toEqual(Buffer.from((await decodeFrame(file, 0)).bytes));
    expect(made.dataset.element(Tags.PixelData)?.fragments?.[0]?.length).toBe(0);
  });

  it('are no reason to lose anything of a stream that cannot be followed', () => {
    for (const bytes of [
      Uint8Array.of(1, 2, 3),
      Uint8Array.of(0xff, 0xd8),
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 1),
      Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, 5, 6, 7),
      Uint8Array.of(0xff, 0xd8, 0x12, 0x34),
    ])
      expect(withoutRemarks(bytes)).toEqual(bytes);
  });

  it('go from each of several frames in one fragment', async () => {
    const plain = Buffer.from(withoutRemarks(await jpegOf(cornerSamples(40, 24))));
    const chatty = chattyJpeg(plain, [segment(0xfe, 'secret')]);
    const two = Buffer.concat([chatty, chatty]);
    expect(Buffer.from(withoutRemarks(two, true))).toEqual(Buffer.concat([plain, plain]));
    expect(Buffer.from(withoutRemarks(two))).toEqual(plain);
  });
});
