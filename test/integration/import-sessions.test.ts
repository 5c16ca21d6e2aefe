import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { actAs } from '../../main/archive/actor';
import type { Engine } from '../../main/archive/engine';
import { engineVerbs } from '../../shared/contract';
import { ImportSessionKey, UserKey } from '../../shared/model/ids';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { instanceBytes, sha256Of, writeInstances } from '../fixtures/instances';

let folder: string;
let engine: Engine;
beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
});

type Filter = Partial<Parameters<Engine['verbs']['import.sessions']>[0]>;
const list = async (filter: Filter = {}) =>
  engineVerbs['import.sessions'].output.parse(
    await engine.verbs['import.sessions']({ text: '', offset: 0, limit: 50, ...filter }),
  );
const ana = UserKey.parse('a0000000-0000-4000-8000-000000000001');
const ben = UserKey.parse('b0000000-0000-4000-8000-000000000002');

describe('the list of imports', () => {
  it('is paged and filtered, and gives the images of each', async () => {
    for (const name of ['Monday', 'Tuesday', 'Wednesday']) {
      const place = join(folder, name);
      writeInstances(place, 3);
      writeFileSync(join(place, 'notes.txt'), name);
      await importInto(engine, [place]);
    }
    expect(await list({ limit: 2 })).toMatchObject({ total: 3, rows: [{ label: 'Wednesday' }, { label: 'Tuesday' }] });
    expect((await list({ limit: 2, offset: 2 })).rows).toMatchObject([{ label: 'Monday', added: 3, rejected: 1 }]);
    expect((await list({ text: 'ESDAY' })).rows.map(({ label }) => label)).toEqual(['Wednesday', 'Tuesday']);
    expect((await list({ source: 'watch' })).total).toBe(0);
    expect((await list({ source: 'folder', state: 'done', sourceRef: '' })).total).toBe(3);
    const [newest] = (await list()).rows;
    const session = ImportSessionKey.parse(newest?.session);
    expect(newest).toMatchObject({ added: 0, alreadyStored: 3 });
    const page = engineVerbs['import.images'].output.parse(
      await engine.verbs['import.images']({ session, offset: 1, limit: 1 }),
    );
    const images = await allImages(engine);
    expect(page).toEqual({ total: 3, rows: [images[1]] });
  });

  it('forgets an import without touching its images, also after a rebuild', async () => {
    const place = join(folder, 'source');
    writeInstances(place, 2);
    await importInto(engine, [place]);
    const session = ImportSessionKey.parse((await list()).rows[0]?.session);
    await engine.verbs['import.forget']({ session });
    const check = async (): Promise<void> => {
      expect(await list()).toEqual({ total: 0, rows: [] });
      await expect(engine.verbs['import.session']({ session })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(engine.verbs['import.images']({ session, offset: 0, limit: 1 })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      await expect(engine.verbs['import.forget']({ session })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await allImages(engine)).toHaveLength(2);
    };
    await check();
    const { job } = await engine.verbs['archive.rebuild']({});
    await engine.context.jobs.settled(job);
    await check();
  });

  it('does not forget an import that is running', async () => {
    const place = join(folder, 'source');
    writeInstances(place, 400);
    const { session, job } = await engine.verbs['import.start']({
      paths: [place],
      context: { patient: null, clinic: null, station: null, kind: null },
    });
    await expect.poll(async () => (await list()).total).toBe(1);
    await expect(engine.verbs['import.forget']({ session })).rejects.toMatchObject({ code: 'SESSION_RUNNING' });
    await engine.context.jobs.settled(job);
    expect((await list()).rows).toMatchObject([{ state: 'done', added: 400 }]);
  });
});

describe('a session of another program', () => {
  it('takes bytes and streams, counts what came of each, and stays open over a restart', async () => {
    const created = await actAs(ana, () => engine.verbs['import.create']({ name: 'night run' }));
    expect(engineVerbs['import.create'].output.parse(created)).toMatchObject({
      source: 'api',
      sourceRef: ana,
      label: 'night run',
      state: 'running',
      open: true,
    });
    const { session } = created;
    const bytes = instanceBytes({ seed: 1 });
    expect(await engine.intake.addToSession(session, bytes, 'one.dcm')).toEqual({
      images: [{ image: sha256Of(bytes), isNew: true }],
    });
    const other = instanceBytes({ seed: 2 });
    const pieces = Readable.from([other.subarray(0, 500), other.subarray(500)]);
    await engine.intake.addToSession(session, pieces, 'two.dcm');
    const twice = await Promise.all(
      [3, 3].map((seed) => engine.intake.addToSession(session, instanceBytes({ seed }), 'three')),
    );
    expect(twice.flatMap(({ images }) => images.map(({ isNew }) => isNew)).sort()).toEqual([false, true]);
    await expect(engine.intake.addToSession(session, Buffer.from('words'), 'notes')).rejects.toMatchObject({
      code: 'FILE_UNKNOWN',
    });
    await expect(engine.intake.addToSession(session, new Uint8Array(), 'nothing')).rejects.toMatchObject({
      code: 'FILE_EMPTY',
    });
    const broken = Readable.from(
      (function* () {
        yield other.subarray(0, 500);
        throw new Error('The line is gone.');
      })(),
    );
    await expect(engine.intake.addToSession(session, broken, 'broken')).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    expect(await engine.verbs['import.session']({ session })).toMatchObject({
      added: 3,
      alreadyStored: 1,
      rejected: 3,
    });
    await engine.close();
    engine = await openForTest(join(folder, 'archive'));
    expect(await actAs(ana, () => engine.verbs['import.create']({ name: 'night run' }))).toMatchObject({
      session,
      state: 'running',
    });
    await expect(actAs(ben, () => engine.verbs['import.create']({ name: 'night run' }))).rejects.toMatchObject({
      code: 'SESSION_NAME_TAKEN',
    });
    await engine.intake.addToSession(session, instanceBytes({ seed: 4 }), 'four');
    expect((await engine.verbs['import.images']({ session, offset: 0, limit: 10 })).total).toBe(4);
    for (const image of await allImages(engine)) expect(image.source).toBe('api');
    await engine.verbs['import.forget']({ session });
    await expect(engine.intake.addToSession(session, bytes, 'late')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is not the import of a person', async () => {
    const place = join(folder, 'source');
    writeInstances(place, 1);
    await importInto(engine, [place]);
    const session = ImportSessionKey.parse((await list()).rows[0]?.session);
    await expect(engine.intake.addToSession(session, instanceBytes({ seed: 9 }), 'x')).rejects.toMatchObject({
      code: 'SESSION_CLOSED',
    });
  });
});
