import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AttachmentQuery, attachmentVerbs } from '../../shared/contract/attachments';
import { FindInput } from '../../shared/contract/catalog';
import { ExportSelection } from '../../shared/contract/release';
import type { PatientKey } from '../../shared/model/ids';
import type { Engine } from '../../main/archive/engine';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { chosen, codeOf, expectSound, imagesOf, patientsOf, register, take } from '../fixtures/identity';
import { dumpOf } from '../fixtures/index-dump';
import { cornerSamples, jpegOf } from '../fixtures/photos';
import { PatientInput } from '../../shared/model/rows';

const AttachInput = attachmentVerbs['attachments.add'].input;
const TABLES = ['image', 'study', 'series', 'merged_patient', 'patient_merge', 'patient_text', 'study_text'] as const;

function merge(engine: Engine, from: PatientKey, into: PatientKey) {
  return engine.verbs['patients.merge']({ from, into, reason: 'the same person' });
}

async function take1(engine: Engine, seed: number, PatientID: string): Promise<void> {
  await take(engine, [{ seed, PatientID }]);
}

describe('merging patients', () => {
  it('finds the one by either number, name and key, and shows everything there', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const anna = await register(engine, 'Abel^Anna', { PatientID: 'A-1' });
    const hanna = await register(engine, 'Kovač^Hanna', { PatientID: 'H-9' });
    await take(engine, [
      { seed: 1, PatientID: 'A-1', PatientName: 'Abel^Anna' },
      { seed: 2, PatientID: 'H-9', PatientName: 'Kovač^Hanna', SpecificCharacterSet: 'ISO_IR 192' },
    ]);
    const before = dumpOf(engine.context.db);
    const merged = await merge(engine, hanna.patient, anna.patient);
    expect(merged).toMatchObject({
      patient: anna.patient,
      images: 2,
      mergedFrom: [{ patient: hanna.patient, PatientID: 'H-9', PatientName: 'Kovač^Hanna' }],
    });
    expect((await patientsOf(engine)).map((row) => row.patient)).toEqual([anna.patient]);
    expect((await engine.verbs['patients.get']({ patient: hanna.patient })).patient).toBe(anna.patient);
    for (const text of ['H-9', 'kovac', 'hanna', 'a-1', 'abel'])
      expect((await patientsOf(engine, text)).map((row) => row.patient)).toEqual([anna.patient]);
    const find = (input: object) => engine.verbs['catalog.patients'](FindInput.parse({ level: 'patient', ...input }));
    for (const [key, value] of [
      ['PatientID', 'H-9'],
      ['PatientID', 'H*'],
      ['PatientID', '*-9'],
      ['PatientName', 'kovac^*'],
      ['PatientName', 'Abel^Anna'],
    ])
      expect((await find({ match: [{ key, value }] })).rows.map((row) => row.patient)).toEqual([anna.patient]);
    const images = await engine.verbs['catalog.images'](FindInput.parse({ level: 'image', patient: hanna.patient }));
    expect(images.total).toBe(2);
    const studies = await engine.verbs['catalog.studies'](FindInput.parse({ level: 'study', text: 'hanna' }));
    expect(studies.total).toBe(2);
    const selection = ExportSelection.parse({ patients: [hanna.patient] });
    expect((await engine.verbs['export.preview']({ selection, form: 'media' })).images).toBe(2);
    const similar = await engine.verbs['patients.similar']({
      PatientName: 'Kovac^Hana',
      PatientID: 'H-9',
      PatientBirthDate: '',
    });
    expect(similar.rows).toMatchObject([{ row: { patient: anna.patient }, reasons: ['number', 'name'] }]);
    await expectSound(engine);

    expect(await engine.verbs['patients.unmerge']({ patient: hanna.patient, reason: '' })).toMatchObject({
      patient: hanna.patient,
      images: 1,
      mergedFrom: [],
    });
    const after = dumpOf(engine.context.db);
    for (const table of TABLES) expect(after[table]).toEqual(before[table]);
    await expectSound(engine);
  });

  it('puts what arrives under the one, and gives each their own back', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const anna = await register(engine, 'Name^A', { PatientID: 'A' });
    const hanna = await register(engine, 'Name^H', { PatientID: 'H' });
    await merge(engine, hanna.patient, anna.patient);
    await take1(engine, 1, 'H');
    await take1(engine, 2, 'A');
    const keep = async (patient: PatientKey, side: number) =>
      engine.verbs['capture.keep']({
        bytes: new Uint8Array(await jpegOf(cornerSamples(side, 48))),
        context: { patient, clinic: null, station: null, kind: null },
        takenAt: '2026-11-20T10:00:00Z',
        camera: 'Camera',
      });
    await keep(hanna.patient, 64);
    await keep(anna.patient, 70);
    expect((await patientsOf(engine)).map((row) => [row.PatientID, row.images])).toEqual([['A', 4]]);
    await expectSound(engine);
    await engine.verbs['patients.unmerge']({ patient: hanna.patient, reason: '' });
    expect((await patientsOf(engine)).map((row) => [row.PatientID, row.images])).toEqual([
      ['A', 2],
      ['H', 2],
    ]);
    // Who is named in the picture is whose it is.
    for (const row of await imagesOf(engine, hanna.patient)) expect(row.PatientID).toBe('H');
    await expectSound(engine);
  });

  it('follows chains and takes each link back by itself', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    await take(
      engine,
      ['A', 'B', 'C'].map((PatientID, seed) => ({ seed, PatientID })),
    );
    const [a, b, c] = await patientsOf(engine);
    if (!a || !b || !c) throw new Error('Three came.');
    await merge(engine, a.patient, b.patient);
    await merge(engine, b.patient, c.patient);
    const all = await engine.verbs['patients.get']({ patient: a.patient });
    expect([all.patient, all.images, all.mergedFrom.map((row) => row.PatientID).sort()]).toEqual([
      c.patient,
      3,
      ['A', 'B'],
    ]);
    expect(all.registered).toBe(true);
    await expectSound(engine);
    const back = await engine.verbs['patients.unmerge']({ patient: b.patient, reason: '' });
    expect([back.images, back.mergedFrom.map((row) => row.PatientID)]).toEqual([2, ['A']]);
    await engine.verbs['patients.unmerge']({ patient: a.patient, reason: '' });
    expect((await patientsOf(engine)).map((row) => [row.PatientID, row.images])).toEqual([
      ['A', 1],
      ['B', 1],
      ['C', 1],
    ]);
    await expectSound(engine);
  });

  it('refuses circles and what was done already', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const [a, b, c] = [
      await register(engine, 'Abel^A'),
      await register(engine, 'Boll^B'),
      await register(engine, 'Cora^C'),
    ];
    await merge(engine, a.patient, b.patient);
    expect(await codeOf(merge(engine, b.patient, b.patient))).toBe('MERGE_SAME');
    expect(await codeOf(merge(engine, b.patient, a.patient))).toBe('MERGE_SAME');
    expect(await codeOf(merge(engine, a.patient, c.patient))).toBe('MERGE_ALREADY');
    expect(await codeOf(merge(engine, c.patient, a.patient))).toBe('MERGE_INTO_MERGED');
    expect(await codeOf(merge(engine, c.patient, '00000000-0000-4000-8000-00000000dead' as PatientKey))).toBe(
      'NOT_FOUND',
    );
    expect(await codeOf(engine.verbs['patients.unmerge']({ patient: b.patient, reason: '' }))).toBe('NOT_MERGED');
    const unknown = '00000000-0000-4000-8000-00000000dead' as PatientKey;
    expect(await codeOf(engine.verbs['patients.unmerge']({ patient: unknown, reason: '' }))).toBe('NOT_FOUND');
    const changes = PatientInput.parse({ ...a, note: 'x' });
    expect(await codeOf(engine.verbs['patients.update']({ patient: a.patient, changes }))).toBe('PATIENT_MERGED');
    // The number goes on being theirs.
    expect(await codeOf(register(engine, 'Abel^A', { PatientID: a.PatientID }))).toBe('BAD_REQUEST');
    expect([a.PatientID, b.PatientID, c.PatientID]).not.toContain(
      (await engine.verbs['patients.suggestNumber']({})).PatientID,
    );
    await expectSound(engine);
  });

  it('holds a "no" to pictures leaving the clinic', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const yes = await register(engine, 'Abel^A', { PatientID: 'A' });
    const no = await register(engine, 'Boll^B', { PatientID: 'B', consent: 'no' });
    await take(engine, [
      { seed: 1, PatientID: 'A', PatientName: 'Abel^A' },
      { seed: 2, PatientID: 'B', PatientName: 'Boll^B' },
    ]);
    expect((await merge(engine, no.patient, yes.patient)).consent).toBe('no');
    const selection = ExportSelection.parse({ patients: [yes.patient] });
    const preview = await engine.verbs['export.preview']({ selection, form: 'media' });
    expect([preview.images, preview.leftOut.map((row) => row.code)]).toEqual([
      0,
      ['CONSENT_REFUSED', 'CONSENT_REFUSED'],
    ]);
    await expectSound(engine);
  });

  it('does not lose somebody known from images while these lie in the trash', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const anna = await register(engine, 'Abel^Anna', { PatientID: 'A' });
    await take1(engine, 1, 'X');
    const [, x] = await patientsOf(engine);
    if (!x) throw new Error('Somebody came with an image.');
    await merge(engine, x.patient, anna.patient);
    const { act } = await engine.verbs['images.trash']({ selection: chosen({ patients: [anna.patient] }), reason: '' });
    expect((await engine.verbs['patients.get']({ patient: anna.patient })).mergedFrom).toEqual([]);
    expect(await codeOf(engine.verbs['patients.unmerge']({ patient: x.patient, reason: '' }))).toBe('NOT_FOUND');
    await engine.verbs['trash.restore']({ images: [], act });
    expect((await engine.verbs['patients.get']({ patient: anna.patient })).mergedFrom).toHaveLength(1);
    expect((await engine.verbs['patients.unmerge']({ patient: x.patient, reason: '' })).images).toBe(1);
    await expectSound(engine);
  });

  it('says who might be the same as somebody, but not they themselves', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const one = await register(engine, 'Otieno^Grace', { PatientID: '1' });
    const other = await register(engine, 'Grace^Otieno', { PatientID: '2' });
    const { PatientName, PatientID, PatientBirthDate } = one;
    const input = { PatientName, PatientID, PatientBirthDate };
    expect((await engine.verbs['patients.similar'](input)).rows).toHaveLength(2);
    const { rows } = await engine.verbs['patients.similar']({ ...input, except: one.patient });
    expect(rows.map(({ row, reasons }) => [row.patient, reasons])).toEqual([[other.patient, ['name', 'birthDate']]]);
  });

  it('takes files and details along, and gives them back', async () => {
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    const anna = await register(engine, 'Abel^Anna', { PatientID: 'A-1' });
    const hanna = await register(engine, 'Abel^Hanna', { PatientID: 'H-9' });
    const attach = async (patient: PatientKey, name: string) => {
      writeFileSync(join(folder, name), name);
      await engine.verbs['attachments.add'](
        AttachInput.parse({ patient, file: { path: join(folder, name) }, description: name }),
      );
    };
    const files = async (patient: PatientKey) =>
      (await engine.verbs['attachments.list'](AttachmentQuery.parse({ patient }))).rows.map(({ name }) => name);
    await attach(anna.patient, 'a.txt');
    await attach(hanna.patient, 'h.txt');
    await engine.verbs['patients.saveDetails']({ patient: anna.patient, changes: { email: 'anna@example.org' } });
    await engine.verbs['patients.saveDetails']({ patient: hanna.patient, changes: { email: 'hanna@example.org' } });
    const before = dumpOf(engine.context.db);
    await merge(engine, hanna.patient, anna.patient);
    expect(await files(anna.patient)).toEqual(['a.txt', 'h.txt']);
    expect(await files(hanna.patient)).toEqual(['a.txt', 'h.txt']);
    expect((await engine.verbs['patients.details']({ patient: hanna.patient })).email).toBe('anna@example.org');
    await expectSound(engine);
    await engine.verbs['patients.unmerge']({ patient: hanna.patient, reason: '' });
    const after = dumpOf(engine.context.db);
    for (const table of ['attachment', 'patient_details', 'merged_patient'])
      expect(after[table]).toEqual(before[table]);
    expect(await files(hanna.patient)).toEqual(['h.txt']);
    expect((await engine.verbs['patients.details']({ patient: hanna.patient })).email).toBe('hanna@example.org');
    await expectSound(engine);
  });

  it('keeps somebody known from images as long as a file is theirs', async () => {
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    await take1(engine, 1, 'X');
    const [x] = await patientsOf(engine);
    if (!x) throw new Error('Somebody came with an image.');
    writeFileSync(join(folder, 'letter.txt'), 'letter');
    const file = { path: join(folder, 'letter.txt') };
    await engine.verbs['attachments.add'](AttachInput.parse({ patient: x.patient, file }));
    await engine.verbs['images.trash']({ selection: chosen({ patients: [x.patient] }), reason: '' });
    const list = await engine.verbs['attachments.list'](AttachmentQuery.parse({ patient: x.patient }));
    expect(list.rows.map(({ name }) => name)).toEqual(['letter.txt']);
    await expectSound(engine);
  });
});
