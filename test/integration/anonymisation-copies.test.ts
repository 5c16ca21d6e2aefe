import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Input } from '../../shared/contract';
import { AnonymisationRequest } from '../../shared/contract/anonymisation';
import { FindInput } from '../../shared/contract/catalog';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import type { ImageId } from '../../shared/model/ids';
import { AnonymisationKeyId, AnonymisationRunId } from '../../shared/model/ids';
import { createAnonymisation, runAnonymisation } from '../../main/archive/anonymisation';
import { outgoingFiles } from '../../main/archive/anonymisation/outgoing-file';
import type { SetAside } from '../../main/archive/anonymisation/set-aside';
import { BufferSource } from '../../main/dicom/buffer-source';
import { readDicom } from '../../main/dicom/reader';
import { anonymisingArchive, expectError, NO_IMAGE, NOWHERE, scan, way } from '../fixtures/anonymising-archive';
import { allImages, unwatched } from '../fixtures/archive';

const archive = anonymisingArchive();
const { bring, anonymise, copies, fileOf, keys } = archive;

describe('anonymous copies', () => {
  it('stand beside the originals under one anonymous person for each patient, one study and series', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'), scan(3, 'P2'));
    const { job, run } = await archive.engine.verbs['anonymisation.start'](way(images));
    expect(await archive.engine.context.jobs.settled(job)).toMatchObject({
      type: 'anonymise',
      state: 'done',
      anonymisationRun: run,
      added: 3,
      total: 3,
    });
    const result = await archive.engine.verbs['anonymisation.result']({ run });
    expect(result).toMatchObject({ images: 3, made: 3, alreadyThere: 0, leftOut: [], state: 'done', mode: 'copy' });
    expect(result.patients).toHaveLength(2);
    expect(result.keys).toHaveLength(2);

    const made = await copies();
    expect(made).toHaveLength(3);
    expect((await allImages(archive.engine)).length).toBe(6);
    const [first, second, third] = made;
    expect(first?.PatientID).toMatch(/^ANON-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(first?.PatientID).toBe(second?.PatientID);
    expect(first?.PatientName).toBe(first?.PatientID);
    expect(third?.PatientID).not.toBe(first?.PatientID);
    expect([first?.StudyInstanceUID, first?.SeriesInstanceUID]).toEqual([
      second?.StudyInstanceUID,
      second?.SeriesInstanceUID,
    ]);
    expect(new Set(made.map((row) => row.SOPInstanceUID)).size).toBe(3);
    expect(made.every((row) => !row.conflict && row.fileName === '' && row.takenAt === null)).toBe(true);
    for (const row of made) {
      const bytes = readFileSync(archive.engine.context.objects.path(row.image)).toString('latin1');
      expect(bytes).not.toMatch(/Doe|19800102|20260214|ACCP/);
    }
    for (const row of images) expect(fileOf(row.image).dataset.string(0x00100010)).toMatch(/^Doe/);
  });

  it('are recognised when they are made again, whatever order and selection they come in', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'));
    const before = await anonymise(images);
    const patients = (await archive.engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient' }))).total;
    const again = await runAnonymisation(
      archive.engine.context,
      AnonymisationRequest.parse({ selection: { patients: [images[0]?.patient] } }),
      unwatched,
    );
    expect(before.made).toBe(2);
    expect(again).toMatchObject({ made: 0, alreadyThere: 2, keys: before.keys, patients: before.patients });
    expect((await archive.engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient' }))).total).toBe(
      patients,
    );
    expect(await copies()).toHaveLength(2);
  });

  it('have other names and UIDs under another profile, and dates that all move by one number of days', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'));
    await anonymise(images);
    const moved = await anonymise(images, { profile: { dates: 'modified' } });
    expect(moved.made).toBe(2);
    const made = await copies();
    expect(new Set(made.map((row) => row.PatientID)).size).toBe(2);
    expect(made.some((row) => row.conflict)).toBe(false);
    const { rows } = await keys();
    const shift = rows.find((row) => row.profile.dates === 'modified')?.dateShiftDays ?? 0;
    expect(shift).toBeLessThanOrEqual(-30);
    const day = new Date(Date.UTC(2026, 1, 14) + shift * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    expect(made.slice(2).map((row) => row.StudyDate)).toEqual([day, day]);
    expect(rows.find((row) => row.profile.dates === 'remove')?.dateShiftDays).toBeNull();
  });

  it('carry the values a person gives by path', async () => {
    const [image] = await bring(scan(1, 'P1'));
    if (!image) throw new Error('nothing came in');
    await anonymise([image], {
      values: [
        { path: 'PatientName', value: 'Teaching^Case' },
        { path: 'PatientID', value: 'T-7' },
        { path: 'StudyDescription', value: 'A chest' },
        { path: 'RequestAttributesSequence[1].RequestedProcedureID', value: 'R1' },
      ],
    });
    const [copy] = await copies();
    expect(copy).toMatchObject({ PatientName: 'Teaching^Case', PatientID: 'T-7' });
    const { dataset } = fileOf(copy?.image ?? NO_IMAGE);
    expect(dataset.string(0x00081030)).toBe('A chest');
    expect(dataset.items(0x00400275)[0]?.string(0x00401001)).toBe('R1');
    expect((await keys()).rows[0]).toMatchObject({ anonymousID: 'T-7', anonymousName: 'Teaching^Case' });
    expect((await keys()).rows[0]?.values.map(({ path }) => path)).toContain('00081030');
  });

  it.each([
    ['NoSuchKeyword', 'x'],
    ['StudyInstanceUID', '1.2.3'],
    ['SOPInstanceUID', '1.2.3'],
    ['PatientIdentityRemoved', 'NO'],
    ['Rows', '5'],
    ['PixelData', 'x'],
    ['RequestAttributesSequence', 'x'],
    ['PatientID', ''],
    ['PatientName', null],
    ['PatientName[1', 'x'],
    ['00020010', 'x'],
  ])('are refused the value %s = %j, and nothing is done', async (path, value) => {
    const images = await bring(scan(1, 'P1'));
    await expectError(
      archive.engine.verbs['anonymisation.start'](way(images, { values: [{ path, value }] })),
      'ANONYMISE_TAG_PATH',
    );
    expect((await keys()).total).toBe(0);
    expect(await copies()).toEqual([]);
  });

  it('never make one person of two, nor take the number of somebody else', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P2'));
    const start = (values: Input<'anonymisation.start'>['values'], of = images) =>
      archive.engine.verbs['anonymisation.start'](way(of, { values }));
    await expectError(start([{ path: 'PatientID', value: 'X' }]), 'ANONYMISE_ONE_NUMBER');
    await expectError(start([{ path: 'PatientID', value: 'P2' }], images.slice(0, 1)), 'ANONYMISE_NAME_TAKEN');
    const first = await anonymise(images.slice(0, 1), { values: [{ path: 'PatientID', value: 'X' }] });
    expect(first.made).toBe(1);
    await expectError(start([{ path: 'PatientID', value: 'X' }], images.slice(1)), 'ANONYMISE_NAME_TAKEN');
    const again = await anonymise(images.slice(0, 1), { values: [{ path: 'PatientID', value: 'X' }] });
    expect(again).toMatchObject({ made: 0, alreadyThere: 1 });
  });

  it('are not anonymised again, and what is not there is said', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images);
    const result = await anonymise(await allImages(archive.engine));
    expect(result).toMatchObject({ made: 0, alreadyThere: 1 });
    expect(result.leftOut).toEqual([{ image: (await copies())[0]?.image, code: 'ANONYMISE_ALREADY' }]);
    await expectError(
      archive.engine.verbs['anonymisation.start'](AnonymisationRequest.parse({ selection: {} })),
      'ANONYMISE_NOTHING',
    );
    await expectError(
      archive.engine.verbs['anonymisation.start'](AnonymisationRequest.parse({ selection: { images: [NO_IMAGE] } })),
      'NOT_FOUND',
    );
    await expectError(
      archive.engine.verbs['anonymisation.result']({ run: AnonymisationRunId.parse(NOWHERE) }),
      'NOT_FOUND',
    );
  });

  it('are not made of a damaged file; the others are', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'));
    const [broken] = images;
    if (!broken) throw new Error('nothing came in');
    writeFileSync(archive.engine.context.objects.path(broken.image), Buffer.from('rotten'));
    const result = await anonymise(images);
    expect(result).toMatchObject({
      state: 'done',
      made: 1,
      leftOut: [{ image: broken.image, code: 'OBJECT_DAMAGED' }],
    });
    expect((await keys()).rows[0]?.images).toBe(1);
  });

  it('stop when they are cancelled, and are completed the next time', async () => {
    const images = await bring(...Array.from({ length: 60 }, (_, seed) => scan(seed, 'P1')));
    const { job, run } = await archive.engine.verbs['anonymisation.start'](way(images));
    await archive.engine.verbs['jobs.cancel']({ job });
    expect((await archive.engine.context.jobs.settled(job)).state).toBe('cancelled');
    const stopped = await archive.engine.verbs['anonymisation.result']({ run });
    expect(stopped.state).toBe('cancelled');
    expect(stopped.made).toBeLessThan(60);
    const rest = await anonymise(images);
    expect(rest.made + rest.alreadyThere).toBe(60);
    expect(rest.alreadyThere).toBe(stopped.made);
    expect(await copies()).toHaveLength(60);
    expect(readdirSync(archive.engine.context.paths.incoming)).toEqual([]);
  });

  it('stand in the place of originals, which lie in the trash and can be brought back', async () => {
    const images = await bring(scan(1, 'P1'));
    const { job } = await archive.engine.verbs['anonymisation.start'](way(images, { mode: 'replace' }));
    expect((await archive.engine.context.jobs.settled(job)).state).toBe('done');
    expect((await allImages(archive.engine)).map(({ image }) => image)).toEqual(
      (await copies()).map(({ image }) => image),
    );
    const { rows } = await archive.engine.verbs['trash.list']({ text: '', limit: 9, offset: 0 });
    expect(rows.map(({ image }) => image)).toEqual(images.map(({ image }) => image));
    await archive.engine.verbs['trash.restore']({ images: images.map(({ image }) => image) });
    expect(await allImages(archive.engine)).toHaveLength(2);
  });

  it('set each original aside in the commit that stores them, also when the copy is there already', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'));
    await anonymise(images.slice(0, 1));
    const aside: ImageId[] = [];
    const setAside: SetAside = (which) => {
      aside.push(...which);
      return which.map((image) => ({
        type: 'log.noted',
        body: { code: 'MASK_REMOVED', details: {}, about: { image } },
      }));
    };
    const verbs = createAnonymisation(archive.engine.context, setAside);
    const { job, run } = await verbs['anonymisation.start'](way(images, { mode: 'replace' }));
    await archive.engine.context.jobs.settled(job);
    expect(await verbs['anonymisation.result']({ run })).toMatchObject({ mode: 'replace', made: 1, alreadyThere: 1 });
    expect(aside.sort()).toEqual(images.map((row) => row.image).sort());
    const noted = archive.engine.context.db
      .prepare(`SELECT image FROM log WHERE code = 'MASK_REMOVED' ORDER BY image`)
      .all();
    expect(noted).toEqual(aside.map((image) => ({ image })));
  });
});

