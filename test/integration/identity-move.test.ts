import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageId } from '../../shared/model/ids';
import type { PatientRow } from '../../shared/model/rows';
import type { Engine } from '../../main/archive/engine';
import { runExport } from '../../main/archive/export';
import { BufferSource } from '../../main/dicom/buffer-source';
import { tagOf } from '../../main/dicom/dictionary';
import { readDicom } from '../../main/dicom/reader';
import { readOrigin } from '../../main/imaging/origin';
import { ExportSelection } from '../../shared/contract/release';
import { allImages, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
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
import { dumpOf } from '../fixtures/index-dump';
import { cornerSamples, jpegOf } from '../fixtures/photos';

const tag = (keyword: string): number => tagOf(keyword) ?? 0;

/** One study of two series with two images each. */
const STUDY = [1, 2, 3, 4].map((seed) => ({
  seed,
  PatientID: 'WRONG',
  study: '2.25.100',
  series: `2.25.100.${String(seed <= 2 ? 1 : 2)}`,
}));

async function move(engine: Engine, images: readonly ImageId[], to: PatientRow) {
  const begun = await engine.verbs['images.move']({
    selection: chosen({ images: [...images] }),
    patient: to.patient,
    reason: 'taken on the wrong patient',
  });
  await ended(engine, begun);
  return begun.act;
}

/** The log lines about a patient. */
function linesAbout(engine: Engine, patient: string): readonly string[] {
  return engine.context.db
    .prepare<[string], { code: string }>('SELECT code FROM log WHERE patient = ? ORDER BY id')
    .all(patient)
    .map((row) => row.code);
}

describe('moving images that were taken on the wrong patient', () => {
  it('names the right one in every file that leaves, and undoes it object for object', async () => {
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    const images = await take(engine, STUDY);
    const right = await register(engine, 'منصور^ليلى', { PatientID: 'R-1', PatientBirthDate: '20010203' });
    const [wrong] = (await patientsOf(engine)).filter((row) => row.PatientID === 'WRONG');
    if (!wrong) throw new Error('The images came with a patient.');
    const before = dumpOf(engine.context.db);

    const selection = chosen({ images: [...images] });
    expect(await engine.verbs['images.movePreview']({ selection, patient: right.patient })).toMatchObject({
      images: 4,
      wholeStudies: 1,
      splitStudies: 0,
      from: [{ PatientID: 'WRONG' }],
      to: { PatientID: 'R-1' },
    });
    const act = await move(engine, images, right);
    expect((await patientsOf(engine)).map((row) => [row.PatientID, row.images])).toEqual([['R-1', 4]]);
    const moved = await imagesOf(engine, right.patient);
    expect(moved.map((row) => row.arrival)).toEqual(
      (
        JSON.parse(
          `[${before.image?.map((row) => (JSON.parse(row) as { id: number }).id).join(',') ?? ''}]`,
        ) as number[]
      ).sort((a, b) => a - b),
    );
    for (const row of moved) {
      const { dataset } = objectOf(engine, row.image);
      expect(dataset.string(tag('PatientID'))).toBe('R-1');
      expect(dataset.string(tag('PatientName'))).toBe('منصور^ليلى');
      expect(dataset.string(tag('PatientBirthDate'))).toBe('20010203');
      // A study that moves as a whole goes on being the same study.
      expect(dataset.string(tag('StudyInstanceUID'))).toBe('2.25.100');
      const old = dataset.items(0x04000561)[0]?.items(0x04000550)[0];
      expect(old?.string(tag('PatientID'))).toBe('WRONG');
      expect(old?.string(tag('PatientName'))).toBe('Name^WRONG');
    }
    expect(linesAbout(engine, wrong.patient)).toEqual(['IMAGES_MOVED_AWAY']);
    expect(linesAbout(engine, right.patient)).toEqual(['PATIENT_REGISTERED', 'IMAGES_MOVED_HERE']);

    const target = join(folder, 'stick');
    mkdirSync(target);
    const result = await runExport(
      engine.context,
      { selection: ExportSelection.parse({ patients: [right.patient] }), form: 'media', container: 'folder', target },
      unwatched,
    );
    expect([result.state, result.images]).toEqual(['proven', 4]);
    const files = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const everything = Buffer.concat(files.map((entry) => readFileSync(join(entry.parentPath, entry.name))));
    const named = files
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
      .filter((bytes) => bytes.subarray(128, 132).toString() === 'DICM')
      .map((bytes) => readDicom(new BufferSource(new Uint8Array(bytes))).dataset.string(tag('PatientID')))
      .filter((id) => id !== undefined);
    expect(named).toEqual(['R-1', 'R-1', 'R-1', 'R-1']);
    expect(everything.includes('R-1')).toBe(true);
    await expectSound(engine);

    expect(await engine.verbs['images.moves']({ patient: right.patient })).toMatchObject({
      rows: [
        {
          act,
          to: right.patient,
          from: [wrong.patient],
          images: 4,
          undoneAt: null,
          reason: 'taken on the wrong patient',
        },
      ],
    });
    expect(await engine.verbs['images.undoMove']({ act, reason: '' })).toEqual({ images: 4 });
    expect((await allImages(engine)).map((row) => row.image)).toEqual([...images]);
    const after = dumpOf(engine.context.db);
    for (const table of ['image', 'study', 'series', 'patient_text', 'study_text'])
      expect(after[table]).toEqual(before[table]);
    expect(await codeOf(engine.verbs['images.undoMove']({ act, reason: '' }))).toBe('MOVE_UNDONE');
    expect((await engine.verbs['images.moves']({ patient: wrong.patient })).rows[0]?.undoneAt).not.toBeNull();
    expect(linesAbout(engine, right.patient)).toContain('MOVE_TAKEN_BACK');
    expect(linesAbout(engine, wrong.patient)).toContain('MOVE_TAKEN_BACK');
    await expectSound(engine);
  });

  it('makes a study of its own of a part, the same one for every part', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [one, two, three, four] = await take(engine, STUDY);
    if (!one || !two || !three || !four) throw new Error('Four were taken in.');
    const right = await register(engine, 'Abel^Anna', { PatientID: 'R-1' });
    expect(
      await engine.verbs['images.movePreview']({ selection: chosen({ images: [one] }), patient: right.patient }),
    ).toMatchObject({ wholeStudies: 0, splitStudies: 1 });
    await move(engine, [one], right);
    await move(engine, [three, four], right);
    const moved = await imagesOf(engine, right.patient);
    const studies = new Set(moved.map((row) => row.StudyInstanceUID));
    expect(studies.size).toBe(1);
    expect(studies.has('2.25.100')).toBe(false);
    const ofSeries = moved.map((row) => row.SeriesInstanceUID);
    // A part of a series becomes a series of its own, a whole one stays what it is.
    expect([ofSeries[0] === '2.25.100.1', ofSeries[1], ofSeries[2]]).toEqual([false, '2.25.100.2', '2.25.100.2']);
    expect(
      (await allImages(engine)).filter((row) => row.StudyInstanceUID === '2.25.100').map((row) => row.image),
    ).toEqual([two]);
    await expectSound(engine);
  });

  it('splits a study that has more in the trash, which might come back', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [one, ...rest] = await take(engine, STUDY);
    if (!one) throw new Error('Four were taken in.');
    await engine.verbs['images.trash']({ selection: chosen({ images: [one] }), reason: '' });
    const right = await register(engine, 'Abel^Anna', { PatientID: 'R-1' });
    await move(engine, rest, right);
    await engine.verbs['trash.restore']({ images: [one] });
    const uids = (await allImages(engine)).map((row) => [row.PatientID, row.StudyInstanceUID === '2.25.100']);
    expect(uids).toEqual([
      ['WRONG', true],
      ['R-1', false],
      ['R-1', false],
      ['R-1', false],
    ]);
    await expectSound(engine);
  });

  it('moves photos with the keys they carry, and a file made new from the objects alone finds the right one', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [anna, bert] = [
      await register(engine, 'Abel^Anna'),
      await register(engine, 'Boll^Bert', { PatientSex: 'M' }),
    ];
    const { image } = await engine.verbs['capture.keep']({
      bytes: new Uint8Array(await jpegOf(cornerSamples(64, 48))),
      context: { patient: anna.patient, clinic: null, station: null, kind: null },
      takenAt: '2026-11-20T10:00:00Z',
      camera: 'Camera',
    });
    await move(engine, [image], bert);
    const [moved] = await imagesOf(engine, bert.patient);
    if (!moved) throw new Error('One was moved.');
    const file = objectOf(engine, moved.image);
    expect(readOrigin(file)?.keys.patient).toBe(bert.patient);
    expect(file.dataset.string(tag('PatientSex'))).toBe('M');
    expect(moved.hasPixels).toBe(true);
    expect((await engine.pictures.thumbnail(moved.image)).length).toBeGreaterThan(100);
    await expectSound(engine);
  });

  it('refuses what makes no sense, and undoes nothing that has changed since', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const images = await take(engine, STUDY.slice(0, 2));
    const right = await register(engine, 'Abel^Anna', { PatientID: 'R-1' });
    const [wrong] = (await patientsOf(engine)).filter((row) => row.PatientID === 'WRONG');
    if (!wrong) throw new Error('The images came with a patient.');
    const { verbs } = engine;
    const selection = chosen({ images: [...images] });
    const reason = 'because';
    expect(await codeOf(verbs['images.move']({ selection, patient: wrong.patient, reason }))).toBe('MOVE_SAME_PATIENT');
    expect(await codeOf(verbs['images.move']({ selection: chosen({}), patient: right.patient, reason }))).toBe(
      'IMAGES_NONE_CHOSEN',
    );
    const nobody = '00000000-0000-4000-8000-00000000dead' as typeof right.patient;
    expect(await codeOf(verbs['images.move']({ selection, patient: nobody, reason }))).toBe('NOT_FOUND');
    expect(await codeOf(verbs['images.moves']({ patient: nobody }))).toBe('NOT_FOUND');
    expect(
      await codeOf(verbs['images.undoMove']({ act: '00000000-0000-4000-8000-00000000dead' as never, reason: '' })),
    ).toBe('NOT_FOUND');
    const act = await move(engine, images, right);
    const [first] = await imagesOf(engine, right.patient);
    if (!first) throw new Error('Two were moved.');
    await verbs['images.trash']({ selection: chosen({ images: [first.image] }), reason: '' });
    expect(await codeOf(verbs['images.undoMove']({ act, reason: '' }))).toBe('CHANGED_MEANWHILE');
    expect(await imagesOf(engine, right.patient)).toHaveLength(1);
    await verbs['trash.restore']({ images: [first.image] });
    expect(await verbs['images.undoMove']({ act, reason: '' })).toEqual({ images: 2 });
  });

  it('does not bring a wrong name back when the device sends its file again', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const images = await take(engine, STUDY);
    const right = await register(engine, 'Abel^Anna', { PatientID: 'R-1' });
    await move(engine, images, right);
    await take(engine, STUDY);
    expect((await patientsOf(engine)).map((row) => [row.PatientID, row.images])).toEqual([['R-1', 4]]);
    await expectSound(engine);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    const images = await take(
      engine,
      Array.from({ length: 40 }, (_, seed) => ({ seed, PatientID: 'WRONG' })),
    );
    const right = await register(engine, 'Abel^Anna', { PatientID: 'R-1' });
    const { job } = await engine.verbs['images.move']({
      selection: chosen({ images: [...images] }),
      patient: right.patient,
      reason: 'x',
    });
    await engine.verbs['jobs.cancel']({ job });
    expect((await engine.context.jobs.settled(job)).state).toBe('cancelled');
    expect(await imagesOf(engine, right.patient)).toEqual([]);
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
    await expectSound(engine);
  });
});
