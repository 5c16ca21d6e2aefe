import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { engineVerbs, type Parsed } from '../../shared/contract';
import type { ExportSetRow } from '../../shared/contract/sources';
import type { ExportSetKey, ImageId } from '../../shared/model/ids';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { writeInstances } from '../fixtures/instances';

let archive: string;
let engine: Engine;
let now: Date;
let images: ImageId[];
const open = (): Promise<Engine> => openForTest(archive, { now: () => now });
beforeEach(async () => {
  const folder = temporaryFolder();
  now = new Date('2026-11-20T10:00:00Z');
  archive = join(folder, 'archive');
  engine = await open();
  writeInstances(join(folder, 'source'), 4);
  await importInto(engine, [join(folder, 'source')]);
  images = (await allImages(engine)).map(({ image }) => image);
});

const create = (more: Partial<Parsed<'exportSets.create'>> = {}): Promise<ExportSetRow> =>
  engine.verbs['exportSets.create']({
    name: 'for the hospital',
    selection: { patients: [], studies: [], series: [], images: images.slice(0, 3), clinicDays: [] },
    form: 'originals',
    hours: 24,
    ...more,
  });
const get = async (set: ExportSetKey): Promise<ExportSetRow> =>
  engineVerbs['exportSets.get'].output.parse(await engine.verbs['exportSets.get']({ set }));
const ready = async (set: ExportSetKey): Promise<string> => {
  await expect.poll(async () => (await get(set)).state, { timeout: 20_000 }).toBe('ready');
  return (await get(set)).path ?? '';
};
/** Waits until nothing is being made any more. */
const settled = async (): Promise<void> => {
  const { jobs } = engine.context;
  for (const { job } of jobs.list()) await jobs.settled(job);
};
const codes = (): string[] =>
  engine.context.db
    .prepare<[], { code: string }>(`SELECT code FROM log WHERE code LIKE 'EXPORT_SET%' ORDER BY id`)
    .all()
    .map(({ code }) => code);
const zips = (): string[] => readdirSync(join(archive, 'cache', 'export-sets'));

describe('a set for fetching', () => {
  it('becomes a zip that can be fetched until it expires', async () => {
    const { set, expiresAt } = await create();
    expect(expiresAt).toBe('2026-11-21T10:00:00.000Z');
    const path = await ready(set);
    expect(existsSync(path)).toBe(true);
    expect(await get(set)).toMatchObject({
      name: 'for the hospital',
      leftOut: [],
      error: null,
    });
    expect([...(await get(set)).images].sort()).toEqual(images.slice(0, 3).sort());
    expect((await engine.verbs['exportSets.list']({})).rows).toEqual([await get(set)]);
    await engine.close();
    engine = await open();
    expect(await ready(set)).toBe(path);
    now = new Date('2026-11-21T10:00:00Z');
    expect((await engine.verbs['exportSets.list']({})).rows).toEqual([]);
    await expect(engine.verbs['exportSets.get']({ set })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(zips()).toEqual([]);
  });

  it('asks the gate when it is made and when it is given out', async () => {
    const { set } = await create({ form: 'media' });
    const path = await ready(set);
    engine.context.db.prepare(`UPDATE patient SET consent = 'no'`).run();
    expect(await get(set)).toMatchObject({ state: 'withdrawn', path: null });
    expect(existsSync(path)).toBe(false);
    await expect(create()).rejects.toMatchObject({ code: 'EXPORT_NOTHING' });
    expect((await engine.verbs['exportSets.list']({})).rows).toHaveLength(1);
  });

  it('can be removed, and is told of when its zip is gone', async () => {
    const first = await create({ hours: 1 });
    const second = await create();
    await ready(first.set);
    rmSync(await ready(second.set));
    expect(await get(second.set)).toMatchObject({ state: 'withdrawn', path: null });
    await engine.verbs['exportSets.remove']({ set: first.set });
    expect(zips()).toEqual([]);
    await expect(engine.verbs['exportSets.remove']({ set: first.set })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(codes()).toEqual(['EXPORT_SET_MADE', 'EXPORT_SET_MADE', 'EXPORT_SET_REMOVED']);
  });

  it('that was cut off says so, and leaves nothing behind', async () => {
    const { set } = await create();
    await ready(set);
    engine.context.db.prepare(`UPDATE local_export_set SET state = 'making'`).run();
    await engine.close();
    rmSync(join(archive, 'cache'), { recursive: true });
    engine = await open();
    expect(await get(set)).toMatchObject({ state: 'failed', error: { code: 'EXPORT_SET_CUT_OFF' } });
  });

  it('that expires or is removed while it is made leaves neither zip nor fault, and is not made to the end', async () => {
    const jobs = () => engine.context.jobs.list().map(({ state, error }) => ({ state, error }));
    const { set } = await create();
    await engine.verbs['exportSets.remove']({ set });
    await settled();
    const { set: late } = await create({ hours: 1 });
    now = new Date('2026-11-20T11:00:00Z');
    expect((await engine.verbs['exportSets.list']({})).rows).toEqual([]);
    await settled();
    await expect(get(late)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const stopped = { state: 'cancelled', error: null };
    expect(jobs()).toEqual([stopped, stopped]);
    expect(zips()).toEqual([]);
    expect(codes()).toEqual(['EXPORT_SET_REMOVED']);
  });

  it('that expires at the very moment its zip is whole is gone without a fault', async () => {
    const { set } = await create({ hours: 1 });
    while (!zips().includes(`${set}.zip`)) await wait();
    now = new Date('2026-11-20T11:00:00Z');
    expect((await engine.verbs['exportSets.list']({})).rows).toEqual([]);
    await settled();
    expect(engine.context.jobs.list()).toMatchObject([{ error: null }]);
    expect(zips()).toEqual([]);
    expect(codes()).toEqual([]);
  });

  it('says so when its zip is taken away before it was told of', async () => {
    const { set } = await create();
    while (!zips().includes(`${set}.zip`)) await wait();
    rmSync(join(archive, 'cache', 'export-sets', `${set}.zip`));
    await settled();
    expect(await get(set)).toMatchObject({ state: 'failed', error: { code: 'EXPORT_TARGET_LOST' } });
  });

  it('of a clock that was set back by a year is over, and one made then is kept', async () => {
    const { set } = await create();
    await ready(set);
    await engine.close();
    now = new Date('2025-11-20T10:00:00Z');
    engine = await open();
    await expect(get(set)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(zips()).toEqual([]);
    const { set: next } = await create({ hours: 2 });
    expect(existsSync(await ready(next))).toBe(true);
    now = new Date('2025-11-20T11:59:59Z');
    expect((await get(next)).state).toBe('ready');
    now = new Date('2026-11-20T10:00:00Z');
    await expect(get(next)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(zips()).toEqual([]);
  });

  it('is not made of nothing or of what is not there', async () => {
    const none = { patients: [], studies: [], series: [], images: [], clinicDays: [] };
    await expect(create({ selection: none })).rejects.toMatchObject({ code: 'EXPORT_NOTHING' });
    const unknown = 'f'.repeat(64) as ImageId;
    await expect(create({ selection: { ...none, images: [unknown] } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(zips()).toEqual([]);
  });
});
