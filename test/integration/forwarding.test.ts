import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { createForwarding } from '../../main/archive/forwarding';
import { engineVerbs } from '../../shared/contract';
import type { DestinationRow, ForwardRow, ForwardState } from '../../shared/contract/sources';
import { DestinationKey, ForwardKey, ForwardRuleKey, type ImageId } from '../../shared/model/ids';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { openWatching, quickly, watched } from '../fixtures/background';
import { cornerSamples, jpegOf } from '../fixtures/photos';
import { instanceBytes, writeInstances } from '../fixtures/instances';

let folder: string;
let archive: string;
let target: string;
let engine: Engine;
beforeEach(async () => {
  folder = temporaryFolder();
  archive = join(folder, 'archive');
  target = join(folder, 'target');
  mkdirSync(target);
  engine = await openWatching(archive);
});

const PATIENCE = { timeout: 30_000, interval: 30 };
const queue = async (state?: ForwardState) =>
  engineVerbs['forward.queue'].output.parse(
    await engine.verbs['forward.queue']({ ...(state && { state }), offset: 0, limit: 100 }),
  );
const only = async (): Promise<ForwardRow | undefined> => (await queue()).rows[0];
const states = async (): Promise<string[]> => (await queue()).rows.map(({ state }) => state);
const destination = (name = 'Hospital', place = target): Promise<DestinationRow> =>
  engine.verbs['destinations.create']({ name, type: 'folder', settings: { folder: place } });
const forwardAll = async (keepImages = true) => {
  const { destination: to } = await destination();
  return engine.verbs['forward.addRule']({ source: null, sourceRef: '', destination: to, keepImages });
};
const filesBelow = (place: string): string[] =>
  readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1))
    .sort();
const source = (count: number): string => {
  const place = join(folder, 'source');
  writeInstances(place, count);
  return place;
};
const nobody = '6e6f7420-7468-4572-a520-000000000000';

