import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Input } from '../../shared/contract';
import { AnonymisationKeyId } from '../../shared/model/ids';
import { anonymisingArchive, expectError, NO_IMAGE, NOWHERE, scan } from '../fixtures/anonymising-archive';

const archive = anonymisingArchive();
const { bring, anonymise, copies, keys, tables, refuse } = archive;

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
    const row = await archive.engine.verbs['anonymisation.key']({ key });
    expect(row).toMatchObject({ key, PatientName: 'Doe^P1', PatientBirthDate: '19800102', images: 2, isHere: true });
    const values = await archive.engine.verbs['anonymisation.values']({ key, offset: 0, limit: 1 });
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
    await expectError(
      archive.engine.verbs['anonymisation.key']({ key: AnonymisationKeyId.parse(NOWHERE) }),
      'NOT_FOUND',
    );
    await expectError(
      archive.engine.verbs['anonymisation.values']({ key: AnonymisationKeyId.parse(NOWHERE), offset: 0, limit: 9 }),
      'NOT_FOUND',
    );
  });

  it('are found again from either side: name, number, study, series, instance and image', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P2'));
    await anonymise(images);
    const [copy] = await copies();
    const [original] = images;
    if (!copy || !original) throw new Error('nothing was made');
    const find = async (text: string) => (await archive.engine.verbs['anonymisation.find']({ text })).rows;
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
    await archive.engine.verbs['anonymisation.removeKey']({ key });
    expect((await keys()).total).toBe(0);
    expect((await archive.engine.verbs['anonymisation.find']({ text: copy?.PatientID ?? '' })).rows).toEqual([]);
    await expectError(
      archive.engine.verbs['anonymisation.reverse']({ image: copy?.image ?? NO_IMAGE, reason: 'asked by the family' }),
      'ANONYMISE_NO_KEY',
    );
    await expectError(archive.engine.verbs['anonymisation.removeKey']({ key }), 'NOT_FOUND');
    expect(await copies()).toHaveLength(1);
    const again = await anonymise(images);
    expect(again.made).toBe(1);
    expect(again.patients).not.toEqual(patients);
  });

  it('come back whole when the index is made again from the records', async () => {
    const images = await bring(scan(1, 'P1'), scan(2, 'P2'));
    const { keys: made } = await anonymise(images, { profile: { dates: 'modified' } });
    await anonymise(images.slice(0, 1));
    await archive.engine.verbs['anonymisation.removeKey']({ key: made[1] ?? AnonymisationKeyId.parse(NOWHERE) });
    const device = { Manufacturer: 'Maker', ManufacturerModelName: 'Model A', Modality: 'CT', Rows: 16, Columns: 16 };
    await archive.engine.verbs['anonymisation.saveMask']({ device, areas: [{ x: 0, y: 0, width: 4, height: 2 }] });
    await archive.engine.verbs['anonymisation.saveMask']({ device: { ...device, Rows: 32 }, areas: [] });
    await archive.engine.verbs['anonymisation.removeMask']({ device: { ...device, Rows: 32 } });
    const before = tables();
    const { job } = await archive.engine.verbs['archive.rebuild']({});
    expect((await archive.engine.context.jobs.settled(job)).state).toBe('done');
    expect(tables()).toEqual(before);
    expect((await anonymise(images.slice(0, 1), { masks: 'ignore' })).alreadyThere).toBe(1);
  });

  it('are written as a table that no spreadsheet takes for formulas, without those who said no', async () => {
    const images = await bring(scan(1, '=1+1'), scan(2, 'a;"b"'), scan(3, 'P3'));
    await anonymise(images);
    await refuse(images[2]?.patient);
    const path = join(archive.folder, 'keys.csv');
    expect(await archive.engine.verbs['anonymisation.csv']({ path })).toEqual({ rows: 2, leftOut: 1 });
    const text = readFileSync(path, 'utf8');
    const lines = text.slice(1).trimEnd().split('\r\n');
    expect(text.startsWith('\ufeffKey;Created;')).toBe(true);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain(`;'=1+1;`);
    expect(lines[2]).toContain(';"a;""b""";');
    expect(text).not.toContain('P3');
    await expectError(
      archive.engine.verbs['anonymisation.csv']({ path: join(archive.engine.context.paths.root, 'keys.csv') }),
      'EXPORT_INSIDE_ARCHIVE',
    );
    await expectError(
      archive.engine.verbs['anonymisation.csv']({ path: join(archive.folder, 'nowhere', 'k.csv') }),
      'EXPORT_TARGET_LOST',
    );
    await expectError(archive.engine.verbs['anonymisation.csv']({ path: 'keys.csv' }), 'BAD_REQUEST');
    expect(readdirSync(archive.folder).filter((name) => name.includes('incomplete'))).toEqual([]);
  });
});
