import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Input } from '../../shared/contract';
import { AnonymisationRequest, type AnonymisationResult, KeyQuery } from '../../shared/contract/anonymisation';
import { FindInput } from '../../shared/contract/catalog';
import { ExportSelection } from '../../shared/contract/release';
import type { ErrorCode } from '../../shared/errors';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { AnonymisationKeyId, AnonymisationRunId, ImageId, type PatientKey } from '../../shared/model/ids';
import type { ImageRow } from '../../shared/model/rows';
import { createAnonymisation, runAnonymisation } from '../../main/archive/anonymisation';
import { outgoingFiles } from '../../main/archive/anonymisation/outgoing-file';
import { restoreIdentity } from '../../main/archive/anonymisation/reverse';
import type { SetAside } from '../../main/archive/anonymisation/set-aside';
import type { Engine } from '../../main/archive/engine';
import { BufferSource } from '../../main/dicom/buffer-source';
import { decodeFrame } from '../../main/dicom/pixels';
import { readDicom } from '../../main/dicom/reader';
import { DataSetBuilder, writePart10 } from '../../main/dicom/writer';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { EXPLICIT_LE, SECONDARY_CAPTURE, uidOf } from '../fixtures/instances';

let folder: string;
let engine: Engine;
const NOWHERE = '00000000-0000-4000-8000-0000000000ff';
const NO_IMAGE = ImageId.parse('0'.repeat(64));

interface Made {
  readonly model?: string;
  readonly side?: number;
  readonly burnedIn?: string;
  readonly frameOfReference?: string;
}

/** A scanner's picture of a patient, with what a key has to keep. */
function scan(seed: number, patient: string, made: Made = {}): Uint8Array {
  const { side = 16, model = 'Model A' } = made;
  const study = uidOf(`study of ${patient}`);
  const sop = uidOf(`scan ${String(seed)}`);
  const pixels = Uint8Array.from({ length: side * side }, (_, at) => (at * 3 + seed * 17) & 0xff);
  const dataset = new DataSetBuilder()
    .set('SpecificCharacterSet', 'ISO_IR 192')
    .set('SOPClassUID', SECONDARY_CAPTURE)
    .set('SOPInstanceUID', sop)
    .set('StudyDate', '20260214')
    .set('ContentDate', '20260215')
    .set('StudyTime', '101500')
    .set('StudyDescription', `Chest of ${patient}`)
    .set('AccessionNumber', `ACC${patient}`)
    .set('Modality', 'CT')
    .set('Manufacturer', 'Maker')
    .set('ManufacturerModelName', model)
    .set('PatientName', `Doe^${patient}`)
    .set('PatientID', patient)
    .set('PatientBirthDate', '19800102')
    .set('PatientSex', 'F')
    .set('StudyInstanceUID', study)
    .set('SeriesInstanceUID', uidOf(`series of ${patient}`))
    .set('FrameOfReferenceUID', made.frameOfReference ?? uidOf(`frame of ${patient}`))
    .set('SeriesNumber', 1)
    .set('InstanceNumber', seed)
    .set('SamplesPerPixel', 1)
    .set('PhotometricInterpretation', 'MONOCHROME2')
    .set('Rows', side)
    .set('Columns', side)
    .set('BitsAllocated', 8)
    .set('BitsStored', 8)
    .set('HighBit', 7)
    .set('PixelRepresentation', 0)
    .set('PixelData', pixels, 'OB');
  if (made.burnedIn !== undefined) dataset.set('BurnedInAnnotation', made.burnedIn);
  return writePart10({ sopClassUID: SECONDARY_CAPTURE, sopInstanceUID: sop, transferSyntaxUID: EXPLICIT_LE }, dataset);
}

