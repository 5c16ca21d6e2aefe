import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { allImages, importInto, openForTest } from '../fixtures/archive';
import { quickly, watched } from '../fixtures/background';
import {
  addRule,
  filesBelow,
  folderOf,
  folderRemote,
  type ForwardingForTest,
  forwarded,
  openForwarding,
  outcomes,
  PATIENCE,
} from '../fixtures/forwarding';
import { chosen, ended } from '../fixtures/identity';
import { dumpOf } from '../fixtures/index-dump';
import { instanceBytes } from '../fixtures/instances';
import { freely, syncForTest } from '../fixtures/outbox';

const signal = new AbortController().signal;
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

let set: ForwardingForTest;
let engine: Engine;
let target: string;
async function open(still = false): Promise<void> {
  set = await openForwarding(still);
  ({ engine, target } = set);
}
beforeEach(() => open());

describe('forwarding', () => {
  it('sends what arrives in one transaction of the outbox, proven, with the rule as its cause', async () => {
    const { rule } = await addRule(engine, await folderRemote(set, 'Hospital', target));
    await importInto(engine, [
      folderOf(
        set.folder,
        'in',
        Array.from({ length: 12 }, (_, seed) => seed),
      ),
    ]);
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 12 }]);
    const queue = await forwarded(engine);
    expect(queue).toMatchObject({ total: 1, gathering: [], counts: { proven: 12, waiting: 0 } });
    expect(queue.rows[0]).toMatchObject({
      rule,
      source: null,
      remoteName: 'Hospital',
      total: 12,
      by: null,
      cause: { type: 'rule', reference: rule },
    });
    const images = (await allImages(engine)).map(({ image }) => image as string);
    expect(filesBelow(target).map(sha256).sort()).toEqual(images.sort());
    const [row] = queue.rows;
    const items = await set.sync.verbs['outbox.items']({
      transaction: row?.transaction,
      states: [],
      limit: 100,
      offset: 0,
    });
    expect(items.rows.map(({ image }) => image as string).sort()).toEqual(images);
    expect(new Set(items.rows.map(({ proof }) => proof?.kind))).toEqual(new Set(['hash']));
    const log = engine.context.db.prepare(`SELECT code FROM log WHERE code LIKE 'SEND%' ORDER BY id`).all();
    expect(log).toEqual([{ code: 'SEND_REQUESTED' }]);
    expect(set.faults).toEqual([]);
  });

  it('forwards only what comes from the source it is for, and nothing while it is switched off', async () => {
    const place = folderOf(set.folder, 'watched', []);
    const { watch } = await engine.verbs['watch.create'](watched(place));
    const rule = await addRule(engine, await folderRemote(set, 'Hospital', target), {
      source: 'watch',
      sourceRef: watch,
    });
    expect(rule).toMatchObject({ sourceName: 'X-ray', remoteName: 'Hospital', active: true });
    await importInto(engine, [folderOf(set.folder, 'in', [1, 2])]);
    writeFileSync(join(place, 'x'), instanceBytes({ seed: 77 }));
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 1 }]);
    expect((await forwarded(engine)).rows).toMatchObject([
      { source: 'watch', sourceRef: watch, sourceName: 'X-ray', total: 1 },
    ]);
    await engine.verbs['forward.changeRule']({ ...rule, active: false });
    writeFileSync(join(place, 'y'), instanceBytes({ seed: 78 }));
    await expect.poll(async () => (await allImages(engine)).length, PATIENCE).toBe(4);
    await engine.background.forwarding.once(signal);
    expect(await forwarded(engine)).toMatchObject({ total: 1, gathering: [] });
  });

  it('sends what a filter has left of a watched folder, once, whatever becomes of the filter', async () => {
    const source = folderOf(set.folder, 'in', [1]);
    const { filter } = await engine.verbs['tagFilters.create']({
      name: 'no names',
      list: 'blacklist',
      paths: ['PatientName'],
    });
    const where = { filter, source: 'watch', sourceRef: '' } as const;
    await engine.verbs['tagFilters.associate'](where);
    await addRule(engine, await folderRemote(set, 'Hospital', target), { source: 'watch' });
    const { watch } = await engine.verbs['watch.create'](watched(source));
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 1 }]);
    const stored = await allImages(engine);
    expect(stored.map(({ PatientName }) => PatientName)).toEqual(['']);
    expect(filesBelow(target).map(sha256)).toEqual(stored.map(({ image }) => String(image)));
    // Offered again (its time has changed, its bytes have not): known by what the filter leaves of it.
    const seen = async () => (await engine.verbs['import.sessions']({ text: '', offset: 0, limit: 50 })).rows;
    utimesSync(join(source, '1'), new Date(), new Date());
    await expect
      .poll(async () => (await seen()).reduce((sum, { alreadyStored }) => sum + alreadyStored, 0), PATIENCE)
      .toBe(1);
    expect(await allImages(engine)).toEqual(stored);
    expect((await engine.verbs['archive.status']({})).counts.conflicts).toBe(0);
    // The filter is taken off: what is stored stays as it is, and is neither taken nor sent anew.
    await engine.verbs['tagFilters.dissociate'](where);
    await engine.verbs['watch.retry']({ watch });
    folderOf(set.folder, 'in', [2]);
    await expect.poll(async () => (await allImages(engine)).length, PATIENCE).toBe(2);
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 1 }, { proven: 1 }]);
    expect((await allImages(engine)).map(({ PatientName }) => PatientName !== '')).toEqual([false, true]);
    expect((await allImages(engine))[0]).toEqual(stored[0]);
  });

  it('asks the gate: who said no stays here, the others go', async () => {
    await importInto(engine, [folderOf(set.folder, 'in', [1], { PatientID: 'P0' })]);
    engine.context.db.prepare(`UPDATE patient SET consent = 'no' WHERE PatientID = 'P0'`).run();
    await addRule(engine, await folderRemote(set, 'Hospital', target));
    folderOf(set.folder, 'more', [501], { PatientID: 'P0' });
    await importInto(engine, [folderOf(set.folder, 'more', [502], { PatientID: 'P1' })]);
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 1, refused: 1 }]);
    const { rows } = await set.sync.verbs['outbox.items']({ states: ['refused'], limit: 10, offset: 0 });
    expect(rows).toMatchObject([{ PatientID: 'P0', fault: { code: 'CONSENT_REFUSED' } }]);
    expect(filesBelow(target)).toHaveLength(1);
  });

  it('waits in the outbox while a destination is away, and goes on there', async () => {
    const remote = await folderRemote(set, 'Hospital', target);
    await addRule(engine, remote, { priority: 3 });
    renameSync(target, `${target}-away`);
    await importInto(engine, [folderOf(set.folder, 'in', [1, 2, 3])]);
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ waiting: 3 }]);
    expect((await forwarded(engine)).rows).toMatchObject([{ priority: 3 }]);
    renameSync(`${target}-away`, target);
    await set.sync.verbs['remotes.now']({ remote });
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 3 }]);
    expect(filesBelow(target)).toHaveLength(3);
  });

  it('anonymises where the rule says so', async () => {
    const anonymise = AnonymisationWay.parse({});
    await addRule(engine, await folderRemote(set, 'Study group', target), { anonymise });
    const attributes = { PatientID: 'P-SECRET', PatientName: 'Achieng^Zoe' };
    await importInto(engine, [folderOf(set.folder, 'in', [1], attributes)]);
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 1 }]);
    const [path = ''] = filesBelow(target);
    expect(path + readFileSync(path, 'latin1')).not.toMatch(/P-SECRET|Achieng/);
  });
});

