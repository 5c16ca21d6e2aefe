import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { engineVerbs } from '../../shared/contract';
import type { WatchRow } from '../../shared/contract/sources';
import { WatchKey } from '../../shared/model/ids';
import { zipFile } from '../fixtures/zips';
import { allImages, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { openWatching, watched } from '../fixtures/background';
import { cornerSamples, jpegOf } from '../fixtures/photos';
import { instanceBytes, sha256Of, writeInstances } from '../fixtures/instances';

let folder: string;
let archive: string;
let source: string;
let engine: Engine;
beforeEach(async () => {
  folder = temporaryFolder();
  archive = join(folder, 'archive');
  source = join(folder, 'source');
  mkdirSync(source);
  engine = await openWatching(archive);
});

const PATIENCE = { timeout: 30_000, interval: 30 };
const row = async (at = 0): Promise<WatchRow> => {
  const { rows } = engineVerbs['watch.list'].output.parse(await engine.verbs['watch.list']({}));
  const found = rows[at];
  if (!found) throw new Error('There is no such watched folder.');
  return found;
};
const images = async (): Promise<string[]> => (await allImages(engine)).map(({ image }) => image);
const problems = async () =>
  (await engine.verbs['watch.problems']({ watch: (await row()).watch, offset: 0, limit: 100 })).rows;
const sessions = async () => (await engine.verbs['import.sessions']({ text: '', offset: 0, limit: 50 })).rows;
const atRest = async (): Promise<void> => {
  await expect.poll(async () => (await row()).waiting, PATIENCE).toBe(0);
  await expect.poll(async () => (await sessions()).every(({ state }) => state === 'done'), PATIENCE).toBe(true);
};
const write = (name: string, seed: number): string => {
  const bytes = instanceBytes({ seed });
  writeFileSync(join(source, name), bytes);
  return sha256Of(bytes);
};

describe('a watched folder', () => {
  it('takes in what is there and what comes later, in sub-folders too, and leaves it untouched', async () => {
    const first = write('one.dcm', 1);
    const before = statSync(join(source, 'one.dcm'));
    const created = await engine.verbs['watch.create'](watched(source));
    expect(engineVerbs['watch.create'].output.parse(created)).toMatchObject({
      name: 'X-ray',
      state: 'watching',
      taken: 0,
    });
    await expect.poll(images, PATIENCE).toEqual([first]);
    mkdirSync(join(source, 'sub', 'deep'), { recursive: true });
    const second = write('sub/deep/two', 2);
    await expect.poll(images, PATIENCE).toEqual([first, second]);
    await atRest();
    const after = statSync(join(source, 'one.dcm'));
    expect([after.mtimeMs, after.size, after.ino]).toEqual([before.mtimeMs, before.size, before.ino]);
    expect(readdirSync(source).sort()).toEqual(['one.dcm', 'sub']);
    expect(await row()).toMatchObject({
      state: 'watching',
      taken: 2,
      waiting: 0,
      problems: 0,
      lastFile: { name: 'two' },
    });
    for (const image of await allImages(engine)) {
      expect(image).toMatchObject({ source: 'watch', sourceRef: created.watch });
    }
    const { rows } = await engine.verbs['sources.named']({
      refs: [
        { source: 'watch', ref: created.watch },
        { source: 'box', ref: 'uni' },
        { source: 'watch', ref: '' },
      ],
    });
    expect(rows.map(({ name }) => name)).toEqual(['X-ray', 'uni', null]);
  });

  it('makes one import session of a burst, named and attributed', async () => {
    writeInstances(source, 30);
    const { watch } = await engine.verbs['watch.create'](watched(source));
    await expect.poll(async () => (await images()).length, PATIENCE).toBe(30);
    await atRest();
    expect(await sessions()).toMatchObject([
      { source: 'watch', sourceRef: watch, label: 'X-ray', added: 30, rejected: 0, state: 'done' },
    ]);
  });

  it('waits until a file has stopped growing', async () => {
    await engine.verbs['watch.create'](watched(source));
    const bytes = instanceBytes({ seed: 1, side: 128 });
    const path = join(source, 'slow.dcm');
    writeFileSync(path, bytes.subarray(0, 1000));
    for (let at = 1000; at < bytes.length; at += 2000) {
      await wait(80);
      appendFileSync(path, bytes.subarray(at, at + 2000));
    }
    await expect.poll(images, PATIENCE).toEqual([sha256Of(bytes)]);
    await atRest();
    expect(await sessions()).toMatchObject([{ added: 1, rejected: 0 }]);
  });

  it('waits for the rest of a file whose copy stalls, and takes it when it is whole', async () => {
    await engine.verbs['watch.create'](watched(source));
    const bytes = instanceBytes({ seed: 1, side: 128 });
    const path = join(source, 'stalled.dcm');
    writeFileSync(path, bytes.subarray(0, 6000));
    await expect.poll(async () => (await row()).problems, PATIENCE).toBe(1);
    expect(await images()).toEqual([]);
    writeFileSync(path, bytes);
    await expect.poll(images, PATIENCE).toEqual([sha256Of(bytes)]);
    expect((await row()).problems).toBe(0);
  });

  if (process.platform === 'linux') {
    it('does not take a file that a program still has open for writing', async () => {
      await engine.verbs['watch.create'](watched(source));
      const bytes = instanceBytes({ seed: 1 });
      const file = openSync(join(source, 'open.dcm'), 'w');
      writeSync(file, bytes);
      await expect.poll(async () => (await row()).waiting, PATIENCE).toBe(1);
      await expect
        .poll(async () => (await problems()).map(({ code }) => code), PATIENCE)
        .toEqual(['WATCH_FILE_IN_USE']);
      expect(await images()).toEqual([]);
      closeSync(file);
      await expect.poll(images, PATIENCE).toEqual([sha256Of(bytes)]);
    });
  }

  it('tells what it could not take, and looks again when asked or when the file changes', async () => {
    writeFileSync(join(source, 'notes.txt'), 'only words');
    writeFileSync(join(source, 'half.tmp'), 'being written');
    const { watch } = await engine.verbs['watch.create'](watched(source));
    await expect
      .poll(async () => (await problems()).map(({ path, code, again }) => [path, code, again]), PATIENCE)
      .toEqual([['notes.txt', 'FILE_UNKNOWN', false]]);
    expect(await engine.verbs['watch.retry']({ watch })).toMatchObject({ problems: 0, waiting: 1 });
    await expect.poll(async () => (await problems()).length, PATIENCE).toBe(1);
    const image = write('notes.txt', 5);
    await expect.poll(images, PATIENCE).toEqual([image]);
    expect(await problems()).toEqual([]);
  });

  it('forgets a file that vanishes before it was taken', async () => {
    await engine.verbs['watch.create'](watched(source));
    write('gone.dcm', 1);
    await expect.poll(async () => (await row()).waiting, PATIENCE).toBe(1);
    rmSync(join(source, 'gone.dcm'));
    await expect.poll(async () => (await row()).waiting, PATIENCE).toBe(0);
    expect(await images()).toEqual([]);
    expect((await row()).problems).toBe(0);
  });

  it('goes on when the folder was away and is back: nothing twice, nothing missed', async () => {
    writeInstances(source, 12);
    await engine.verbs['watch.create'](watched(source));
    await expect.poll(async () => (await images()).length, PATIENCE).toBe(12);
    await atRest();
    const away = join(folder, 'pulled-out');
    renameSync(source, away);
    await expect.poll(async () => (await row()).state, PATIENCE).toBe('missing');
    expect((await row()).error).toMatchObject({ code: 'WATCH_FOLDER_AWAY' });
    writeFileSync(join(away, 'new.dcm'), instanceBytes({ seed: 999 }));
    renameSync(away, source);
    await expect.poll(async () => (await images()).length, PATIENCE).toBe(13);
    await atRest();
    expect(await row()).toMatchObject({ state: 'watching', error: null, taken: 13 });
    expect((await sessions()).map(({ added, alreadyStored }) => [added, alreadyStored])).toEqual([
      [1, 0],
      [12, 0],
    ]);
  });

  it('finds what came and changed while Fieldbox was closed, and takes nothing twice', async () => {
    write('one.dcm', 1);
    write('two.dcm', 2);
    await engine.verbs['watch.create'](watched(source));
    await expect.poll(async () => (await images()).length, PATIENCE).toBe(2);
    await atRest();
    await engine.close();
    write('two.dcm', 22);
    write('three.dcm', 3);
    engine = await openWatching(archive);
    await expect.poll(async () => (await images()).length, PATIENCE).toBe(4);
    await atRest();
    expect((await sessions()).map(({ files }) => files)).toEqual([2, 2]);
    // The same content under a new time is recognised by its bytes.
    utimesSync(join(source, 'one.dcm'), new Date(), new Date());
    await expect.poll(async () => (await sessions()).length, PATIENCE).toBe(3);
    await atRest();
    expect(await images()).toHaveLength(4);
    expect((await sessions())[0]).toMatchObject({ added: 0, alreadyStored: 1 });
  });

  it(
    'takes 2,000 files, answers meanwhile, and looks through them again without taking any',
    { timeout: 240_000 },
    async () => {
      const hashes = writeInstances(source, 2000, 16);
      await engine.verbs['watch.create'](watched(source));
      const begun = performance.now();
      let longest = 0;
      while ((await row()).taken < 2000) {
        const before = performance.now();
        await wait(5);
        longest = Math.max(longest, performance.now() - before - 5);
      }
      const whole = performance.now() - begun;
      await atRest();
      expect(new Set(await images())).toEqual(new Set(hashes.values()));
      expect(longest).toBeLessThan(Math.max(1500, whole / 3)); // of a slow machine each step takes longer
      await engine.close();
      engine = await openWatching(archive);
      await expect.poll(async () => (await row()).lastLook, PATIENCE).not.toBeNull();
      await wait(300);
      expect((await sessions()).map(({ files }) => files)).toEqual([2000]);
    },
  );

  it('gives photos the clinic, station and kind that are set for it', async () => {
    const { clinic } = await engine.verbs['clinics.create']({
      name: 'San Quintín',
      place: '',
      firstDay: '20261101',
      lastDay: '20261130',
    });
    const { station } = await engine.verbs['stations.create']({ clinic, name: 'X-ray' });
    const { rows: kinds } = await engine.verbs['kinds.list']({});
    const kind = kinds.find(({ code }) => code === 'xray')?.kind ?? null;
    await engine.verbs['watch.create'](watched(source, { clinic, station, kind }));
    writeFileSync(join(source, 'photo.jpg'), await jpegOf(cornerSamples()));
    await expect
      .poll(async () => (await allImages(engine))[0], PATIENCE)
      .toMatchObject({ clinic, station, kind, source: 'watch' });
    await expect(
      engine.verbs['watch.create'](watched(archive, { name: 'b', station, clinic: null })),
    ).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});

describe('what is done with files afterwards', () => {
  it('removes them only when asked to, once they are proven to be stored', async () => {
    const image = write('one.dcm', 1);
    writeFileSync(join(source, 'notes.txt'), 'only words');
    await engine.verbs['watch.create'](watched(source, { afterwards: 'delete' }));
    await expect.poll(() => existsSync(join(source, 'one.dcm')), PATIENCE).toBe(false);
    expect(await images()).toEqual([image]);
    expect(readFileSync(join(source, 'notes.txt'), 'utf8')).toBe('only words');
    // The same name again is a new file.
    const next = write('one.dcm', 2);
    await expect.poll(images, PATIENCE).toEqual([image, next]);
    await expect.poll(() => existsSync(join(source, 'one.dcm')), PATIENCE).toBe(false);
  });

  it('leaves files from which a filter took something until an administrator says that they go as well', async () => {
    const { filter } = await engine.verbs['tagFilters.create']({
      name: 'no names',
      list: 'blacklist',
      paths: ['PatientName'],
    });
    await engine.verbs['tagFilters.associate']({ filter, source: 'watch', sourceRef: '' });
    write('one.dcm', 1);
    const { watch } = await engine.verbs['watch.create'](watched(source, { afterwards: 'delete' }));
    await expect.poll(async () => (await row()).leftFiltered, PATIENCE).toBe(1);
    await atRest();
    expect(await problems()).toEqual([]);
    expect(existsSync(join(source, 'one.dcm'))).toBe(true);
    expect((await allImages(engine)).map(({ PatientName }) => PatientName)).toEqual(['']);

    const changed = { ...watched(source, { afterwards: 'delete' }), deleteFiltered: true };
    await engine.verbs['watch.change']({ watch, changes: changed });
    await expect.poll(() => existsSync(join(source, 'one.dcm')), PATIENCE).toBe(false);
    expect(await row()).toMatchObject({ leftFiltered: 0, problems: 0, deleteFiltered: true });
  });

  it('moves filtered files like all others: nothing of them is lost', async () => {
    const { filter } = await engine.verbs['tagFilters.create']({
      name: 'no names',
      list: 'blacklist',
      paths: ['PatientName'],
    });
    await engine.verbs['tagFilters.associate']({ filter, source: 'watch', sourceRef: '' });
    const done = join(folder, 'done');
    mkdirSync(done);
    const whole = write('one.dcm', 1);
    await engine.verbs['watch.create'](watched(source, { afterwards: 'move', moveTo: done }));
    await expect.poll(() => existsSync(join(done, 'one.dcm')), PATIENCE).toBe(true);
    expect(sha256Of(readFileSync(join(done, 'one.dcm')))).toBe(whole);
  });

  it('leaves a file where it is when its copy in the archive is damaged', async () => {
    const image = write('one.dcm', 1);
    const { watch, ...set } = await engine.verbs['watch.create'](watched(source));
    await expect.poll(images, PATIENCE).toEqual([image]);
    await atRest();
    writeFileSync(join(archive, 'objects', image.slice(0, 2), image), 'rotten');
    await engine.verbs['watch.change']({ watch, changes: { ...watched(source), ...set, afterwards: 'delete' } });
    utimesSync(join(source, 'one.dcm'), new Date(), new Date());
    const problems = async () => (await engine.verbs['watch.problems']({ watch, offset: 0, limit: 10 })).rows;
    await expect.poll(async () => (await problems()).map(({ code }) => code), PATIENCE).toEqual(['WATCH_NOT_PROVEN']);
    expect(existsSync(join(source, 'one.dcm'))).toBe(true);
  });

  it('moves them, with their sub-folders, and does not find them again there', async () => {
    const done = join(source, 'done');
    mkdirSync(join(source, 'sub'));
    mkdirSync(done);
    writeFileSync(join(done, 'one.dcm'), 'somebody else’s');
    const first = write('one.dcm', 1);
    const second = write('sub/two.dcm', 2);
    await engine.verbs['watch.create'](watched(source, { afterwards: 'move', moveTo: done }));
    await expect.poll(() => existsSync(join(done, 'sub', 'two.dcm')), PATIENCE).toBe(true);
    await expect.poll(() => existsSync(join(done, 'one (2).dcm')), PATIENCE).toBe(true);
    expect(existsSync(join(source, 'one.dcm'))).toBe(false);
    expect(readFileSync(join(done, 'one.dcm'), 'utf8')).toBe('somebody else’s');
    expect((await images()).sort()).toEqual([first, second].sort());
    await atRest();
    expect((await row()).problems).toBe(0);
  });

  it('removes a zip only when everything inside of it is stored', async () => {
    await zipFile(join(source, 'good.zip'), {
      'a.dcm': instanceBytes({ seed: 1 }),
      'b.dcm': instanceBytes({ seed: 2 }),
    });
    await zipFile(join(source, 'mixed.zip'), {
      'c.dcm': instanceBytes({ seed: 3 }),
      'readme.txt': Buffer.from('words'),
    });
    await engine.verbs['watch.create'](watched(source, { afterwards: 'delete' }));
    await expect.poll(() => existsSync(join(source, 'good.zip')), PATIENCE).toBe(false);
    await expect.poll(async () => (await images()).length, PATIENCE).toBe(3);
    await expect.poll(async () => (await row()).problems, PATIENCE).toBe(1);
    expect(existsSync(join(source, 'mixed.zip'))).toBe(true);
    expect((await allImages(engine)).every((image) => image.source === 'watch')).toBe(true);
  });
});

describe('setting up', () => {
  const create = (path: string, more = {}) => engine.verbs['watch.create'](watched(path, more));

  it('refuses what cannot or must not be watched', async () => {
    await create(source);
    symlinkSync(source, join(folder, 'link'));
    mkdirSync(join(source, 'sub'));
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'file'), '');
    const refused: readonly (readonly [string, string, object?])[] = [
      [join(folder, 'nowhere'), 'WATCH_NO_FOLDER'],
      [join(folder, 'file'), 'WATCH_NO_FOLDER'],
      ['relative', 'WATCH_NO_FOLDER'],
      [archive, 'WATCH_IN_ARCHIVE'],
      [join(archive, 'objects'), 'WATCH_IN_ARCHIVE'],
      [folder, 'WATCH_IN_ARCHIVE'],
      [source, 'WATCH_OVERLAPS'],
      [join(folder, 'link'), 'WATCH_OVERLAPS'],
      [join(source, 'sub'), 'WATCH_OVERLAPS'],
      [join(folder, 'other'), 'WATCH_MOVE_TARGET', { afterwards: 'move', moveTo: null }],
      [join(folder, 'other'), 'WATCH_MOVE_TARGET', { afterwards: 'move', moveTo: join(folder, 'nowhere') }],
      [join(folder, 'other'), 'WATCH_MOVE_TARGET', { afterwards: 'move', moveTo: join(folder, 'other') }],
      [join(folder, 'other'), 'WATCH_MOVE_TARGET', { afterwards: 'move', moveTo: join(source, 'sub') }],
      [join(folder, 'other'), 'WATCH_NAME_TAKEN', { name: 'x-RAY' }],
      [join(folder, 'other'), 'NOT_FOUND', { kind: '6e6f7420-7468-4572-a520-000000000000' }],
    ];
    for (const [path, code, more] of refused) {
      await expect(create(path, { name: 'Another', ...more })).rejects.toMatchObject({ code });
    }
    expect((await engine.verbs['watch.list']({})).rows).toHaveLength(1);
    const nobody = WatchKey.parse('6e6f7420-7468-4572-a520-000000000000');
    for (const act of [
      engine.verbs['watch.change']({ watch: nobody, changes: watched(source) }),
      engine.verbs['watch.pause']({ watch: nobody, paused: true }),
      engine.verbs['watch.remove']({ watch: nobody }),
      engine.verbs['watch.retry']({ watch: nobody }),
      engine.verbs['watch.problems']({ watch: nobody, offset: 0, limit: 1 }),
    ]) {
      await expect(act).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('pauses, goes on, changes and ends', async () => {
    const { watch } = await create(source);
    expect(await engine.verbs['watch.pause']({ watch, paused: true })).toMatchObject({ state: 'paused' });
    const first = write('one.dcm', 1);
    await wait(500);
    expect(await images()).toEqual([]);
    expect(await engine.verbs['watch.pause']({ watch, paused: false })).toMatchObject({ state: 'watching' });
    await expect.poll(images, PATIENCE).toEqual([first]);
    await atRest();
    const other = join(folder, 'other');
    mkdirSync(join(other, 'sub'), { recursive: true });
    writeFileSync(join(other, 'sub', 'deep.dcm'), instanceBytes({ seed: 7 }));
    const changed = await engine.verbs['watch.change']({
      watch,
      changes: watched(other, { name: 'Ultrasound', subfolders: false }),
    });
    expect(changed).toMatchObject({ name: 'Ultrasound', path: other, taken: 1 });
    const top = instanceBytes({ seed: 8 });
    writeFileSync(join(other, 'top.dcm'), top);
    await expect.poll(images, PATIENCE).toEqual([first, sha256Of(top)]);
    await engine.verbs['watch.remove']({ watch });
    expect((await engine.verbs['watch.list']({})).rows).toEqual([]);
    const { rows } = await engine.verbs['sources.named']({ refs: [{ source: 'watch', ref: watch }] });
    expect(rows[0]?.name).toBe('Ultrasound');
    expect(await images()).toHaveLength(2);
  });

  it('is the same after the index was made again, and nothing is taken anew', async () => {
    write('one.dcm', 1);
    await create(source);
    await expect.poll(async () => (await images()).length, PATIENCE).toBe(1);
    await atRest();
    await engine.verbs['watch.pause']({ watch: (await row()).watch, paused: true });
    const before = { row: await row(), sessions: await sessions(), images: await allImages(engine) };
    const { job } = await engine.verbs['archive.rebuild']({});
    expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
    expect({ row: await row(), sessions: await sessions(), images: await allImages(engine) }).toEqual(before);
    await engine.verbs['watch.pause']({ watch: before.row.watch, paused: false });
    await wait(500);
    expect(await sessions()).toHaveLength(1);
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({ missing: [], corrupt: [], orphaned: [] });
  });

  it('watches nothing in a process that was not asked to', async () => {
    write('one.dcm', 1);
    const { watch } = await create(source);
    await expect.poll(async () => (await images()).length, PATIENCE).toBe(1);
    await engine.close();
    write('two.dcm', 2);
    engine = await openForTest(archive);
    await wait(400);
    expect(await row()).toMatchObject({ watch, state: 'stopped', taken: 1 });
  });
});