describe('files to be sent', () => {
  it('are the same every time, hold nothing of the person, and are found again by their key', async () => {
    const [image] = await bring(scan(1, 'P1'));
    const make = outgoingFiles(archive.engine.context);
    const way = AnonymisationWay.parse({ profile: { retainDeviceIdentity: true, dates: 'modified' } });
    const first = await make(image?.image ?? NO_IMAGE, way);
    const second = await make(image?.image ?? NO_IMAGE, way);
    expect(second.path).not.toBe(first.path);
    expect(readFileSync(second.path)).toEqual(readFileSync(first.path));
    expect(readFileSync(first.path).toString('latin1')).not.toMatch(/Doe|19800102|20260214/);
    const { dataset } = readDicom(new BufferSource(readFileSync(first.path)));
    const { rows } = await archive.engine.verbs['anonymisation.find']({ text: dataset.string(0x00080018) ?? '' });
    expect(rows).toMatchObject([{ level: 'image', originalImage: image?.image, anonymousImage: null }]);
    const key = rows[0]?.key ?? AnonymisationKeyId.parse(NOWHERE);
    const { rows: values } = await archive.engine.verbs['anonymisation.values']({ key, offset: 0, limit: 9 });
    expect(values.map((row) => row.purpose)).toEqual(['send']);
    await expectError(make(NO_IMAGE, way), 'NOT_FOUND');
  });

  it('are stored copies as they are', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images);
    const [copy] = await copies();
    const { path } = await outgoingFiles(archive.engine.context)(copy?.image ?? NO_IMAGE, AnonymisationWay.parse({}));
    expect(readFileSync(path)).toEqual(readFileSync(archive.engine.context.objects.path(copy?.image ?? NO_IMAGE)));
  });
});

it('names the options with the codes of the standard', async () => {
  const { rows } = await archive.engine.verbs['anonymisation.options']({});
  expect(rows.map((row) => row.code).sort()).toEqual(
    [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((number) => `113${String(100 + number)}`),
  );
  expect(rows).toContainEqual({ option: 'retainUIDs', code: '113110', meaning: 'Retain UIDs Option' });
});
