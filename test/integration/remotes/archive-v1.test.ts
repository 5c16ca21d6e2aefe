import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AnonymisationWay } from '../../../shared/model/anonymisation';
import { FormDefinition } from '../../../shared/forms/definition';
import type { RemoteSettings } from '../../../shared/model/remotes/settings';
import { allImages, importInto, openForTest, temporaryFolder } from '../../fixtures/archive';
import { ArchiveV1Server } from '../../fixtures/archive-v1-server';
import { dumpOf } from '../../fixtures/index-dump';
import { instanceBytes, sha256Of, uidOf } from '../../fixtures/instances';
import {
  addRemote,
  itemsOf,
  type OutboxForTest,
  outboxWithImages,
  sendAll,
  statesOf,
  syncForTest,
} from '../../fixtures/outbox';
import { codeOf } from '../../fixtures/people';
import { MemorySecrets } from '../../../main/sync/secrets';
import { createSync } from '../../../main/sync';
import { archiveV1Kind, archiveV1Password as PASSWORD, archiveV1Settings as settingsFor } from './clinic-kinds';
import { describeRemote } from './contract';

const WAIT = { timeout: 30_000, interval: 50 };

describeRemote(archiveV1Kind);

/** An archive with single images, each in a series of its own, all proven at the server. */
async function delivered(server: ArchiveV1Server, specs: readonly Parameters<typeof instanceBytes>[0][], more = {}) {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'in'));
  for (const spec of specs) writeFileSync(join(folder, 'in', `${String(spec.seed)}.dcm`), instanceBytes(spec));
  const engine = await openForTest(join(folder, 'archive'));
  await importInto(engine, [join(folder, 'in')]);
  const outbox = syncForTest(engine);
  const remote = await addRemote(outbox.sync, 'cad', settingsFor(server, more), PASSWORD);
  outbox.sync.start();
  const transaction = await sendAll(outbox, remote);
  await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: specs.length });
  return { ...outbox, remote, transaction };
}

const single = (seed: number, more = {}) => ({ seed, series: uidOf(`series ${String(seed)}`), ...more });

async function fetched({ sync, engine }: OutboxForTest, input: Parameters<(typeof sync.verbs)['remotes.fetch']>[0]) {
  const { job } = await sync.verbs['remotes.fetch'](input);
  return engine.context.jobs.settled(job);
}

function resultsIn(engine: OutboxForTest['engine'], more = {}) {
  return engine.verbs['results.list']({ removed: false, limit: 100, offset: 0, ...more });
}