/** Brings files in and gives the images in the order of the files. */
async function bring(...files: readonly Uint8Array[]): Promise<readonly ImageRow[]> {
  const before = new Set((await allImages(engine)).map((row) => row.image));
  const from = join(folder, `in-${String(before.size)}`);
  mkdirSync(from);
  for (const [at, bytes] of files.entries()) writeFileSync(join(from, `${String(at).padStart(4, '0')}.dcm`), bytes);
  for (const name of readdirSync(from).sort()) await importInto(engine, [join(from, name)]);
  return (await allImages(engine)).filter((row) => !before.has(row.image));
}

const way = (images: readonly ImageRow[], more: Partial<Input<'anonymisation.start'>> = {}): AnonymisationRequest =>
  AnonymisationRequest.parse({ selection: { images: images.map((row) => row.image) }, ...more });

async function anonymise(
  images: readonly ImageRow[],
  more: Partial<Input<'anonymisation.start'>> = {},
): Promise<AnonymisationResult> {
  return runAnonymisation(engine.context, way(images, more), unwatched);
}

/** The anonymous copies, in the order of their originals; those of one original as they were made. */
async function copies(): Promise<readonly ImageRow[]> {
  const order = engine.context.db
    .prepare<[], { anonymous: string }>(
      `SELECT i.anonymous FROM anonymised_image AS i LEFT JOIN image ON image.object = i.original ORDER BY i.key_id, image.id, i.id`,
    )
    .all()
    .map((row) => row.anonymous);
  const made = (await allImages(engine)).filter((row) => row.source === 'anonymisation');
  return made.sort((a, b) => order.indexOf(a.image) - order.indexOf(b.image));
}

function fileOf(image: ImageId) {
  return readDicom(new BufferSource(readFileSync(engine.context.objects.path(image))));
}

async function keys(query: Input<'anonymisation.keys'> = {}) {
  return engine.verbs['anonymisation.keys'](KeyQuery.parse(query));
}

async function expectError(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await expect(work).rejects.toMatchObject({ code });
}

/** Everything the anonymisation tables hold, without the numbers that a rebuild may give anew. */
function tables(): unknown {
  const { db } = engine.context;
  return {
    keys: db
      .prepare(
        'SELECT key, patient, fingerprint, secret, anonymous_name, images, created_at FROM anonymisation_key ORDER BY key',
      )
      .all(),
    images: db
      .prepare(
        `SELECT k.key, i.original, i.anonymous, i.masks, i.variant, i.purpose, i.key_values, i.created_at
         FROM anonymised_image AS i JOIN anonymisation_key AS k ON k.id = i.key_id ORDER BY i.original, k.key, i.masks`,
      )
      .all(),
    uids: db
      .prepare(
        'SELECT k.key, u.anonymous, u.original FROM anonymised_uid AS u JOIN anonymisation_key AS k ON k.id = u.key_id ORDER BY 1, 2',
      )
      .all(),
    masks: db.prepare('SELECT Manufacturer, Rows, areas, saved_at FROM device_mask ORDER BY Rows').all(),
    runs: db.prepare('SELECT run, result FROM anonymisation_run ORDER BY run').all(),
    log: db.prepare(`SELECT seq, code, details FROM log WHERE subject = 'anonymisation' ORDER BY seq`).all(),
    copies: db.prepare(`SELECT object, source FROM image WHERE source = 'anonymisation' ORDER BY object`).all(),
  };
}

beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
});

