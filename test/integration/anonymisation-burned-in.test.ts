import { describe, expect, it } from 'vitest';
import { ExportSelection } from '../../shared/contract/release';
import { decodeFrame } from '../../main/dicom/pixels';
import { anonymisingArchive, expectError, NO_IMAGE, scan, way } from '../fixtures/anonymising-archive';
import { allImages } from '../fixtures/archive';

const archive = anonymisingArchive();
const { bring, anonymise, copies, fileOf, keys } = archive;

describe('writing in the picture', () => {
  const device = { Manufacturer: 'Maker', ManufacturerModelName: 'Model A', Modality: 'CT', Rows: 16, Columns: 16 };
  const areas = [{ x: 0, y: 0, width: 4, height: 2 }];

  it('is warned of for an image and for a selection, device by device', async () => {
    const images = await bring(
      scan(1, 'P1', { burnedIn: 'YES' }),
      scan(2, 'P1'),
      scan(3, 'P2', { model: 'Model B' }),
      scan(4, 'P2', { model: '', burnedIn: 'NO' }),
    );
    expect(await archive.engine.verbs['anonymisation.risk']({ image: images[0]?.image ?? NO_IMAGE })).toEqual({
      risk: { level: 'certain', reason: 'said-yes' },
      device,
      mask: 'none',
      areas: [],
    });
    await expectError(archive.engine.verbs['anonymisation.risk']({ image: NO_IMAGE }), 'NOT_FOUND');
    await anonymise(images.slice(1, 2));
    const selection = ExportSelection.parse({ images: (await allImages(archive.engine)).map((row) => row.image) });
    const preview = await archive.engine.verbs['anonymisation.preview']({ selection });
    expect(preview).toMatchObject({ patients: 2, images: 4, alreadyAnonymous: 1, documents: 0 });
    expect(preview.risks).toEqual([
      { level: 'certain', reason: 'said-yes', images: 1 },
      { level: 'high', reason: 'sop-class', images: 2 },
      { level: 'some', reason: 'sop-class', images: 1 },
    ]);
    expect(preview.devices).toMatchObject([
      { device, known: true, images: 2, risk: { level: 'certain' }, mask: 'none' },
      { device: { ManufacturerModelName: 'Model B' }, images: 1, risk: { level: 'high' } },
      { device: { ManufacturerModelName: '' }, known: false, images: 1 },
    ]);
    expect(preview.devices[0]?.samples).toEqual(images.slice(0, 2).map((row) => row.image));
  });

  it('is blackened by the areas that are kept for the device, and nothing else changes', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1', { model: 'Model B' }));
    const saved = await archive.engine.verbs['anonymisation.saveMask']({ device, areas });
    expect(saved).toMatchObject({ device, areas });
    expect((await archive.engine.verbs['anonymisation.masks']({})).rows).toEqual([saved]);
    expect(saved).toMatchObject({ name: '', samples: [images[0]?.image] });
    const named = await archive.engine.verbs['anonymisation.saveMask']({ device, areas, name: 'Ultrasound, room 2' });
    expect(named.name).toBe('Ultrasound, room 2');
    expect((await archive.engine.verbs['anonymisation.saveMask']({ device, areas })).name).toBe('Ultrasound, room 2');
    const image = images[0]?.image ?? NO_IMAGE;
    expect(await archive.engine.verbs['anonymisation.risk']({ image })).toMatchObject({ mask: 'fits', areas });
    await anonymise(images);
    const [masked, plain] = await copies();
    const before = (await decodeFrame(fileOf(image), 0)).bytes;
    const after = (await decodeFrame(fileOf(masked?.image ?? NO_IMAGE), 0)).bytes;
    const inside = (at: number): boolean => at % 16 < 4 && at < 32;
    expect([...after]).toEqual([...before].map((value, at) => (inside(at) ? 0 : value)));
    expect(fileOf(masked?.image ?? NO_IMAGE).dataset.string(0x00280301)).toBe('NO');
    expect(fileOf(plain?.image ?? NO_IMAGE).dataset.has(0x00280301)).toBe(false);
    expect((await anonymise(images)).alreadyThere).toBe(2);
  });

  it('is never blackened by areas of another size without a word', async () => {
    const images = await bring(scan(1, 'P1', { side: 8 }), scan(2, 'P1'));
    await archive.engine.verbs['anonymisation.saveMask']({ device, areas });
    const selection = ExportSelection.parse({ images: images.map((row) => row.image) });
    const { devices } = await archive.engine.verbs['anonymisation.preview']({ selection });
    expect(devices.map((group) => [group.device.Rows, group.mask])).toEqual([
      [8, 'other-size'],
      [16, 'fits'],
    ]);
    const result = await anonymise(images);
    expect(result).toMatchObject({ made: 1, leftOut: [{ image: images[0]?.image, code: 'ANONYMISE_MASK_SIZE' }] });
    expect((await anonymise(images, { masks: 'ignore' })).made).toBe(2);
  });

  it('is blackened in one picture by areas of its own; each result has a UID of its own', async () => {
    const images = await bring(scan(1, 'P1'));
    const image = images[0]?.image ?? NO_IMAGE;
    await anonymise(images);
    const drawn = await anonymise(images, { areas: [{ image, areas }] });
    expect(drawn.made).toBe(1);
    const made = await copies();
    expect(new Set(made.map((row) => row.SOPInstanceUID)).size).toBe(2);
    expect(new Set(made.map((row) => row.SeriesInstanceUID)).size).toBe(1);
    expect(made.some((row) => row.conflict)).toBe(false);
    expect((await anonymise(images, { areas: [{ image, areas }] })).alreadyThere).toBe(1);
    expect((await keys()).rows[0]?.images).toBe(2);
  });

  it('needs areas inside of the picture and a device with a name', async () => {
    const images = await bring(scan(1, 'P1'));
    const image = images[0]?.image ?? NO_IMAGE;
    const outside = [{ x: 10, y: 0, width: 7, height: 1 }];
    await expectError(
      archive.engine.verbs['anonymisation.saveMask']({ device, areas: outside }),
      'ANONYMISE_AREA_OUTSIDE',
    );
    await expectError(
      archive.engine.verbs['anonymisation.saveMask']({ device: { ...device, ManufacturerModelName: ' ' }, areas }),
      'ANONYMISE_DEVICE_UNKNOWN',
    );
    await expectError(
      archive.engine.verbs['anonymisation.start'](way(images, { areas: [{ image, areas: outside }] })),
      'ANONYMISE_AREA_OUTSIDE',
    );
    await expectError(archive.engine.verbs['anonymisation.removeMask']({ device }), 'NOT_FOUND');
    await archive.engine.verbs['anonymisation.saveMask']({ device, areas });
    await archive.engine.verbs['anonymisation.removeMask']({ device });
    expect((await archive.engine.verbs['anonymisation.masks']({})).rows).toEqual([]);
  });
});
