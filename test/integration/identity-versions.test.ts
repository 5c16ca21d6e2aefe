import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ChangedValue } from '../../shared/contract/identity';
import { ListInput } from '../../shared/contract/catalog';
import type { ImageId } from '../../shared/model/ids';
import type { Engine } from '../../main/archive/engine';
import { tagOf } from '../../main/dicom/dictionary';
import { readOrigin } from '../../main/imaging/origin';
import { allImages, openForTest, temporaryFolder } from '../fixtures/archive';
import {
  chosen,
  codeOf,
  ended,
  expectSound,
  imagesOf,
  objectOf,
  patientsOf,
  register,
  take,
} from '../fixtures/identity';
import { cornerSamples, jpegOf } from '../fixtures/photos';

const tag = (keyword: string): number => tagOf(keyword) ?? 0;

function modify(engine: Engine, images: readonly ImageId[], values: ChangedValue[], uids = false) {
  return engine.verbs['images.modify']({
    selection: chosen({ images: [...images] }),
    values,
    uids,
    modification: 'CORRECT',
    reason: 'typing error',
  });
}

describe('changing attributes of stored images', () => {
  it('makes a new version in the place of the old one, which is kept, and goes back', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [first, second] = await take(engine, [{ seed: 1 }, { seed: 2 }]);
    if (!first || !second) throw new Error('Two were taken in.');
    const [before] = await allImages(engine);
    await ended(engine, await modify(engine, [first], [{ path: 'StudyDescription', value: 'Knee' }]));
    const [after, other] = await allImages(engine);
    if (!before || !after) throw new Error('Two are there.');
    expect(after).toEqual({ ...before, image: after.image, bytes: after.bytes });
    expect(after.image).not.toBe(first);
    expect(other?.image).toBe(second);
    const { dataset } = objectOf(engine, after.image);
    expect(dataset.string(tag('StudyDescription'))).toBe('Knee');
    expect(dataset.string(tag('SOPInstanceUID'))).toBe(before.SOPInstanceUID);
    // What a study is called is what its first image says.
    const [patient] = await patientsOf(engine, 'knee');
    expect(patient).toBeUndefined();
    const { verbs } = engine;
    const studies = await verbs['catalog.studies'](ListInput.parse({ text: 'knee', limit: 10 }));
    expect(studies.rows.map((row) => row.StudyDescription)).toEqual(['Knee']);

    const versions = (await verbs['images.versions']({ image: first })).rows;
    expect(versions).toMatchObject([
      { image: after.image, current: true, replacedAt: null },
      { image: first, current: false, reason: 'typing error', PatientID: 'P1' },
    ]);
    expect((await verbs['images.versions']({ image: after.image })).rows).toEqual(versions);
    expect(await codeOf(verbs['images.revert']({ image: after.image, to: second, reason: 'no' }))).toBe(
      'NOT_A_VERSION',
    );
    const reverted = await verbs['images.revert']({ image: after.image, to: first, reason: 'it was right' });
    expect(reverted).toEqual(before);
    expect((await verbs['images.versions']({ image: first })).rows.map((row) => [row.image, row.current])).toEqual([
      [first, true],
      [after.image, false],
    ]);
    await verbs['images.revert']({ image: first, to: after.image, reason: 'after all' });
    await expectSound(engine);
    expect(await codeOf(verbs['images.versions']({ image: 'e'.repeat(64) as ImageId }))).toBe('NOT_FOUND');
  });

  it('gives an image that names another patient to that one', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const images = await take(engine, [
      { seed: 1, PatientID: 'P1', PatientName: 'Jonh^Doe' },
      { seed: 2, PatientID: 'P1', PatientName: 'John^Doe' },
    ]);
    expect(await patientsOf(engine)).toHaveLength(2);
    await ended(engine, await modify(engine, images, [{ path: 'PatientName', value: 'John^Doe' }]));
    expect((await patientsOf(engine)).map((row) => [row.PatientName, row.images])).toEqual([['John^Doe', 2]]);
    await expectSound(engine);
  });

  it('lets a photo go on being its patient’s unless it names another one', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const anna = await register(engine, 'Abel^Anna', { PatientID: '1' });
    const bert = await register(engine, 'Boll^Bert', { PatientID: '2' });
    const { image } = await engine.verbs['capture.keep']({
      bytes: new Uint8Array(await jpegOf(cornerSamples(64, 48))),
      context: { patient: anna.patient, clinic: null, station: null, kind: null },
      takenAt: '2026-11-20T10:00:00Z',
      camera: 'Camera',
    });
    await ended(engine, await modify(engine, [image], [{ path: 'ImageComments', value: 'left side' }]));
    const [commented] = await imagesOf(engine, anna.patient);
    if (!commented) throw new Error('The photo is hers.');
    expect(readOrigin(objectOf(engine, commented.image))?.keys.patient).toBe(anna.patient);
    await ended(
      engine,
      await modify(
        engine,
        [commented.image],
        [
          { path: 'PatientID', value: '2' },
          { path: 'PatientName', value: 'Boll^Bert' },
        ],
      ),
    );
    const [his] = await imagesOf(engine, bert.patient);
    if (!his) throw new Error('The photo is his.');
    expect(readOrigin(objectOf(engine, his.image))?.keys.patient).toBeNull();
    await expectSound(engine);
  });

  it('refuses what the file is built of, UIDs that are not meant, and what is no value, and does nothing then', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const images = await take(engine, [{ seed: 1 }]);
    const refused = (path: string, value: string | null, uids = false) =>
      codeOf(modify(engine, images, [{ path, value }], uids));
    expect(await refused('SOPInstanceUID', '1.2', true)).toBe('TAG_PROTECTED');
    expect(await refused('00020010', '1.2', true)).toBe('BAD_REQUEST');
    expect(await refused('StudyInstanceUID', '1.2')).toBe('TAG_IS_UID');
    expect(await refused('PatientBirthDate', 'yesterday')).toBe('TAG_VALUE');
    expect(await refused('No^Path', 'x')).toBe('BAD_REQUEST');
    expect(await codeOf(ended(engine, await modify(engine, images, [{ path: 'PatientID', value: 'P1' }])))).toBe(
      'NOTHING_CHANGED',
    );
    expect(
      await codeOf(ended(engine, await modify(engine, images, [{ path: 'SmallestImagePixelValue', value: 'x' }]))),
    ).toBe('TAG_VALUE');
    expect((await allImages(engine)).map((row) => row.image)).toEqual(images);
    await ended(engine, await modify(engine, images, [{ path: 'StudyInstanceUID', value: '1.2.3.4' }], true));
    expect((await allImages(engine)).map((row) => row.StudyInstanceUID)).toEqual(['1.2.3.4']);
    await expectSound(engine);
  });

  it('changes many together, and none when one of them is gone before it is done', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const images = await take(
      engine,
      Array.from({ length: 30 }, (_, seed) => ({ seed })),
    );
    const [first] = images;
    if (!first) throw new Error('Thirty were taken in.');
    const begun = await modify(engine, images, [{ path: 'InstitutionName', value: 'Clinic' }]);
    await engine.verbs['images.trash']({ selection: chosen({ images: [first] }), reason: '' });
    expect(await codeOf(ended(engine, begun))).toBe('CHANGED_MEANWHILE');
    expect((await allImages(engine)).map((row) => row.image)).toEqual(images.slice(1));
    await ended(engine, await modify(engine, images.slice(1), [{ path: 'InstitutionName', value: 'Clinic' }]));
    const now = await allImages(engine);
    expect(now).toHaveLength(29);
    for (const row of now) expect(objectOf(engine, row.image).dataset.string(tag('InstitutionName'))).toBe('Clinic');
    await expectSound(engine);
  });

  it('keeps the new version when the file of an older one is lost and the index is made again', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [first] = await take(engine, [{ seed: 1 }]);
    if (!first) throw new Error('One was taken in.');
    await ended(engine, await modify(engine, [first], [{ path: 'StudyID', value: '77' }]));
    const before = await allImages(engine);
    rmSync(engine.context.objects.path(first));
    await ended(engine, await engine.verbs['archive.rebuild']({}));
    expect(await allImages(engine)).toEqual(before);
  });
});