describe('anonymous copies', () => {
  it('stand beside the originals under one anonymous person for each patient, one study and series', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'), scan(3, 'P2'));
    const { job, run } = await engine.verbs['anonymisation.start'](way(images));
    expect(await engine.context.jobs.settled(job)).toMatchObject({
      type: 'anonymise',
      state: 'done',
      anonymisationRun: run,
      added: 3,
      total: 3,
    });
    const result = await engine.verbs['anonymisation.result']({ run });
    expect(result).toMatchObject({ images: 3, made: 3, alreadyThere: 0, leftOut: [], state: 'done', mode: 'copy' });
    expect(result.patients).toHaveLength(2);
    expect(result.keys).toHaveLength(2);

    const made = await copies();
    expect(made).toHaveLength(3);
    expect((await allImages(engine)).length).toBe(6);
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
      const bytes = readFileSync(engine.context.objects.path(row.image)).toString('latin1');
      expect(bytes).not.toMatch(/Doe|19800102|20260214|ACCP/);
    }
    for (const row of images) expect(fileOf(row.image).dataset.string(0x00100010)).toMatch(/^Doe/);
  });

  it('are recognised when they are made again, whatever order and selection they come in', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'));
    const before = await anonymise(images);
    const patients = (await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient' }))).total;
    const again = await runAnonymisation(
      engine.context,
      AnonymisationRequest.parse({ selection: { patients: [images[0]?.patient] } }),
      unwatched,
    );
    expect(before.made).toBe(2);
    expect(again).toMatchObject({ made: 0, alreadyThere: 2, keys: before.keys, patients: before.patients });
    expect((await engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient' }))).total).toBe(patients);
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
      engine.verbs['anonymisation.start'](way(images, { values: [{ path, value }] })),
      'ANONYMISE_TAG_PATH',
    );
    expect((await keys()).total).toBe(0);
    expect(await copies()).toEqual([]);
  });

  it('never make one person of two, nor take the number of somebody else', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P2'));
    const start = (values: Input<'anonymisation.start'>['values'], of = images) =>
      engine.verbs['anonymisation.start'](way(of, { values }));
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
    const result = await anonymise(await allImages(engine));
    expect(result).toMatchObject({ made: 0, alreadyThere: 1 });
    expect(result.leftOut).toEqual([{ image: (await copies())[0]?.image, code: 'ANONYMISE_ALREADY' }]);
    await expectError(
      engine.verbs['anonymisation.start'](AnonymisationRequest.parse({ selection: {} })),
      'ANONYMISE_NOTHING',
    );
    await expectError(
      engine.verbs['anonymisation.start'](AnonymisationRequest.parse({ selection: { images: [NO_IMAGE] } })),
      'NOT_FOUND',
    );
    await expectError(engine.verbs['anonymisation.result']({ run: AnonymisationRunId.parse(NOWHERE) }), 'NOT_FOUND');
  });

  it('are not made of a damaged file; the others are', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'));
    const [broken] = images;
    if (!broken) throw new Error('nothing came in');
    writeFileSync(engine.context.objects.path(broken.image), Buffer.from('rotten'));
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
    const { job, run } = await engine.verbs['anonymisation.start'](way(images));
    await engine.verbs['jobs.cancel']({ job });
    expect((await engine.context.jobs.settled(job)).state).toBe('cancelled');
    const stopped = await engine.verbs['anonymisation.result']({ run });
    expect(stopped.state).toBe('cancelled');
    expect(stopped.made).toBeLessThan(60);
    const rest = await anonymise(images);
    expect(rest.made + rest.alreadyThere).toBe(60);
    expect(rest.alreadyThere).toBe(stopped.made);
    expect(await copies()).toHaveLength(60);
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
  });

  it('stand in the place of originals, which lie in the trash and can be brought back', async () => {
    const images = await bring(scan(1, 'P1'));
    const { job } = await engine.verbs['anonymisation.start'](way(images, { mode: 'replace' }));
    expect((await engine.context.jobs.settled(job)).state).toBe('done');
    expect((await allImages(engine)).map(({ image }) => image)).toEqual((await copies()).map(({ image }) => image));
    const { rows } = await engine.verbs['trash.list']({ text: '', limit: 9, offset: 0 });
    expect(rows.map(({ image }) => image)).toEqual(images.map(({ image }) => image));
    await engine.verbs['trash.restore']({ images: images.map(({ image }) => image) });
    expect(await allImages(engine)).toHaveLength(2);
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
    const verbs = createAnonymisation(engine.context, setAside);
    const { job, run } = await verbs['anonymisation.start'](way(images, { mode: 'replace' }));
    await engine.context.jobs.settled(job);
    expect(await verbs['anonymisation.result']({ run })).toMatchObject({ mode: 'replace', made: 1, alreadyThere: 1 });
    expect(aside.sort()).toEqual(images.map((row) => row.image).sort());
    const noted = engine.context.db.prepare(`SELECT image FROM log WHERE code = 'MASK_REMOVED' ORDER BY image`).all();
    expect(noted).toEqual(aside.map((image) => ({ image })));
  });
});