describe('forwarding without the outbox at work', () => {
  beforeEach(() => open(true));

  it('asks for what has gathered; it is sent when the outbox runs', async () => {
    await addRule(engine, await folderRemote(set, 'Hospital', target));
    await importInto(engine, [folderOf(set.folder, 'in', [1, 2])]);
    expect(await forwarded(engine)).toMatchObject({
      total: 0,
      gathering: [{ images: 2, source: 'folder', remoteName: 'Hospital' }],
    });
    await engine.background.forwarding.once(signal);
    expect(await outcomes(engine)).toEqual([{ waiting: 2 }]);
    await engine.background.forwarding.once(signal);
    expect((await forwarded(engine)).total).toBe(1);
    set.sync.start();
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 2 }]);
  });

  it('comes back from the records: after a restart and a rebuild nothing is lost and nothing is asked for twice', async () => {
    await addRule(engine, await folderRemote(set, 'Hospital', target));
    await importInto(engine, [folderOf(set.folder, 'in', [1, 2, 3])]);
    await engine.background.forwarding.once(signal);
    await importInto(engine, [folderOf(set.folder, 'more', [4, 5])]);
    const before = await forwarded(engine);
    expect([before.total, before.gathering.map(({ images }) => images)]).toEqual([1, [2]]);
    const index = dumpOf(engine.context.db);
    const { job } = await engine.verbs['archive.rebuild']({});
    expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
    expect(await forwarded(engine)).toEqual(before);
    expect(dumpOf(engine.context.db)).toEqual(index);
    await set.sync.close();
    await engine.close();
    engine = await openForTest(set.archive, { timings: quickly });
    const again = syncForTest(engine);
    expect(await forwarded(engine)).toEqual(before);
    await engine.background.forwarding.once(signal);
    again.sync.start();
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 2 }, { proven: 3 }]);
    expect(filesBelow(target)).toHaveLength(5);
  });

  it('follows what becomes of an image before it is asked for', async () => {
    await addRule(engine, await folderRemote(set, 'Hospital', target));
    await importInto(engine, [folderOf(set.folder, 'in', [1, 2, 3], { PatientID: 'P0' })]);
    const [thrown, changed] = (await allImages(engine)).map(({ image }) => image);
    if (!thrown || !changed) throw new Error('Three images were taken in.');
    await engine.verbs['images.trash']({ selection: chosen({ images: [thrown] }), reason: 'blurred' });
    const selection = chosen({ images: [changed] });
    const values = [{ path: 'StudyDescription', value: 'Chest' }];
    const change = { selection, values, uids: false, modification: 'CORRECT', reason: 'typing error' } as const;
    await ended(engine, await engine.verbs['images.modify'](change));
    await engine.background.forwarding.once(signal);
    const { rows } = await set.sync.verbs['outbox.items']({ states: [], limit: 10, offset: 0 });
    const living = (await allImages(engine)).map(({ image }) => image);
    expect(rows.map(({ image }) => image).sort()).toEqual([...living].sort());
    expect(living).toHaveLength(2);
    expect(living).not.toContain(changed);
    // What comes back from the trash is sent after all.
    await engine.verbs['trash.restore']({ images: [thrown] });
    await engine.background.forwarding.once(signal);
    expect((await forwarded(engine)).rows.map(({ total }) => total)).toEqual([1, 2]);
  });

  it('takes back with the rule what is not sent yet', async () => {
    const { rule } = await addRule(engine, await folderRemote(set, 'Hospital', target));
    await importInto(engine, [folderOf(set.folder, 'in', [1, 2])]);
    await engine.background.forwarding.once(signal);
    await importInto(engine, [folderOf(set.folder, 'more', [3])]);
    await engine.verbs['forward.removeRule']({ rule });
    expect(await forwarded(engine)).toMatchObject({ gathering: [], rows: [{ rule, counts: { cancelled: 2 } }] });
    await engine.background.forwarding.once(signal);
    set.sync.start();
    await set.sync.settled();
    expect(filesBelow(target)).toEqual([]);
    expect((await engine.verbs['forward.rules']({})).rows).toEqual([]);
  });
});