describe('An archive of API v1', () => {
  it('proves a series of one image by its list and one of several by the files in its zip', async () => {
    const server = await ArchiveV1Server.start();
    const { sync, transaction } = await delivered(server, [single(1), { seed: 2 }, { seed: 3 }]);
    const proofs = (await itemsOf(sync, transaction)).map(({ proof }) => [proof?.kind, proof?.note]);
    expect(proofs.sort()).toEqual([
      ['hash', 'SHA-256, dicom/get'],
      ['hash', 'SHA-256, dicom/get'],
      ['listing', 'series/get'],
    ]);
    // A server that writes into the files gives them back changed: then its own name of the image is the proof.
    const other = await ArchiveV1Server.start();
    other.touches = true;
    const touched = await delivered(other, [{ seed: 2 }, { seed: 3 }]);
    expect((await itemsOf(touched.sync, touched.transaction)).map(({ proof }) => proof?.kind)).toEqual([
      'listing',
      'listing',
    ]);
  });

  it('that answers well and keeps nothing is found out', async () => {
    const server = await ArchiveV1Server.start();
    server.loses = 2;
    const { sync, transaction } = await delivered(server, [single(1), { seed: 2 }, { seed: 3 }]);
    expect(await statesOf(sync, transaction)).toMatchObject({ proven: 3 });
    expect(server.hashes()).toHaveLength(3);
  });

  it('that gives pseudonyms and other UIDs is asked by those from then on', async () => {
    const server = await ArchiveV1Server.start();
    server.rewrites = true;
    const outbox = await delivered(server, [single(1)]);
    const series = `${uidOf('series 1')}.9`;
    server.results.set(`${series} cad4tb CAD4TB 6`, { algorithm: 'CAD4TB', value: 12 });
    expect(await fetched(outbox, { remote: outbox.remote, what: 'results' })).toMatchObject({
      state: 'done',
      added: 1,
    });
    expect((await resultsIn(outbox.engine)).rows).toMatchObject([{ name: 'CAD4TB 6', value: { number: 12 } }]);
  });

  it('keeps the password out of addresses, and gives every file a name of letters and digits', async () => {
    const server = await ArchiveV1Server.start();
    await delivered(server, [single(1)]);
    expect(server.asked.every(({ headers }) => headers['x-password'] === 'correct-horse')).toBe(true);
    expect(server.asked.some(({ target }) => target.includes('correct-horse'))).toBe(false);
    expect(server.asked.some(({ target }) => target.includes('/delete/'))).toBe(false);
    const upload = server.asked.find(({ target }) => target.includes('/instance/upload/'));
    expect(/filename="([^"]*)"/.exec(upload?.body.toString('latin1') ?? '')?.[1]).toMatch(/^fb_[0-9a-f]{16}\.dcm$/);
  });

  it('tells a wrong password from wrong names, and what it refuses from what may pass', async () => {
    const server = await ArchiveV1Server.start();
    const outbox = await outboxWithImages(1);
    const test = (settings: RemoteSettings, password: string) =>
      outbox.sync.verbs['remotes.test']({ settings, secrets: { password } });
    const failed = async (settings: RemoteSettings, password: string) =>
      (await test(settings, password)).steps.filter(({ outcome }) => outcome === 'failed');
    for (let round = 0; round < 3; round += 1) {
      expect(await failed(settingsFor(server), 'correct-horse')).toEqual([]);
      expect(await failed(settingsFor(server, { archive: 'van-4' }), 'correct-horse')).toMatchObject([
        { step: 'echo', fault: { code: 'REMOTE_NAMES' } },
      ]);
      const [wrong] = await failed(settingsFor(server), 'guess');
      expect(['REMOTE_PERMISSION', 'REMOTE_LOGIN']).toContain(wrong?.fault?.code);
    }
    server.refuses = 'invalid_post_value';
    const remote = await addRemote(outbox.sync, 'cad', settingsFor(server), PASSWORD);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ refused: 1 });
    server.refuses = 'api_call_not_allowed';
    await outbox.sync.verbs['outbox.retry']({ transaction });
    await expect
      .poll(async () => (await outbox.sync.verbs['remotes.list']({})).rows[0]?.activity, WAIT)
      .toMatchObject({ condition: 'blocked', fault: { code: 'REMOTE_PERMISSION' } });
    expect(await statesOf(outbox.sync, transaction)).toMatchObject({ refused: 0, proven: 0 });
  });

  it('takes anonymous images, and its results come back to the series they were made of', async () => {
    const server = await ArchiveV1Server.start();
    const outbox = await outboxWithImages(1);
    const remote = await addRemote(outbox.sync, 'cad', settingsFor(server), PASSWORD);
    outbox.sync.start();
    const images = (await allImages(outbox.engine)).map(({ image }) => image);
    const { transaction } = await outbox.sync.verbs['outbox.send']({
      selection: { patients: [], studies: [], series: [], images, clinicDays: [] },
      remote,
      anonymise: AnonymisationWay.parse({}),
      priority: 0,
    });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    const there = server.instances[0];
    expect(there?.PatientID).not.toBe('P0');
    server.results.set(`${there?.SeriesInstanceUID ?? ''} cad4tb CAD4TB 6`, { algorithm: 'CAD4TB', value: 71 });
    await fetched(outbox, { remote, what: 'results' });
    const [image] = await allImages(outbox.engine);
    expect((await resultsIn(outbox.engine)).rows).toMatchObject([{ patient: image?.patient, value: { number: 71 } }]);
  });

  it('gives results with version and threshold as far as it tells; a changed one is another one, and none is doubled', async () => {
    const server = await ArchiveV1Server.start();
    const outbox = await delivered(server, [single(1), single(2)]);
    const { engine, remote } = outbox;
    const uid = (seed: number, name: string): string => `${uidOf(`series ${String(seed)}`)} cad4tb ${name}`;
    server.status.set(uidOf('series 2'), { status: 'failed', status_message: 'not a chest' });
    expect(await fetched(outbox, { remote, what: 'results' })).toMatchObject({ state: 'done', added: 0 });
    server.results.set(uid(1, 'CAD4TB 6'), { algorithm: 'CAD4TB', value: 71.42, version: '6.0.1', threshold: 50 });
    server.results.set(uid(1, 'heatmap'), { file: Buffer.from('a picture') });
    server.results.set(uid(2, 'CAD4TB 6'), { algorithm: 'CAD4TB', value: -1 });
    expect(await fetched(outbox, { remote, what: 'results' })).toMatchObject({ state: 'done', added: 3 });
    expect(await fetched(outbox, { remote, what: 'results' })).toMatchObject({
      state: 'done',
      added: 0,
      alreadyStored: 2,
    });
    const { rows } = await resultsIn(engine, { name: 'CAD4TB 6' });
    expect(rows).toContainEqual(
      expect.objectContaining({
        version: '6.0.1',
        threshold: 50,
        reachesThreshold: true,
        fault: null,
        algorithm: 'CAD4TB',
      }),
    );
    // The name says the version, the site its threshold; a negative value is no score.
    expect(rows).toContainEqual(expect.objectContaining({ version: '6', threshold: 60, fault: 'unusable' }));
    const files = (await resultsIn(engine, { name: 'heatmap' })).rows;
    expect(files).toMatchObject([{ version: '', value: { kind: 'file' } }]);

    // Zips are made anew with other dates each time; the same files in them are the same result.
    server.zipDate = new Date('2031-05-05T05:05:05Z');
    expect(await fetched(outbox, { remote, what: 'results' })).toMatchObject({ state: 'done', added: 0 });

    server.results.set(uid(1, 'CAD4TB 6'), { algorithm: 'CAD4TB', value: 80, version: '6.0.1', threshold: 50 });
    await fetched(outbox, { remote, what: 'results' });
    expect((await resultsIn(engine, { name: 'CAD4TB 6' })).total).toBe(3);
    server.results.clear();
    await fetched(outbox, { remote, what: 'results' });
    expect((await resultsIn(engine)).total).toBe(4);
  });

  it('gives results of retina images by the image’s own UID', async () => {
    const server = await ArchiveV1Server.start();
    const outbox = await delivered(
      server,
      [
        { seed: 5, Modality: 'OP' },
        { seed: 6, Modality: 'OP' },
      ],
      {
        results: [{ type: 'retina', name: 'DR', threshold: null }],
      },
    );
    server.results.set(`${uidOf('instance 6')} retina DR`, { algorithm: 'RetCAD', value: 'no referral' });
    expect(await fetched(outbox, { remote: outbox.remote, what: 'results' })).toMatchObject({ added: 1 });
    const images = await allImages(outbox.engine);
    const about = images.find(({ SOPInstanceUID }) => SOPInstanceUID === uidOf('instance 6'))?.image;
    expect((await resultsIn(outbox.engine)).rows).toMatchObject([
      { image: about, inputs: [about], value: { text: 'no referral' }, version: '' },
    ]);
  });

  it('is asked for results by itself after images are proven, also after a restart', async () => {
    const server = await ArchiveV1Server.start();
    const { engine } = await outboxWithImages(1);
    const secrets = new MemorySecrets();
    const start = (fetchDelaysMs: readonly number[]) =>
      createSync(engine, {
        secrets,
        emit: () => undefined,
        onFault: (error) => {
          throw error;
        },
        fetchDelaysMs,
      });
    const first = start([3_600_000, 3_600_000]);
    const remote = await addRemote(first, 'cad', settingsFor(server), PASSWORD);
    first.start();
    const transaction = await sendAll({ engine, sync: first, faults: [] }, remote);
    await expect.poll(() => statesOf(first, transaction), WAIT).toMatchObject({ proven: 1 });
    await first.close();
    const second = start(Array.from({ length: 1000 }, () => 20));
    second.start();
    const series = server.instances[0]?.SeriesInstanceUID ?? '';
    server.results.set(`${series} cad4tb CAD4TB 6`, { algorithm: 'CAD4TB', value: 33 });
    await expect.poll(async () => (await resultsIn(engine)).total, WAIT).toBe(1);
    // The heat map takes longer, and is asked for until it is there.
    server.results.set(`${series} cad4tb heatmap`, { file: Buffer.from('warm') });
    await expect.poll(async () => (await resultsIn(engine)).total, WAIT).toBe(2);
    await expect
      .poll(() => engine.context.db.prepare('SELECT count(*) AS n FROM local_fetch_back').get(), WAIT)
      .toEqual({ n: 0 });
    await second.close();
  });

  it('gives reports onto forms of the same name, or as text, and takes ours once', async () => {
    const server = await ArchiveV1Server.start();
    const outbox = await delivered(server, [single(1)]);
    const { engine, remote, sync } = outbox;
    const series = uidOf('series 1');
    const { form } = await engine.verbs['forms.save']({
      form: null,
      name: 'TB reading',
      active: true,
      definition: FormDefinition.parse({
        title: { en: 'TB', es: 'TB', fr: 'TB', ar: 'TB' },
        fields: [{ type: 'text', id: 'note', label: { en: 'N', es: 'N', fr: 'N', ar: 'N' } }],
      }),
    });
    server.addEntry(series, 'TB reading', '{"note":"cavity right upper"}', 'reader@tb.example');
    server.addEntry(series, 'Other form', { score: 3 }, 'reader@tb.example', 'Score: 3');
    expect(await fetched(outbox, { remote, what: 'forms' })).toMatchObject({ state: 'done', added: 2 });
    expect(await fetched(outbox, { remote, what: 'forms' })).toMatchObject({ added: 0, alreadyStored: 2 });
    const list = () => engine.verbs['entries.list']({ form, removed: false, limit: 10, offset: 0, language: 'en' });
    const [entry] = (await list()).rows;
    expect(entry).toMatchObject({ state: 'finished', values: { note: 'cavity right upper' }, by: null });
    expect((await resultsIn(engine, { type: 'report' })).rows).toMatchObject([
      { name: 'Other form', algorithm: 'reader@tb.example', value: { kind: 'text', text: 'Score: 3' } },
    ]);
    expect(engine.context.db.prepare('SELECT author FROM remote_entry').all()).toHaveLength(2);

    const [image] = await allImages(engine);
    if (!image || !entry) throw new Error('There is an image with a report.');
    const ours = await engine.verbs['entries.save']({
      entry: null,
      saves: 0,
      form,
      series: entry.seriesKey,
      state: 'finished',
      values: { note: 'clear' },
      language: 'en',
    });
    const send = () => sync.verbs['remotes.sendEntry']({ remote, entry: ours.entry });
    expect(await send()).toEqual({ outcome: 'sent' });
    expect(await send()).toEqual({ outcome: 'there' });
    expect(server.entries.map(({ entry: kept }) => kept)).toContain('{"note":"clear"}');
    // What we sent is not read in as another report.
    await fetched(outbox, { remote, what: 'forms' });
    expect((await list()).total).toBe(2);

    server.forms.set('TB reading', 2);
    const more = await engine.verbs['entries.save']({
      entry: null,
      saves: 0,
      form,
      series: entry.seriesKey,
      state: 'finished',
      values: { note: 'again' },
      language: 'en',
    });
    expect(await codeOf(sync.verbs['remotes.sendEntry']({ remote, entry: more.entry }))).toBe('REMOTE_FORM');

    const before = dumpOf(engine.context.db);
    const { job } = await engine.verbs['archive.rebuild']({});
    await engine.context.jobs.settled(job);
    expect(dumpOf(engine.context.db)).toEqual(before);
  });

  it('is searched by patient number, and gives its zips into the archive', async () => {
    const server = await ArchiveV1Server.start();
    await delivered(server, [single(1), { seed: 2 }, { seed: 3 }]);
    const empty = await outboxWithImages(0);
    const remote = await addRemote(empty.sync, 'cad', settingsFor(server), PASSWORD);
    const ask = (level: 'patient' | 'study' | 'series' | 'image', match: Readonly<Record<string, string>>) =>
      empty.sync.verbs['pacs.query']({
        remote,
        level,
        match: Object.entries(match).map(([keyword, value]) => ({ keyword, value })),
        limit: 10,
      });
    expect(await codeOf(ask('study', { PatientName: 'Name*' }))).toBe('REMOTE_NEEDS_PATIENT');
    expect((await ask('study', { PatientID: 'unknown' })).rows).toEqual([]);
    expect((await ask('patient', { PatientID: 'P1' })).rows).toMatchObject([{ PatientBirthDate: '19800102' }]);
    const study = uidOf('study P1');
    expect(await codeOf(retrieved({ StudyInstanceUID: study }))).toBe('REMOTE_NEEDS_PATIENT');
    expect((await ask('study', { PatientID: 'P1' })).rows).toMatchObject([
      { StudyInstanceUID: study, StudyDate: '20261120' },
    ]);
    expect((await ask('series', { StudyInstanceUID: study })).rows).toHaveLength(2);
    expect((await ask('image', { PatientID: 'P1' })).rows).toEqual([]);
    await retrieved({ StudyInstanceUID: study });
    const hashes = (await allImages(empty.engine)).map(({ image }) => String(image));
    expect(hashes.sort()).toEqual(
      [1, 2, 3].map((seed) => sha256Of(instanceBytes(seed === 1 ? single(1) : { seed }))).sort(),
    );

    async function retrieved(what: { StudyInstanceUID: string }): Promise<void> {
      const { job } = await empty.sync.verbs['pacs.retrieve']({ remote, ...what });
      const { jobs } = empty.engine.context;
      await jobs.settled(job);
      const failure = jobs.failureOf(job);
      if (failure) throw failure;
    }
  });
});