describe('keys', () => {
  it('are listed by pages, sorted, filtered and asked for by their properties', async () => {
    const images = await bring(scan(1, 'Ada'), scan(2, 'Berta'), scan(3, 'Çelik'));
    await anonymise(images);
    const all = await keys({ sort: 'PatientName', descending: false });
    expect(all.rows.map((row) => row.PatientID)).toEqual(['Ada', 'Berta', 'Çelik']);
    expect((await keys({ sort: 'PatientName', descending: false, offset: 1, limit: 1 })).rows[0]?.PatientID).toBe(
      'Berta',
    );
    expect((await keys({ filter: 'celi' })).rows.map((row) => row.PatientID)).toEqual(['Çelik']);
    const name = all.rows[1]?.anonymousName ?? '';
    expect((await keys({ filter: name.slice(5).toLowerCase() })).rows.map((row) => row.PatientID)).toEqual(['Berta']);
    expect((await keys({ filter: '%' })).total).toBe(0);
    const where = async (...properties: NonNullable<Input<'anonymisation.keys'>['where']>) =>
      (await keys({ where: properties })).rows.map((row) => row.PatientID);
    expect(await where({ property: 'PatientName', operator: 'like', value: 'doe' })).toHaveLength(3);
    expect(
      await where(
        { property: 'PatientName', operator: 'like', value: 'DOE' },
        { property: 'PatientID', operator: '=', value: 'Ada' },
      ),
    ).toEqual(['Ada']);
    expect(await where({ property: 'PatientID', operator: '=', value: 'ada' })).toEqual([]);
    const uid = images[2]?.StudyInstanceUID ?? '';
    expect(await where({ property: 'StudyInstanceUID', operator: '=', value: uid })).toEqual(['Çelik']);
    expect(await where({ property: 'SOPInstanceUID', operator: 'like', value: '2.25' })).toHaveLength(3);
    expect(await where({ property: 'image', operator: '=', value: images[0]?.image ?? '' })).toEqual(['Ada']);
    expect(await where({ property: 'PatientName', operator: 'like', value: `' OR 1=1 --` })).toEqual([]);
  });

  it('tell which images, and what was replaced by what', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P1'));
    const { keys: made } = await anonymise(images);
    const key = made[0] ?? AnonymisationKeyId.parse(NOWHERE);
    const row = await engine.verbs['anonymisation.key']({ key });
    expect(row).toMatchObject({ key, PatientName: 'Doe^P1', PatientBirthDate: '19800102', images: 2, isHere: true });
    const values = await engine.verbs['anonymisation.values']({ key, offset: 0, limit: 1 });
    expect(values.total).toBe(2);
    expect(values.rows).toHaveLength(1);
    const [value] = values.rows;
    const original = images.find((image) => image.image === value?.original);
    expect(value).toMatchObject({
      purpose: 'copy',
      originalIsHere: true,
      anonymousIsHere: true,
      StudyInstanceUID: original?.StudyInstanceUID,
      SOPInstanceUID: original?.SOPInstanceUID,
    });
    expect(value?.values).toContainEqual({
      keyword: 'PatientName',
      level: 'patient',
      original: 'Doe^P1',
      anonymised: row.anonymousName,
    });
    expect(value?.values).toContainEqual({
      keyword: 'StudyDate',
      level: 'study',
      original: '20260214',
      anonymised: '',
    });
    await expectError(engine.verbs['anonymisation.key']({ key: AnonymisationKeyId.parse(NOWHERE) }), 'NOT_FOUND');
    await expectError(
      engine.verbs['anonymisation.values']({ key: AnonymisationKeyId.parse(NOWHERE), offset: 0, limit: 9 }),
      'NOT_FOUND',
    );
  });

  it('are found again from either side: name, number, study, series, instance and image', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P2'));
    await anonymise(images);
    const [copy] = await copies();
    const [original] = images;
    if (!copy || !original) throw new Error('nothing was made');
    const find = async (text: string) => (await engine.verbs['anonymisation.find']({ text })).rows;
    expect(await find(copy.PatientID)).toMatchObject([
      { level: 'patient', side: 'anonymous', PatientID: 'P1', anonymous: copy.PatientID, patient: original.patient },
    ]);
    expect((await find('doe')).map((row) => row.PatientID)).toEqual(['P2', 'P1']);
    expect(await find('P2')).toMatchObject([{ level: 'patient', side: 'original', PatientID: 'P2' }]);
    expect(await find(copy.SOPInstanceUID)).toMatchObject([
      { level: 'image', side: 'anonymous', original: original.SOPInstanceUID, originalImage: original.image },
    ]);
    expect(await find(original.SOPInstanceUID)).toMatchObject([
      { level: 'image', side: 'original', anonymous: copy.SOPInstanceUID, anonymousImage: copy.image },
    ]);
    expect(await find(copy.SeriesInstanceUID)).toMatchObject([
      { level: 'series', original: original.SeriesInstanceUID },
    ]);
    expect(await find(copy.StudyInstanceUID)).toMatchObject([{ level: 'study', original: original.StudyInstanceUID }]);
    expect(await find(copy.image)).toMatchObject([
      { level: 'image', side: 'anonymous', originalImage: original.image },
    ]);
    expect(await find(original.image.toUpperCase())).toMatchObject([{ side: 'original', anonymousImage: copy.image }]);
    expect(await find('nobody at all')).toEqual([]);
  });

  it('are gone when they are removed: nothing leads back, and the next copy is of somebody new', async () => {
    const images = await bring(scan(1, 'P1'));
    const { keys: made, patients } = await anonymise(images);
    const key = made[0] ?? AnonymisationKeyId.parse(NOWHERE);
    const [copy] = await copies();
    await engine.verbs['anonymisation.removeKey']({ key });
    expect((await keys()).total).toBe(0);
    expect((await engine.verbs['anonymisation.find']({ text: copy?.PatientID ?? '' })).rows).toEqual([]);
    await expectError(
      engine.verbs['anonymisation.reverse']({ image: copy?.image ?? NO_IMAGE, reason: 'asked by the family' }),
      'ANONYMISE_NO_KEY',
    );
    await expectError(engine.verbs['anonymisation.removeKey']({ key }), 'NOT_FOUND');
    expect(await copies()).toHaveLength(1);
    const again = await anonymise(images);
    expect(again.made).toBe(1);
    expect(again.patients).not.toEqual(patients);
  });

  it('come back whole when the index is made again from the records', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P2'));
    const { keys: made } = await anonymise(images, { profile: { dates: 'modified' } });
    await anonymise(images.slice(0, 1));
    await engine.verbs['anonymisation.removeKey']({ key: made[1] ?? AnonymisationKeyId.parse(NOWHERE) });
    const device = { Manufacturer: 'Maker', ManufacturerModelName: 'Model A', Modality: 'CT', Rows: 16, Columns: 16 };
    await engine.verbs['anonymisation.saveMask']({ device, areas: [{ x: 0, y: 0, width: 4, height: 2 }] });
    await engine.verbs['anonymisation.saveMask']({ device: { ...device, Rows: 32 }, areas: [] });
    await engine.verbs['anonymisation.removeMask']({ device: { ...device, Rows: 32 } });
    const before = tables();
    const { job } = await engine.verbs['archive.rebuild']({});
    expect((await engine.context.jobs.settled(job)).state).toBe('done');
    expect(tables()).toEqual(before);
    expect((await anonymise(images.slice(0, 1), { masks: 'ignore' })).alreadyThere).toBe(1);
  });

  it('are written as a table that no spreadsheet takes for formulas, without those who said no', async () => {
    const images = await bring(scan(1, '=1+1'), scan(2, 'a;"b"'), scan(3, 'P3'));
    await anonymise(images);
    await refuse(images[2]?.patient);
    const path = join(folder, 'keys.csv');
    expect(await engine.verbs['anonymisation.csv']({ path })).toEqual({ rows: 2, leftOut: 1 });
    const text = readFileSync(path, 'utf8');
    const lines = text.slice(1).trimEnd().split('\r\n');
    expect(text.startsWith('\ufeffKey;Created;')).toBe(true);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain(`;'=1+1;`);
    expect(lines[2]).toContain(';"a;""b""";');
    expect(text).not.toContain('P3');
    await expectError(
      engine.verbs['anonymisation.csv']({ path: join(engine.context.paths.root, 'keys.csv') }),
      'EXPORT_INSIDE_ARCHIVE',
    );
    await expectError(
      engine.verbs['anonymisation.csv']({ path: join(folder, 'nowhere', 'k.csv') }),
      'EXPORT_TARGET_LOST',
    );
    await expectError(engine.verbs['anonymisation.csv']({ path: 'keys.csv' }), 'BAD_REQUEST');
    expect(readdirSync(folder).filter((name) => name.includes('incomplete'))).toEqual([]);
  });
});