describe('forwarding', () => {
  it('sends what arrives to a folder, together, read back, and says so', async () => {
    const rule = engineVerbs['forward.addRule'].output.parse(await forwardAll());
    expect(rule).toMatchObject({ source: null, destinationName: 'Hospital', keepImages: true, active: true });
    await importInto(engine, [source(12)]);
    await expect.poll(states, PATIENCE).toEqual(['done']);
    const row = await only();
    expect(row).toMatchObject({ images: 12, sent: 12, source: 'folder', gathering: false, error: null });
    expect(filesBelow(target)).toHaveLength(12);
    const { rows } = engineVerbs['forward.images'].output.parse(
      await engine.verbs['forward.images']({ forward: ForwardKey.parse(row?.forward), offset: 0, limit: 100 }),
    );
    const images = await allImages(engine);
    expect(rows.map(({ image }) => image).sort()).toEqual(images.map(({ image }) => image).sort());
    for (const { image, state, proof, place } of rows) {
      expect([state, proof]).toEqual(['done', 'read-back']);
      const bytes = readFileSync(join(archive, 'objects', image.slice(0, 2), image));
      expect(readFileSync(join(target, place ?? '')).equals(bytes)).toBe(true);
    }
    expect(await queue()).toMatchObject({ total: 1, counts: { done: 1, waiting: 0, failed: 0 } });
    expect((await queue('failed')).total).toBe(0);
    const log = engine.context.db.prepare(`SELECT code FROM log WHERE subject = 'forwarding' ORDER BY id`).all();
    expect(log).toEqual([{ code: 'DESTINATION_SAVED' }, { code: 'FORWARD_RULE_SAVED' }, { code: 'FORWARDED' }]);
  });

  it('sends a photo as the file it came as, and what is there already is not written twice', async () => {
    const place = join(folder, 'photos');
    mkdirSync(place);
    const photo = await jpegOf(cornerSamples());
    writeFileSync(join(place, 'face.jpg'), photo);
    await forwardAll();
    await importInto(engine, [place]);
    await expect.poll(states, PATIENCE).toEqual(['done']);
    const [sent] = filesBelow(target);
    expect(sent).toMatch(/face\.jpg$/);
    expect(readFileSync(join(target, sent ?? '')).equals(Buffer.from(photo))).toBe(true);
    engine.context.db.prepare(`UPDATE local_forward SET state = 'failed'`).run();
    engine.context.db.prepare(`UPDATE local_forward_item SET state = 'failed'`).run();
    await engine.verbs['forward.retry']({ forward: ForwardKey.parse((await only())?.forward) });
    await expect.poll(states, PATIENCE).toEqual(['done']);
    expect(filesBelow(target)).toEqual([sent]);
  });

  it('forwards only what comes from the source it is for', async () => {
    const place = join(folder, 'watched');
    mkdirSync(place);
    const { watch } = await engine.verbs['watch.create'](watched(place));
    const { destination: to } = await destination();
    const rule = await engine.verbs['forward.addRule']({
      source: 'watch',
      sourceRef: watch,
      destination: to,
      keepImages: true,
    });
    expect(rule.sourceName).toBe('X-ray');
    await importInto(engine, [source(2)]);
    writeFileSync(join(place, 'x'), instanceBytes({ seed: 77 }));
    await expect.poll(states, PATIENCE).toEqual(['done']);
    expect(await only()).toMatchObject({ images: 1, source: 'watch', sourceRef: watch, sourceName: 'X-ray' });
    // The same again is the same rule; switched off it queues nothing.
    expect(
      await engine.verbs['forward.addRule']({ source: 'watch', sourceRef: watch, destination: to, keepImages: false }),
    ).toEqual(rule);
    await engine.verbs['forward.changeRule']({ rule: rule.rule, keepImages: true, active: false });
    writeFileSync(join(place, 'y'), instanceBytes({ seed: 78 }));
    await expect.poll(async () => (await allImages(engine)).length, PATIENCE).toBe(4);
    await wait(300);
    expect((await queue()).total).toBe(1);
  });

  it('asks the gate: who said no stays here, the others go', async () => {
    const place = source(20);
    await importInto(engine, [place]);
    engine.context.db.prepare(`UPDATE patient SET consent = 'no' WHERE PatientID = 'P0'`).run();
    await forwardAll();
    const more = join(folder, 'more');
    mkdirSync(more);
    for (const [seed, PatientID] of [
      [501, 'P0'],
      [502, 'P1'],
    ] as const)
      writeFileSync(join(more, String(seed)), instanceBytes({ seed, PatientID }));
    await importInto(engine, [more]);
    await expect.poll(states, PATIENCE).toEqual(['failed']);
    expect(await only()).toMatchObject({ images: 2, sent: 1, error: { code: 'CONSENT_REFUSED' } });
    expect(filesBelow(target).map((path) => path.slice(-3))).toEqual(['502']);
  });

  it('waits for a destination that is away, and goes on by itself', async () => {
    await forwardAll();
    renameSync(target, `${target}-away`);
    await importInto(engine, [source(3)]);
    await expect
      .poll(only, PATIENCE)
      .toMatchObject({ state: 'waiting', tries: 1, error: { code: 'DESTINATION_GONE' } });
    expect((await only())?.nextTry).not.toBeNull();
    renameSync(`${target}-away`, target);
    await engine.verbs['forward.retry']({ forward: ForwardKey.parse((await only())?.forward) });
    await expect.poll(states, PATIENCE).toEqual(['done']);
    expect(filesBelow(target)).toHaveLength(3);
  });

  it('keeps the queue over a restart and a rebuild, and queues nothing twice', async () => {
    await forwardAll();
    renameSync(target, `${target}-away`);
    await importInto(engine, [source(5)]);
    await expect.poll(only, PATIENCE).toMatchObject({ state: 'waiting', tries: 1 });
    const { job } = await engine.verbs['archive.rebuild']({});
    expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
    expect(await only()).toMatchObject({ state: 'waiting', images: 5 });
    expect((await queue()).total).toBe(1);
    expect((await engine.verbs['forward.rules']({})).rows).toHaveLength(1);
    expect((await engine.verbs['destinations.list']({})).rows).toMatchObject([{ name: 'Hospital', rules: 1 }]);
    await engine.close();
    renameSync(`${target}-away`, target);
    engine = await openForTest(archive, { timings: quickly });
    await engine.verbs['forward.retry']({ forward: ForwardKey.parse((await only())?.forward) });
    await wait(200);
    expect(await states()).toEqual(['waiting']);
    await engine.background.forwarding.once(new AbortController().signal);
    expect(await states()).toEqual(['done']);
    expect(filesBelow(target)).toHaveLength(5);
  });

  it('can be cancelled and taken up again', async () => {
    const rule = await forwardAll();
    renameSync(target, `${target}-away`);
    await importInto(engine, [source(2)]);
    await expect.poll(only, PATIENCE).toMatchObject({ tries: 1 });
    const forward = ForwardKey.parse((await only())?.forward);
    expect(await engine.verbs['forward.cancel']({ forward })).toMatchObject({ state: 'cancelled' });
    await expect(engine.verbs['forward.cancel']({ forward })).rejects.toMatchObject({ code: 'FORWARD_FINISHED' });
    renameSync(`${target}-away`, target);
    expect(await engine.verbs['forward.retry']({ forward })).toMatchObject({ state: 'waiting' });
    await expect.poll(states, PATIENCE).toEqual(['done']);
    renameSync(target, `${target}-away`);
    const more = join(folder, 'more');
    mkdirSync(more);
    writeFileSync(join(more, 'x'), instanceBytes({ seed: 900 }));
    await importInto(engine, [more]);
    await expect.poll(states, PATIENCE).toEqual(['waiting', 'done']);
    await engine.verbs['forward.removeRule']({ rule: rule.rule });
    expect(await states()).toEqual(['cancelled', 'done']);
    expect((await engine.verbs['forward.rules']({})).rows).toEqual([]);
  });

  it('gives images up only when they are delivered everywhere they are to go', async () => {
    await engine.close();
    engine = await openForTest(archive, { timings: quickly });
    const discarded: ImageId[] = [];
    const forwarding = createForwarding(
      engine.context,
      quickly.forward ?? { tick: 30, quiet: 0, longest: 0 },
      (images) => Promise.resolve(void discarded.push(...images)),
      () => undefined,
    );
    mkdirSync(join(folder, 'second'));
    const first = await destination('First');
    const second = await destination('Second', join(folder, 'second'));
    await engine.verbs['forward.addRule']({
      source: null,
      sourceRef: '',
      destination: first.destination,
      keepImages: false,
    });
    await engine.verbs['forward.addRule']({
      source: null,
      sourceRef: '',
      destination: second.destination,
      keepImages: true,
    });
    await importInto(engine, [source(3)]);
    renameSync(join(folder, 'second'), join(folder, 'second-away'));
    const signal = new AbortController().signal;
    await forwarding.once(signal);
    expect((await states()).sort()).toEqual(['done', 'waiting']);
    expect(discarded).toEqual([]);
    renameSync(join(folder, 'second-away'), join(folder, 'second'));
    const [waiting] = (await queue('waiting')).rows;
    await forwarding.verbs['forward.retry']({ forward: ForwardKey.parse(waiting?.forward) });
    await forwarding.once(signal);
    expect(await states()).toEqual(['done', 'done']);
    expect(discarded.sort()).toEqual((await allImages(engine)).map(({ image }) => image).sort());
    discarded.length = 0;
    await forwarding.once(signal);
    expect(discarded).toEqual([]);
  });
});

