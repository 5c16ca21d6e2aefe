import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import type { ArchiveVerb, Input, Output } from '../../shared/contract';
import { ImageId, ResultKey, SeriesKey } from '../../shared/model/ids';
import type { ResultRow } from '../../shared/model/results';
import type { SeriesRow } from '../../shared/model/rows';
import { openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { askEngine, importInstances, projectWith } from '../fixtures/grouping';
import { sha256Of, uidOf } from '../fixtures/instances';
import { zipEntries } from '../fixtures/zip';

let folder: string;
let engine: Engine;
let series: SeriesRow;
let image: ImageId;
beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
  const [first] = await importInstances(engine, folder, [
    { seed: 1, series: uidOf('chest') },
    { seed: 2, series: uidOf('chest') },
  ]);
  if (!first?.cover) throw new Error('the import gave no series');
  series = first;
  image = first.cover;
});
const ask = <V extends ArchiveVerb>(verb: V, input: Input<V>): Promise<Output<V>> => askEngine(engine, verb, input);
const refused = (code: string): object => ({ code });
type Value = Input<'results.add'>['value'];
const add = (name: string, value: Value, more: Partial<Input<'results.add'>> = {}): Promise<ResultRow> =>
  ask('results.add', { series: series.seriesKey, type: 'cad4tb', algorithm: 'CAD4TB', name, value, ...more });
const number = (value: number): Value => ({ kind: 'number', number: value });
const file = (bytes: Uint8Array, fileName: string): Value => ({
  kind: 'bytes',
  bytes: Uint8Array.from(bytes),
  fileName,
});
const all = async (): Promise<readonly ResultRow[]> => (await ask('results.list', { removed: true })).rows;