describe('giving the identity back', () => {
  it('leads to the original where it is here', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images);
    const [copy] = await copies();
    const back = await engine.verbs['anonymisation.reverse']({
      image: copy?.image ?? NO_IMAGE,
      reason: 'asked by the family',
    });
    expect(back).toMatchObject({ level: 'image', image: images[0]?.image, isNew: false });
    expect(engine.context.db.prepare(`SELECT details FROM log WHERE code = 'REIDENTIFIED'`).all()).toEqual([
      { details: '{"reason":"asked by the family"}' },
    ]);
    await expectError(
      engine.verbs['anonymisation.reverse']({ image: images[0]?.image ?? NO_IMAGE, reason: 'asked by the family' }),
      'ANONYMISE_NO_KEY',
    );
    await expectError(
      engine.verbs['anonymisation.reverse']({ image: NO_IMAGE, reason: 'asked by the family' }),
      'NOT_FOUND',
    );
  });

  it('makes the original anew from its copy when it has gone', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images, { profile: { dates: 'modified' } });
    const [original] = images;
    const [copy] = await copies();
    if (!original || !copy) throw new Error('nothing was made');
    engine.context.db.prepare(`UPDATE object SET state = 'missing' WHERE sha256 = ?`).run(original.image);
    const back = await engine.verbs['anonymisation.reverse']({ image: copy.image, reason: 'asked by the family' });
    expect(back).toMatchObject({ level: 'image', isNew: true });
    const row = await engine.verbs['catalog.image']({ image: back.image });
    expect(row).toMatchObject({
      patient: original.patient,
      StudyInstanceUID: original.StudyInstanceUID,
      SOPInstanceUID: original.SOPInstanceUID,
      StudyDate: '20260214',
      PatientID: 'P1',
    });
    const { dataset } = fileOf(back.image);
    expect(dataset.string(0x00120062)).toBe('NO');
    expect(dataset.has(0x00120064)).toBe(false);
    expect(dataset.string(0x00200052)).toBe(uidOf('frame of P1'));
    expect(dataset.string(0x00081030)).toBe('Chest of P1');
    expect((await decodeFrame(fileOf(back.image), 0)).bytes).toEqual(
      (await decodeFrame(fileOf(original.image), 0)).bytes,
    );
    expect(
      await engine.verbs['anonymisation.reverse']({ image: copy.image, reason: 'asked by the family' }),
    ).toMatchObject({ isNew: false });
  });

  it('brings a result that was made elsewhere of a copy to the right patient, with references to the originals', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images);
    const [copy] = await copies();
    if (!copy) throw new Error('nothing was made');
    const sop = uidOf('result');
    const result = new DataSetBuilder()
      .set('SOPClassUID', SECONDARY_CAPTURE)
      .set('SOPInstanceUID', sop)
      .set('StudyInstanceUID', copy.StudyInstanceUID)
      .set('SeriesInstanceUID', uidOf('series of results'))
      .set('Modality', 'SR')
      .set('PatientName', copy.PatientName)
      .set('PatientID', copy.PatientID)
      .set('PatientIdentityRemoved', 'YES')
      .set('SeriesDescription', 'score 7')
      .set('ReferencedImageSequence', [
        new DataSetBuilder()
          .set('ReferencedSOPClassUID', SECONDARY_CAPTURE)
          .set('ReferencedSOPInstanceUID', copy.SOPInstanceUID),
      ]);
    const [came] = await bring(
      writePart10({ sopClassUID: SECONDARY_CAPTURE, sopInstanceUID: sop, transferSyntaxUID: EXPLICIT_LE }, result),
    );
    if (!came) throw new Error('the result did not come in');
    const back = await engine.verbs['anonymisation.reverse']({ image: came.image, reason: 'asked by the family' });
    expect(back).toMatchObject({ level: 'study', isNew: true });
    const { dataset } = fileOf(back.image);
    expect(await engine.verbs['catalog.image']({ image: back.image })).toMatchObject({
      patient: images[0]?.patient,
      StudyInstanceUID: images[0]?.StudyInstanceUID,
      SeriesInstanceUID: uidOf('series of results'),
      SeriesDescription: 'score 7',
      StudyDate: '20260214',
      PatientName: 'Doe^P1',
    });
    expect(dataset.items(0x00081140)[0]?.string(0x00081155)).toBe(images[0]?.SOPInstanceUID);
  });

  it('says that it knows nothing of a stranger', async () => {
    const [image] = await bring(scan(1, 'P1'));
    const named = {
      PatientName: 'ANON-1',
      PatientID: 'ANON-1',
      StudyInstanceUID: '1.2',
      SeriesInstanceUID: '1.3',
      SOPInstanceUID: '1.4',
    };
    const path = engine.context.objects.path(image?.image ?? NO_IMAGE);
    expect(await restoreIdentity(engine.context, path, named)).toBeUndefined();
  });
});

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
    expect(await engine.verbs['anonymisation.risk']({ image: images[0]?.image ?? NO_IMAGE })).toEqual({
      risk: { level: 'certain', reason: 'said-yes' },
      device,
      mask: 'none',
      areas: [],
    });
    await expectError(engine.verbs['anonymisation.risk']({ image: NO_IMAGE }), 'NOT_FOUND');
    await anonymise(images.slice(1, 2));
    const selection = ExportSelection.parse({ images: (await allImages(engine)).map((row) => row.image) });
    const preview = await engine.verbs['anonymisation.preview']({ selection });
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
    const saved = await engine.verbs['anonymisation.saveMask']({ device, areas });
    expect(saved).toMatchObject({ device, areas });
    expect((await engine.verbs['anonymisation.masks']({})).rows).toEqual([saved]);
    expect(saved).toMatchObject({ name: '', samples: [images[0]?.image] });
    const named = await engine.verbs['anonymisation.saveMask']({ device, areas, name: 'Ultrasound, room 2' });
    expect(named.name).toBe('Ultrasound, room 2');
    expect((await engine.verbs['anonymisation.saveMask']({ device, areas })).name).toBe('Ultrasound, room 2');
    const image = images[0]?.image ?? NO_IMAGE;
    expect(await engine.verbs['anonymisation.risk']({ image })).toMatchObject({ mask: 'fits', areas });
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
    await engine.verbs['anonymisation.saveMask']({ device, areas });
    const selection = ExportSelection.parse({ images: images.map((row) => row.image) });
    const { devices } = await engine.verbs['anonymisation.preview']({ selection });
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
    await expectError(engine.verbs['anonymisation.saveMask']({ device, areas: outside }), 'ANONYMISE_AREA_OUTSIDE');
    await expectError(
      engine.verbs['anonymisation.saveMask']({ device: { ...device, ManufacturerModelName: ' ' }, areas }),
      'ANONYMISE_DEVICE_UNKNOWN',
    );
    await expectError(
      engine.verbs['anonymisation.start'](way(images, { areas: [{ image, areas: outside }] })),
      'ANONYMISE_AREA_OUTSIDE',
    );
    await expectError(engine.verbs['anonymisation.removeMask']({ device }), 'NOT_FOUND');
    await engine.verbs['anonymisation.saveMask']({ device, areas });
    await engine.verbs['anonymisation.removeMask']({ device });
    expect((await engine.verbs['anonymisation.masks']({})).rows).toEqual([]);
  });
});