describe('rules and destinations', () => {
  it('refuse what leads back to where it comes from', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((name) => join(folder, name));
    for (const place of [one, two, three]) mkdirSync(place ?? '');
    const watch = (name: string, path = '') => engine.verbs['watch.create'](watched(path, { name }));
    const first = await watch('one', one);
    const second = await watch('two', two);
    const to = await Promise.all([one, two, three].map((place, at) => destination(`to ${String(at)}`, place)));
    const rule = (source: 'watch' | 'camera' | null, sourceRef: string, at: number) =>
      engine.verbs['forward.addRule']({
        source,
        sourceRef,
        destination: DestinationKey.parse(to[at]?.destination),
        keepImages: true,
      });
    await expect(rule('watch', first.watch, 0)).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    await expect(rule('watch', '', 0)).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    await expect(rule(null, '', 0)).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    await rule('camera', '', 0);
    await rule('watch', first.watch, 1);
    await rule('watch', second.watch, 2);
    // Over two rules, by watching the folder at the end of the chain, and by changing where a destination lies.
    await expect(rule('watch', second.watch, 0)).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    const third = await watch('three', three);
    await expect(rule('watch', third.watch, 0)).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    await expect(
      engine.verbs['destinations.change']({
        destination: DestinationKey.parse(to[2]?.destination),
        changes: { name: 'to 2', type: 'folder', settings: { folder: one ?? '' } },
      }),
    ).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    await engine.verbs['watch.remove']({ watch: third.watch });
    mkdirSync(join(folder, 'four'));
    const far = await destination('far', join(folder, 'four'));
    await engine.verbs['forward.addRule']({
      source: null,
      sourceRef: '',
      destination: far.destination,
      keepImages: true,
    });
    await expect(watch('four', join(folder, 'four'))).rejects.toMatchObject({ code: 'FORWARD_CYCLIC' });
    expect((await engine.verbs['watch.list']({})).rows.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('refuse places that are none, names that are taken and what is not there', async () => {
    const bad = (place: string, name = 'x') => destination(name, place);
    await expect(bad(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'DESTINATION_FOLDER' });
    await expect(bad('relative')).rejects.toMatchObject({ code: 'DESTINATION_FOLDER' });
    await expect(bad(join(archive, 'objects'))).rejects.toMatchObject({ code: 'DESTINATION_IN_ARCHIVE' });
    await expect(bad(folder)).rejects.toMatchObject({ code: 'DESTINATION_IN_ARCHIVE' });
    await expect(
      engine.verbs['destinations.create']({ name: 'x', type: 'folder', settings: {} }),
    ).rejects.toMatchObject({ code: 'DESTINATION_FOLDER' });
    const row = await destination();
    await expect(bad(target, 'HOSPITAL')).rejects.toMatchObject({ code: 'DESTINATION_NAME_TAKEN' });
    const changed = await engine.verbs['destinations.change']({
      destination: row.destination,
      changes: { name: 'City', type: 'folder', settings: { folder: target } },
    });
    expect(changed).toMatchObject({ name: 'City', settings: { folder: target } });
    const rule = await engine.verbs['forward.addRule']({
      source: 'camera',
      sourceRef: '',
      destination: row.destination,
      keepImages: true,
    });
    await expect(engine.verbs['destinations.remove']({ destination: row.destination })).rejects.toMatchObject({
      code: 'DESTINATION_IN_USE',
    });
    await engine.verbs['forward.removeRule']({ rule: rule.rule });
    await engine.verbs['destinations.remove']({ destination: row.destination });
    expect((await engine.verbs['destinations.list']({})).rows).toEqual([]);
    const gone = DestinationKey.parse(nobody);
    for (const act of [
      engine.verbs['destinations.remove']({ destination: gone }),
      engine.verbs['forward.addRule']({ source: null, sourceRef: '', destination: gone, keepImages: true }),
      engine.verbs['forward.changeRule']({ rule: ForwardRuleKey.parse(nobody), keepImages: true, active: true }),
      engine.verbs['forward.removeRule']({ rule: ForwardRuleKey.parse(nobody) }),
      engine.verbs['forward.images']({ forward: ForwardKey.parse(nobody), offset: 0, limit: 1 }),
      engine.verbs['forward.retry']({ forward: ForwardKey.parse(nobody) }),
      engine.verbs['forward.cancel']({ forward: ForwardKey.parse(nobody) }),
    ]) {
      await expect(act).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});