describe('results of algorithms', () => {
  it('are kept side by side, newest first, with what they were computed from and by which version', async () => {
    const first = await add('CAD4TB 6', number(71.42), { version: '6.0.1', product: 'CAD4TB', threshold: 70 });
    const second = await add('CAD4TB 6', number(12), { threshold: 70, image, madeAt: '2026-11-20T10:00:00.000Z' });
    const text = await add('comment', { kind: 'text', text: 'infiltrate, right upper' }, { type: 'retina' });
    expect(first).toMatchObject({
      value: { kind: 'number', number: 71.42 },
      version: '6.0.1',
      threshold: 70,
      reachesThreshold: true,
      image: null,
      fault: null,
      removed: null,
    });
    expect([...first.inputs].sort()).toEqual(
      (await ask('catalog.stack', { series: series.seriesKey })).rows.map((row) => row.image).sort(),
    );
    expect(second).toMatchObject({ version: '', reachesThreshold: false, image, inputs: [image] });
    expect((await ask('results.list', { series: series.seriesKey })).rows.map((row) => row.result)).toEqual([
      text.result,
      second.result,
      first.result,
    ]);
    expect((await ask('results.list', { type: 'CAD4TB', name: 'CAD4TB 6', limit: 1 })).total).toBe(2);
    expect((await ask('results.list', { image })).rows).toEqual([second]);
    expect((await ask('results.list', { patient: series.patient, study: series.study, type: 'retina' })).rows).toEqual([
      text,
    ]);
    expect(await ask('results.get', { result: first.result })).toEqual(first);
  });

  it('say what a negative score means instead of comparing it', async () => {
    const meanings = [];
    for (const value of [-1, -2, -3, 0]) {
      const { fault, reachesThreshold } = await add('CAD4TB 6', number(value), { threshold: 50 });
      meanings.push([fault, reachesThreshold]);
    }
    expect(meanings).toEqual([
      ['unusable', null],
      ['refused', null],
      ['failed', null],
      [null, false],
    ]);
    expect((await add('x', number(-1), { type: 'other' })).fault).toBeNull();
  });

  it('keep files byte for byte among the objects, known to a check and to a rebuild', async () => {
    const heatmap = new Uint8Array([0x50, 0x4b, 3, 4, 9, 9, 9]);
    const path = join(folder, 'heat map.zip');
    writeFileSync(path, heatmap);
    const row = await add('heatmap', { kind: 'path', path }, { version: '6' });
    const same = await add('heatmap', file(heatmap, 'again.bin'));
    expect(row.value).toEqual({
      kind: 'file',
      object: sha256Of(heatmap),
      bytes: heatmap.length,
      fileName: 'heat map.zip',
    });
    expect(same.value).toMatchObject({ object: sha256Of(heatmap), fileName: 'again.bin' });
    const object = engine.context.objects.path(ImageId.parse(sha256Of(heatmap)));
    expect(readFileSync(object)).toEqual(Buffer.from(heatmap));
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({
      objects: 3,
      missing: [],
      corrupt: [],
      orphaned: [],
    });
    const before = await all();
    const { job } = await ask('archive.rebuild', {});
    expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
    expect(await all()).toEqual(before);
    expect((await ask('archive.status', {})).counts.images).toBe(2);
    writeFileSync(object, 'spoiled');
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({ corrupt: [sha256Of(heatmap)] });
    await expect(
      ask('results.save', { results: [row.result], target: join(folder, 'spoiled.zip') }),
    ).rejects.toMatchObject(refused('OBJECT_DAMAGED'));
    rmSync(object);
    expect(await engine.verifyNow(false, unwatched)).toMatchObject({ missing: [sha256Of(heatmap)] });
  });

  it('are taken off the lists with a reason and stay in the archive', async () => {
    const row = await add('CAD4TB 6', number(50));
    await ask('results.remove', { result: row.result, reason: 'computed on the wrong picture' });
    expect((await ask('results.list', { series: series.seriesKey })).rows).toEqual([]);
    expect(await all()).toMatchObject([{ result: row.result, removed: { reason: 'computed on the wrong picture' } }]);
    await expect(ask('results.remove', { result: row.result, reason: 'again' })).rejects.toMatchObject(
      refused('RESULT_REMOVED_BEFORE'),
    );
    const before = await all();
    const { job } = await ask('archive.rebuild', {});
    await engine.context.jobs.settled(job);
    expect(await all()).toEqual(before);
  });

  it('refuse what is empty, unknown or of another series, and keep nothing of it', async () => {
    const [, other] = await importInstances(engine, folder, [{ seed: 9, PatientID: 'P2' }]);
    if (!other?.cover) throw new Error('no second series');
    const unknown = SeriesKey.parse('0'.repeat(32));
    await expect(add('empty', file(new Uint8Array(0), 'empty.zip'))).rejects.toMatchObject(refused('FILE_EMPTY'));
    const path = join(folder, 'empty.zip');
    writeFileSync(path, '');
    await expect(add('empty', { kind: 'path', path })).rejects.toMatchObject(refused('FILE_EMPTY'));
    await expect(add('gone', { kind: 'path', path: join(folder, 'gone') })).rejects.toMatchObject(
      refused('PATH_NOT_FOUND'),
    );
    await expect(add('folder', { kind: 'path', path: folder })).rejects.toMatchObject(refused('SPECIAL_FILE'));
    await expect(add('x', number(1), { series: unknown })).rejects.toMatchObject(refused('NOT_FOUND'));
    await expect(add('x', number(1), { image: other.cover })).rejects.toMatchObject(refused('RESULT_IMAGE_ELSEWHERE'));
    await expect(add('x', number(1), { inputs: [image, other.cover] })).rejects.toMatchObject(
      refused('RESULT_IMAGE_ELSEWHERE'),
    );
    const nothing = ResultKey.parse('00000000-0000-4000-8000-000000000000');
    await expect(ask('results.get', { result: nothing })).rejects.toMatchObject(refused('NOT_FOUND'));
    await expect(ask('results.remove', { result: nothing, reason: 'x' })).rejects.toMatchObject(refused('NOT_FOUND'));
    for (const name of ['a,b', '', 'x'.repeat(65)]) await expect(add(name, number(1))).rejects.toThrow();
    expect(await all()).toEqual([]);
  });

  it('go out as a zip with the files and one XML, through the gate', async () => {
    const score = await add('CAD4TB 6', number(71.42), { threshold: 70, version: '6.0.1' });
    const text = await add('comment', { kind: 'text', text: 'a < b & "c"\u0001' });
    const map = await add('heatmap', file(new Uint8Array([1, 2, 3]), 'heat/map?.png'));
    const map2 = await add('heatmap', file(new Uint8Array([4, 5]), 'heat/map?.png'));
    const target = join(folder, 'results.zip');
    const results = [score, text, map, map2].map((row) => row.result);
    const saved = await ask('results.save', { results, target });
    const entries = await zipEntries(target);
    expect([...entries.keys()].sort()).toEqual([...saved.files].sort());
    expect([...entries.values()].slice(1).map((bytes) => [...bytes])).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    const xml = new TextDecoder().decode(entries.get('results.xml'));
    expect(xml).toContain('name="CAD4TB 6" algorithm="CAD4TB" type="cad4tb" version="6.0.1" threshold="70">71.42<');
    expect(xml).toContain('version="unknown">a &lt; b &amp; &quot;c&quot;\ufffd<');
    await expect(ask('results.save', { results, target })).rejects.toMatchObject(refused('EXPORT_TARGET_NOT_EMPTY'));
    await expect(ask('results.save', { results, target: join(folder, 'archive', 'x.zip') })).rejects.toMatchObject(
      refused('EXPORT_INSIDE_ARCHIVE'),
    );
    await expect(ask('results.save', { results, target: join(folder, 'no', 'x.zip') })).rejects.toMatchObject(
      refused('EXPORT_TARGET_LOST'),
    );
    await expect(ask('results.save', { results, target: 'x.zip' })).rejects.toMatchObject(refused('BAD_REQUEST'));
    const person = await ask('patients.get', { patient: series.patient });
    await ask('patients.update', { patient: series.patient, changes: { ...person, PatientSex: 'F', consent: 'no' } });
    await expect(ask('results.save', { results, target: join(folder, 'no.zip') })).rejects.toMatchObject(
      refused('CONSENT_REFUSED'),
    );
  });

  it('are asked for by name as the archive API does: all of them or none', async () => {
    const { archive } = await projectWith(engine, 'north', 'van');
    await ask('projects.assign', { archive, selection: { patients: [series.patient] } });
    const at = {
      Project: 'north',
      Archive: 'van',
      PatientID: series.PatientID,
      StudyInstanceUID: series.StudyInstanceUID,
      SeriesInstanceUID: series.SeriesInstanceUID,
      Type: 'cad4tb',
    };
    await add('CAD4TB 5', number(10));
    const newer = await add('CAD4TB 5', number(12.345));
    const map = await add('heatmap', file(new Uint8Array([1]), 'map.png'));
    const gone = await add('CAD4TB 5', number(99));
    await ask('results.remove', { result: gone.result, reason: 'wrong' });
    expect(await ask('grouped.results', { ...at, Results: 'CAD4TB 5' })).toEqual({
      plain: [{ name: 'CAD4TB 5', algorithm: 'CAD4TB', value: 12.345 }],
      files: [],
      keys: [newer.result],
    });
    expect(await ask('grouped.results', { ...at, Results: 'CAD4TB 5, heatmap' })).toMatchObject({
      files: [map.result],
      keys: [newer.result, map.result],
    });
    await expect(ask('grouped.results', { ...at, Results: 'CAD4TB 5,CAD4TB 9' })).rejects.toMatchObject({
      code: 'RESULT_NOT_FOUND',
      details: { name: 'CAD4TB 9' },
    });
    await expect(ask('grouped.results', { ...at, Type: 'retina', Results: 'CAD4TB 5' })).rejects.toMatchObject(
      refused('RESULT_NOT_FOUND'),
    );
    await expect(ask('grouped.results', { ...at, Results: ' , ' })).rejects.toMatchObject(refused('RESULT_NOT_FOUND'));
  });
});