describe('files to be sent', () => {
  it('are the same every time, hold nothing of the person, and are found again by their key', async () => {
    const [image] = await bring(scan(1, 'P1'));
    const make = outgoingFiles(engine.context);
    const way = AnonymisationWay.parse({ profile: { retainDeviceIdentity: true, dates: 'modified' } });
    const first = await make(image?.image ?? NO_IMAGE, way);
    const second = await make(image?.image ?? NO_IMAGE, way);
    expect(second.path).not.toBe(first.path);
    expect(readFileSync(second.path)).toEqual(readFileSync(first.path));
    expect(readFileSync(first.path).toString('latin1')).not.toMatch(/Doe|19800102|20260214/);
    const { dataset } = readDicom(new BufferSource(readFileSync(first.path)));
    const { rows } = await engine.verbs['anonymisation.find']({ text: dataset.string(0x00080018) ?? '' });
    expect(rows).toMatchObject([{ level: 'image', originalImage: image?.image, anonymousImage: null }]);
    const key = rows[0]?.key ?? AnonymisationKeyId.parse(NOWHERE);
    const { rows: values } = await engine.verbs['anonymisation.values']({ key, offset: 0, limit: 9 });
    expect(values.map((row) => row.purpose)).toEqual(['send']);
    await expectError(make(NO_IMAGE, way), 'NOT_FOUND');
  });

  it('are stored copies as they are', async () => {
    const images = await bring(scan(1, 'P1'));
    await anonymise(images);
    const [copy] = await copies();
    const { path } = await outgoingFiles(engine.context)(copy?.image ?? NO_IMAGE, AnonymisationWay.parse({}));
    expect(readFileSync(path)).toEqual(readFileSync(engine.context.objects.path(copy?.image ?? NO_IMAGE)));
  });
});

it('names the options with the codes of the standard', async () => {
  const { rows } = await engine.verbs['anonymisation.options']({});
  expect(rows.map((row) => row.code).sort()).toEqual(
    [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((number) => `113${String(100 + number)}`),
  );
  expect(rows).toContainEqual({ option: 'retainUIDs', code: '113110', meaning: 'Retain UIDs Option' });
});

/** Writes down that a patient said no to pictures leaving. */
async function refuse(patient: PatientKey | undefined): Promise<void> {
  if (patient === undefined) throw new Error('there is no patient');
  const row = await engine.verbs['patients.get']({ patient });
  await engine.context.commit([
    {
      type: 'patient.saved',
      body: {
        patient,
        PatientID: row.PatientID,
        IssuerOfPatientID: row.IssuerOfPatientID,
        PatientName: row.PatientName,
        PatientBirthDate: row.PatientBirthDate,
        PatientSex: 'F',
        birthDatePrecision: row.birthDatePrecision,
        ageYears: null,
        ageOn: null,
        temporary: false,
        consent: 'no',
        note: '',
      },
    },
  ]);
}
