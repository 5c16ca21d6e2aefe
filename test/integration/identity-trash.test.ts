import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExportSelection } from '../../shared/contract/release';
import { openArchive } from '../../main/archive/engine';
import { setAside } from '../../main/archive/identity';
import { BUILTIN_KINDS } from '../../main/archive/people/builtin-kinds';
import { factsOf } from '../../main/archive/release/facts';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { chosen, codeOf, ended, expectSound, imagesOf, patientsOf, register, take } from '../fixtures/identity';
import { dumpOf } from '../fixtures/index-dump';
import { cornerSamples, jpegOf } from '../fixtures/photos';

const everything = { text: '', offset: 0, limit: 1000 };

async function photo(seed: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await jpegOf(cornerSamples(64 + seed * 2, 48)));
}

describe('the trash', () => {
  it('takes images out of every list and every exit, and gives them back as they were', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [first, second, third] = await take(engine, [
      { seed: 1, PatientID: 'A', sop: '2.25.7' },
      { seed: 2, PatientID: 'A', sop: '2.25.7' },
      { seed: 3, PatientID: 'B' },
    ]);
    if (!first || !second || !third) throw new Error('Three were taken in.');
    const before = dumpOf(engine.context.db);
    expect((await allImages(engine)).filter((row) => row.conflict)).toHaveLength(2);

    const { act, images } = await engine.verbs['images.trash']({
      selection: chosen({ images: [second, third] }),
      reason: 'blurred',
    });
    expect(images).toBe(2);
    expect((await allImages(engine)).map((row) => [row.image, row.conflict])).toEqual([[first, false]]);
    expect((await patientsOf(engine)).map((row) => row.PatientID)).toEqual(['A']);
    expect(await codeOf(engine.verbs['catalog.image']({ image: second }))).toBe('NOT_FOUND');
    expect(() => factsOf(engine.context.db, second)).toThrow();
    const selection = ExportSelection.parse({ images: [second] });
    expect(await codeOf(engine.verbs['export.preview']({ selection, form: 'media' }))).toBe('NOT_FOUND');

    const list = await engine.verbs['trash.list'](everything);
    expect(list).toMatchObject({
      total: 2,
      rows: [
        { image: second, act, reason: 'blurred', PatientID: 'A', PatientName: 'Name^A', hasPixels: true, by: null },
        { image: third, PatientID: 'B', Modality: 'OT', StudyDate: '20261120' },
      ],
    });
    expect(list.bytes).toBe(list.rows.reduce((sum, row) => sum + row.bytes, 0));
    const found = async (text: string) => (await engine.verbs['trash.list']({ ...everything, text })).total;
    expect([await found('name b'), await found('A'), await found('nobody'), await found(' - ')]).toEqual([1, 2, 0, 2]);
    const [patient] = await patientsOf(engine);
    const ofA = await engine.verbs['trash.list']({ ...everything, patient: patient?.patient });
    expect(ofA.rows.map((row) => row.image)).toEqual([second]);
    expect((await engine.verbs['trash.list']({ ...everything, offset: 1, limit: 1 })).rows).toHaveLength(1);
    await expectSound(engine);

    expect(await engine.verbs['trash.restore']({ images: [], act })).toEqual({ images: 2 });
    const after = dumpOf(engine.context.db);
    for (const table of ['image', 'study', 'series', 'patient_text', 'study_text', 'object', 'set_aside'])
      expect(after[table]).toEqual(before[table]);
    expect((await allImages(engine)).filter((row) => row.conflict)).toHaveLength(2);
    await expectSound(engine);
  });

  it('takes patients, studies and series, each image once; a registered patient stays', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const anna = await register(engine, 'Abel^Anna', { PatientID: 'P7' });
    const at = { context: { patient: anna.patient, clinic: null, station: null }, camera: 'Camera' };
    const head = async (seed: number) => {
      const bytes = await photo(seed);
      const context = { ...at.context, kind: BUILTIN_KINDS.headshot };
      return (
        await engine.verbs['capture.keep']({
          bytes,
          context,
          takenAt: `2026-11-0${String(seed)}T10:00:00Z`,
          camera: '',
        })
      ).image;
    };
    const old = await head(1);
    const last = await head(2);
    await take(engine, [{ seed: 5, PatientID: 'Q' }]);
    expect((await engine.verbs['patients.get']({ patient: anna.patient })).headshot).toBe(last);
    await engine.verbs['images.trash']({ selection: chosen({ images: [last] }), reason: '' });
    const now = await engine.verbs['patients.get']({ patient: anna.patient });
    expect([now.headshot, now.lastStudyDate, now.images]).toEqual([old, '20261101', 1]);

    const [mine] = await imagesOf(engine, anna.patient);
    if (!mine) throw new Error('One is left.');
    const everyWay = chosen({
      patients: [anna.patient],
      studies: [mine.study],
      series: [mine.seriesKey],
      images: [mine.image],
    });
    expect((await engine.verbs['images.trash']({ selection: everyWay, reason: '' })).images).toBe(1);
    const empty = await engine.verbs['patients.get']({ patient: anna.patient });
    expect([empty.headshot, empty.lastStudyDate, empty.images, empty.studies]).toEqual([null, '', 0, 0]);
    await expectSound(engine);
  });

  it('refuses what it does not know and does nothing then', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [image] = await take(engine, [{ seed: 1 }]);
    if (!image) throw new Error('One was taken in.');
    const { verbs } = engine;
    const unknown = chosen({ images: [image, 'f'.repeat(64) as typeof image] });
    expect(await codeOf(verbs['images.trash']({ selection: unknown, reason: '' }))).toBe('NOT_FOUND');
    expect(await codeOf(verbs['images.trash']({ selection: chosen({}), reason: '' }))).toBe('IMAGES_NONE_CHOSEN');
    expect(await codeOf(verbs['trash.restore']({ images: [image] }))).toBe('NOT_IN_TRASH');
    expect(await codeOf(verbs['trash.restore']({ images: [] }))).toBe('IMAGES_NONE_CHOSEN');
    expect(await codeOf(verbs['trash.erase']({ images: [image] }))).toBe('NOT_IN_TRASH');
    expect(await codeOf(verbs['trash.erase']({ images: [], olderThanDays: 0 }))).toBe('IMAGES_NONE_CHOSEN');
    expect(await allImages(engine)).toHaveLength(1);
    expect(existsSync(engine.context.objects.path(image))).toBe(true);
  });

  it('is for other capabilities too, all or none', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const images = await take(engine, [{ seed: 1 }, { seed: 2 }]);
    expect(await setAside(engine.context, images, 'sent on')).toMatchObject({ images: 2 });
    expect(await codeOf(setAside(engine.context, images, 'sent on'))).toBe('CHANGED_MEANWHILE');
    expect((await engine.verbs['trash.list'](everything)).total).toBe(2);
  });

  it('gives back what arrives again', async () => {
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    const specs = [{ seed: 1 }, { seed: 2 }];
    const [first, second] = await take(engine, specs);
    if (!first || !second) throw new Error('Two were taken in.');
    const before = await allImages(engine);
    await engine.verbs['images.trash']({ selection: chosen({ images: [first] }), reason: '' });
    await take(engine, specs);
    expect(await allImages(engine)).toEqual(before);
    expect((await engine.verbs['trash.list'](everything)).total).toBe(0);
    await expectSound(engine);
  });
});