describe('images that are not to be kept', () => {
  const trashed = async () => (await engine.verbs['trash.list']({ text: '', offset: 0, limit: 100 })).rows;

  it('go to the trash when they are proven everywhere they are to go, and stay back when a person wants them', async () => {
    const second = join(set.folder, 'second');
    await addRule(engine, await folderRemote(set, 'First', target), { keepImages: false });
    await addRule(engine, await folderRemote(set, 'Second', second));
    await importInto(engine, [folderOf(set.folder, 'in', [1, 2, 3])]);
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ waiting: 3 }, { proven: 3 }]);
    await engine.background.forwarding.once(signal);
    expect(await allImages(engine)).toHaveLength(3);
    mkdirSync(second);
    set.sync.hint();
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 3 }, { proven: 3 }]);
    await expect.poll(() => allImages(engine), PATIENCE).toEqual([]);
    const rows = await trashed();
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(new Set(['forwarded']));
    await engine.verbs['trash.restore']({ images: rows.map(({ image }) => image) });
    await engine.background.forwarding.once(signal);
    const { job } = await engine.verbs['archive.rebuild']({});
    await engine.context.jobs.settled(job);
    await engine.background.forwarding.once(signal);
    expect(await allImages(engine)).toHaveLength(3);
  });

  it('stay while something of them has not been proven or was refused', async () => {
    await addRule(engine, await folderRemote(set, 'First', target), { keepImages: false });
    const paused = await folderRemote(set, 'Paused', join(set.folder, 'p'), { ...freely, paused: true });
    await importInto(engine, [folderOf(set.folder, 'in', [1])]);
    const [image] = await allImages(engine);
    if (!image) throw new Error('An image was taken in.');
    const selection = { patients: [], studies: [], series: [], images: [image.image], clinicDays: [] };
    const { transaction } = await set.sync.verbs['outbox.send']({
      selection,
      remote: paused,
      anonymise: null,
      priority: 0,
    });
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 1 }]);
    const become = (state: 'arrived' | 'refused') =>
      engine.context.commit([
        {
          type: 'send.delivery',
          body: {
            items: [{ transaction, position: 1, state, fault: { code: 'REMOTE_REFUSED', details: {} }, proof: null }],
          },
        },
      ]);
    for (const state of ['arrived', 'refused'] as const) {
      await become(state);
      await engine.background.forwarding.once(signal);
      expect(await allImages(engine)).toHaveLength(1);
    }
    await set.sync.verbs['outbox.cancel']({ transaction });
    await engine.context.commit([
      {
        type: 'send.delivery',
        body: { items: [{ transaction, position: 1, state: 'cancelled', fault: null, proof: null }] },
      },
    ]);
    await expect.poll(() => allImages(engine), PATIENCE).toEqual([]);
  });

  it('stay when the rule keeps images by the time they are proven', async () => {
    await open(true);
    const remote = await folderRemote(set, 'First', target);
    const rule = await addRule(engine, remote, { keepImages: false });
    await importInto(engine, [folderOf(set.folder, 'in', [1])]);
    await engine.background.forwarding.once(signal);
    await engine.verbs['forward.changeRule']({ ...rule, keepImages: true });
    set.sync.start();
    await expect.poll(() => outcomes(engine), PATIENCE).toEqual([{ proven: 1 }]);
    await engine.background.forwarding.once(signal);
    expect(await allImages(engine)).toHaveLength(1);
  });
});