describe('emptying the trash', () => {
  it('removes the files, the thumbnails and the originals, but no file that is still used', async () => {
    const folder = temporaryFolder();
    const archive = join(folder, 'archive');
    const engine = await openForTest(archive);
    const [anna, bert] = [await register(engine, 'Abel^Anna'), await register(engine, 'Boll^Bert')];
    const shared = await photo(1);
    const keep = async (patient: typeof anna.patient, bytes: Uint8Array<ArrayBuffer>) =>
      (
        await engine.verbs['capture.keep']({
          bytes,
          context: { patient, clinic: null, station: null, kind: null },
          takenAt: '2026-11-20T10:00:00Z',
          camera: '',
        })
      ).image;
    const ofAnna = await keep(anna.patient, shared);
    const ofBert = await keep(bert.patient, shared);
    const own = await keep(anna.patient, await photo(2));
    for (const image of [ofAnna, ofBert, own]) await engine.pictures.thumbnail(image);
    const sources = engine.context.db
      .prepare<[], { image: string; source: string }>('SELECT object AS image, source_object AS source FROM image')
      .all();
    const sourceOf = (image: string) => sources.find((row) => row.image === image)?.source ?? '';
    expect(sourceOf(ofAnna)).toBe(sourceOf(ofBert));

    await engine.verbs['images.trash']({ selection: chosen({ patients: [anna.patient] }), reason: 'asked for it' });
    const begun = await engine.verbs['trash.erase']({ images: [], olderThanDays: 0 });
    expect(begun.images).toBe(2);
    await ended(engine, begun);
    const lies = (name: string) => existsSync(join(archive, 'objects', name.slice(0, 2), name));
    const shows = (name: string) => existsSync(join(archive, 'cache/thumbnails', name.slice(0, 2), `${name}.jpg`));
    expect([ofAnna, own, sourceOf(own), ofBert, sourceOf(ofBert)].map(lies)).toEqual([false, false, false, true, true]);
    expect([ofAnna, own, ofBert].map(shows)).toEqual([false, false, true]);
    expect(await codeOf(engine.verbs['trash.restore']({ images: [own] }))).toBe('NOT_IN_TRASH');
    await expectSound(engine);
    expect((await allImages(engine)).map((row) => row.image)).toEqual([ofBert]);
  });

  it('takes only what has lain there long enough, and lets the same bytes in again', async () => {
    const folder = temporaryFolder();
    let today = new Date('2026-11-01T08:00:00Z');
    const engine = await openArchive(join(folder, 'archive'), { holder: 'test', version: '0', now: () => today });
    try {
      const specs = [{ seed: 1 }, { seed: 2 }];
      const [first, second] = await take(engine, specs);
      if (!first || !second) throw new Error('Two were taken in.');
      await engine.verbs['images.trash']({ selection: chosen({ images: [first] }), reason: '' });
      today = new Date('2026-11-20T08:00:00Z');
      await engine.verbs['images.trash']({ selection: chosen({ images: [second] }), reason: '' });
      today = new Date('2026-12-10T08:00:00Z');
      expect(await codeOf(engine.verbs['trash.erase']({ images: [], olderThanDays: 60 }))).toBe('IMAGES_NONE_CHOSEN');
      const begun = await engine.verbs['trash.erase']({ images: [], olderThanDays: 30 });
      expect(begun.images).toBe(1);
      await ended(engine, begun);
      expect((await engine.verbs['trash.list'](everything)).rows.map((row) => row.image)).toEqual([second]);
      await take(engine, specs.slice(0, 1));
      expect((await allImages(engine)).map((row) => row.image)).toEqual([first]);
      expect(existsSync(engine.context.objects.path(first))).toBe(true);
      await expectSound(engine);
    } finally {
      await engine.close();
    }
  });

  it('erases older versions with the image, and is finished after a crash between record and files', async () => {
    const folder = temporaryFolder();
    const archive = join(folder, 'archive');
    const engine = await openForTest(archive);
    const [first] = await take(engine, [{ seed: 1 }, { seed: 2 }]);
    if (!first) throw new Error('Two were taken in.');
    await ended(
      engine,
      await engine.verbs['images.modify']({
        selection: chosen({ images: [first] }),
        values: [{ path: 'StudyID', value: '9' }],
        uids: false,
        modification: 'CORRECT',
        reason: 'typo',
      }),
    );
    const { rows } = await engine.verbs['images.versions']({ image: first });
    const versions = rows.map((row) => row.image);
    expect(versions).toHaveLength(2);
    const copies = versions.map((image) => readFileSync(engine.context.objects.path(image)));
    await engine.verbs['images.trash']({ selection: chosen({ images: versions.slice(0, 1) }), reason: '' });
    await ended(engine, await engine.verbs['trash.erase']({ images: versions.slice(0, 1) }));
    // The record is flushed, the files are back as if the power had gone before they went.
    const lay = () => {
      versions.forEach((image, at) => {
        mkdirSync(join(archive, 'objects', image.slice(0, 2)), { recursive: true });
        writeFileSync(engine.context.objects.path(image), copies[at] ?? '');
      });
    };
    lay();
    engine.context.db
      .prepare('INSERT INTO local_erasing (object) SELECT value FROM json_each(?)')
      .run(JSON.stringify(versions));
    await engine.close();
    const again = await openForTest(archive);
    expect(versions.map((image) => existsSync(again.context.objects.path(image)))).toEqual([false, false]);
    await expectSound(again);
    // Even with the index gone, what a record says is erased is not adopted as something unknown.
    lay();
    await ended(again, await again.verbs['archive.rebuild']({}));
    expect(versions.map((image) => existsSync(again.context.objects.path(image)))).toEqual([false, false]);
    expect(await allImages(again)).toHaveLength(1);
    await expectSound(again);
  });

  it('waits for what is on its way in, so that nothing that was reported as stored is missing', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    const engine = await openForTest(join(folder, 'archive'));
    const specs = Array.from({ length: 60 }, (_, seed) => ({ seed }));
    const images = await take(engine, specs);
    mkdirSync(source);
    images.forEach((image, at) => {
      writeFileSync(join(source, String(at)), readFileSync(engine.context.objects.path(image)));
    });
    for (let round = 0; round < 4; round += 1) {
      await engine.verbs['images.trash']({ selection: chosen({ images: [...images] }), reason: '' });
      const [outcomes] = await Promise.all([
        importInto(engine, [source]),
        engine.verbs['trash.erase']({ images: [], olderThanDays: 0 }).then((begun) => ended(engine, begun)),
      ]);
      expect(outcomes.filter((outcome) => outcome.outcome === 'rejected')).toEqual([]);
      expect(await allImages(engine)).toHaveLength(60);
      const report = await engine.verifyNow(true, unwatched);
      expect([report.missing, report.corrupt, report.orphaned]).toEqual([[], [], []]);
    }
    await expectSound(engine);
  });
});
