import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUILTIN_KINDS } from '../../../main/archive/people/builtin-kinds';
import { AnonymisationWay } from '../../../shared/model/anonymisation';
import { allImages, importInto } from '../../fixtures/archive';
import { MemorySecrets } from '../../../main/sync/secrets';
import { addRemote, freely, itemsOf, outboxWithImages, sendAll, statesOf, syncForTest } from '../../fixtures/outbox';
import { RudeNetwork } from '../../fixtures/rude-network';
import { codeOf } from '../../fixtures/people';
import {
  WAIT,
  PASSWORD,
  settingsFor,
  introduceAll,
  withPatients,
  outboxWithPhoto,
  photoOf,
  ana,
} from '../../fixtures/tscharts-outbox';
import { TschartsServer } from '../../fixtures/tscharts-server';
import { tschartsKind } from './clinic-kinds';
import { describeRemote } from './contract';

describeRemote(tschartsKind);

describe('tscharts', () => {
  async function introduced(count: number, more: Parameters<typeof settingsFor>[1] = {}) {
    const server = withPatients(await TschartsServer.start());
    const outbox = await outboxWithImages(count);
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server, more), PASSWORD);
    await introduceAll(outbox, remote);
    return { server, outbox, remote };
  }

  it('is logged in to anew when the token is not taken any more; a wrong password is said to be wrong', async () => {
    const { server, outbox, remote } = await introduced(2);
    outbox.sync.start();
    const first = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, first), WAIT).toMatchObject({ proven: 2 });
    const logins = server.logins;
    server.token = 'b'.repeat(40);
    const second = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, second), WAIT).toMatchObject({ proven: 2 });
    expect(server.logins).toBeGreaterThan(logins);
    const wrong = await outbox.sync.verbs['remotes.test']({
      settings: settingsFor(server),
      secrets: { password: 'guess' },
    });
    expect(wrong.steps).toContainEqual(
      expect.objectContaining({
        step: 'login',
        outcome: 'failed',
        fault: { code: 'REMOTE_LOGIN', details: { status: 403 } },
      }),
    );
    // Neither the password nor the token stands in an address.
    expect(server.asked.some(({ target }) => /s3cret|[ab]{40}/.test(target))).toBe(false);
  });

  it('that says 200 and keeps nothing is found out, and gets the picture again', async () => {
    const { server, outbox, remote } = await introduced(3);
    server.loses = 2;
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 3 });
    expect(server.images.size).toBe(3);
  });

  it('that keeps a picture while its answer is lost does not get it twice', async () => {
    const { server, outbox, remote } = await introduced(3);
    server.losesAnswers = 1;
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect
      .poll(async () => {
        await outbox.sync.verbs['remotes.now']({ remote });
        return statesOf(outbox.sync, transaction);
      }, WAIT)
      .toMatchObject({ proven: 3 });
    expect(server.images.size).toBe(3);
  });

  it('that gets a picture twice from a network keeps one; equal ones that are not of our sending are left', async () => {
    const { server, outbox, remote } = await introduced(3);
    const network = await RudeNetwork.before(server.port);
    network.be({ kind: 'repeat' });
    const through = {
      ...settingsFor(server),
      access: { ...settingsFor(server).access, url: `http://127.0.0.1:${String(network.port)}` },
    };
    await outbox.sync.verbs['remotes.save']({ remote, name: 'charts', settings: through, policy: freely, secrets: {} });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 3 });
    // What was repeated after the proof is seen at the next sending, and one that is the same at another clinic stays.
    const [first] = server.images.values();
    if (first === undefined) throw new Error('Three pictures are there.');
    const { id: _, ...same } = first;
    server.addImage({ ...same });
    const elsewhere = server.addImage({ ...same, clinic: 7 });
    await outbox.sync.close();
    const again = syncForTest(outbox.engine, new MemorySecrets());
    await again.sync.verbs['remotes.save']({
      remote,
      name: 'charts',
      settings: settingsFor(server),
      policy: freely,
      secrets: PASSWORD,
    });
    again.sync.start();
    const second = await sendAll(again, remote);
    await expect.poll(() => statesOf(again.sync, second), WAIT).toMatchObject({ proven: 3 });
    expect(server.images.size).toBe(4);
    expect(server.images.has(elsewhere)).toBe(true);
    expect(server.images.has(first.id)).toBe(true);
    // Nor does a copy of ours come back as something new.
    const { job } = await again.sync.verbs['remotes.fetch']({ remote, what: 'images' });
    await outbox.engine.context.jobs.settled(job);
    expect(await allImages(outbox.engine)).toHaveLength(3);
    // Somebody there has put the same picture in twice before: that is theirs.
    const other = await introduced(1);
    const copy = { ...same, patient: 501 };
    const theirs = [other.server.addImage(copy), other.server.addImage(copy)];
    other.outbox.sync.start();
    const found = await sendAll(other.outbox, other.remote);
    await expect.poll(() => statesOf(other.outbox.sync, found), WAIT).toMatchObject({ proven: 1 });
    expect([...other.server.images.keys()]).toEqual(theirs);
  });

  it('that cannot read one of its own pictures does not hold up the others for ever', async () => {
    const { server, outbox, remote } = await introduced(2);
    server.addImage({ patient: 501, clinic: null, station: null, type: 'Surgery', data: null });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect
      .poll(async () => {
        await outbox.sync.verbs['remotes.now']({ remote });
        return statesOf(outbox.sync, transaction);
      }, WAIT)
      .toMatchObject({ proven: 2 });
    expect(server.images.size).toBe(3);
  });

  it('that destroys what it was given is not taken for proof', async () => {
    const { server, outbox, remote } = await introduced(1);
    await outbox.sync.verbs['remotes.save']({
      remote,
      name: 'charts',
      settings: settingsFor(server),
      policy: { paused: true, hours: null, network: null, bytesPerSecond: null, smallFirst: false },
      secrets: {},
    });
    const transaction = await sendAll(outbox, remote);
    const add = server.images.set.bind(server.images);
    server.images.set = (id, image) => add(id, { ...image, data: (image.data ?? '').slice(0, 400) });
    await outbox.sync.verbs['remotes.save']({
      remote,
      name: 'charts',
      settings: settingsFor(server),
      policy: { paused: false, hours: null, network: null, bytesPerSecond: null, smallFirst: false },
      secrets: {},
    });
    outbox.sync.start();
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ parked: 1, proven: 0 });
    expect((await itemsOf(outbox.sync, transaction))[0]?.fault?.code).toBe('REMOTE_CONFLICT');
  });

  it('with a limit gets a smaller picture, and the ledger says that it was drawn', async () => {
    const server = await TschartsServer.start();
    server.patients.set(77, { ...ana });
    server.maxBody = 1_048_576;
    const outbox = await outboxWithPhoto();
    const large = await photoOf(1800);
    expect(large.length).toBeGreaterThan(2_621_440);
    writeFileSync(join(outbox.folder, 'large.jpg'), large);
    await importInto(outbox.engine, [join(outbox.folder, 'large.jpg')], {
      patient: outbox.patient,
      clinic: null,
      station: null,
      kind: BUILTIN_KINDS.surgery,
    });
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server), PASSWORD);
    await outbox.sync.verbs['matching.decide']({
      remote,
      patient: outbox.patient,
      choice: 'this',
      remotePatient: '77',
    });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect
      .poll(async () => {
        const { proven, refused } = await statesOf(outbox.sync, transaction);
        return [proven, refused];
      }, WAIT)
      .toEqual([1, 1]);
    const states = (await itemsOf(outbox.sync, transaction)).map(({ state, fault, proof }) => [
      state,
      fault?.code ?? proof?.note,
    ]);
    // Noise of this size does not fit at a useful size; the small photo goes as it is.
    expect(states).toContainEqual(['proven', 'SHA-256']);
    expect(states).toContainEqual(['refused', 'REMOTE_TOO_LARGE']);

    server.maxBody = 4_000_000;
    const { engine, sync } = await outboxWithImages(1);
    const drawn = await addRemote(sync, 'charts', settingsFor(server), PASSWORD);
    const [image] = await allImages(engine);
    if (!image) throw new Error('There is an image.');
    await sync.verbs['matching.decide']({ remote: drawn, patient: image.patient, choice: 'this', remotePatient: '77' });
    sync.start();
    const one = await sendAll({ engine, sync, faults: [] }, drawn);
    await expect.poll(() => statesOf(sync, one), WAIT).toMatchObject({ proven: 1 });
    expect((await itemsOf(sync, one))[0]?.proof?.note).toBe('SHA-256 of a JPEG drawn from it');
  });

  it('has no place for anonymous pictures, nor for kinds it has no word for', async () => {
    const { outbox, remote } = await introduced(1, { otherAs: null });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ refused: 1 });
    expect((await itemsOf(outbox.sync, transaction))[0]?.fault?.code).toBe('REMOTE_UNSUITED');
    const images = (await allImages(outbox.engine)).map(({ image }) => image);
    const anonymous = await outbox.sync.verbs['outbox.send']({
      selection: { patients: [], studies: [], series: [], images, clinicDays: [] },
      remote,
      anonymise: AnonymisationWay.parse({}),
      priority: 0,
    });
    await expect.poll(() => statesOf(outbox.sync, anonymous.transaction), WAIT).toMatchObject({ refused: 1 });
    expect((await itemsOf(outbox.sync, anonymous.transaction))[0]?.fault?.code).toBe('MATCH_ANONYMOUS');
  });

  it('gives its clinics and stations, once, and pictures go to the same clinic there', async () => {
    const server = withPatients(await TschartsServer.start());
    server.clinics.push({ id: 9, location: 'San Quintín', start: '03/01/2026', end: '03/03/2026' });
    server.clinics.push({ id: 10, location: 'Backwards', start: '03/05/2026', end: '03/01/2026' });
    server.stations.push({ id: 4, name: 'X-Ray', level: 1 }, { id: 5, name: 'Ear, nose and throat', level: 1 });
    server.clinicStations.push(
      { id: 1, name: 'X-Ray', clinic: 9, station: 4 },
      { id: 2, name: 'Ear, nose and throat', clinic: 9, station: 5 },
    );
    const outbox = await outboxWithPhoto();
    const { verbs } = outbox.engine;
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server), PASSWORD);
    for (const added of [3, 0]) {
      const { job } = await outbox.sync.verbs['remotes.fetch']({ remote, what: 'clinics' });
      expect(await outbox.engine.context.jobs.settled(job)).toMatchObject({ type: 'fetch', state: 'done', added });
    }
    const clinics = (await verbs['clinics.list']({})).rows;
    expect(clinics).toMatchObject([{ name: 'San Quintín', firstDay: '20260301', lastDay: '20260303' }]);
    const clinic = clinics[0]?.clinic;
    if (clinic === undefined) throw new Error('A clinic was read in.');
    const stations = (await verbs['stations.list']({ clinic })).rows;
    expect(stations.map(({ name }) => name).sort()).toEqual(['Ear, nose and th', 'X-Ray']);

    writeFileSync(join(outbox.folder, 'tooth.jpg'), await photoOf(24));
    await importInto(outbox.engine, [join(outbox.folder, 'tooth.jpg')], {
      patient: outbox.patient,
      clinic,
      station: stations.find(({ name }) => name === 'X-Ray')?.station ?? null,
      kind: BUILTIN_KINDS.xray,
    });
    await outbox.sync.verbs['matching.decide']({
      remote,
      patient: outbox.patient,
      choice: 'this',
      remotePatient: '501',
    });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 2 });
    expect([...server.images.values()]).toContainEqual(
      expect.objectContaining({ type: 'Xray', clinic: 9, station: 4 }),
    );

    // What is not there any more stays here.
    server.clinics.splice(0);
    const { job } = await outbox.sync.verbs['remotes.fetch']({ remote, what: 'clinics' });
    expect(await outbox.engine.context.jobs.settled(job)).toMatchObject({ state: 'done', added: 0 });
    expect((await verbs['clinics.list']({})).rows).toHaveLength(1);
  });

  it('lists, gives and takes back pictures of a patient', async () => {
    const server = await TschartsServer.start();
    server.patients.set(77, { ...ana });
    const outbox = await outboxWithPhoto();
    const { verbs } = outbox.sync;
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server), PASSWORD);
    expect(await codeOf(verbs['remotes.files']({ remote, patient: outbox.patient }))).toBe('MATCH_NOT_KNOWN');
    await verbs['matching.decide']({ remote, patient: outbox.patient, choice: 'this', remotePatient: '77' });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    const [image] = await allImages(outbox.engine);
    if (!image) throw new Error('There is an image.');

    const theirs = await photoOf(30);
    const there = { patient: 77, clinic: null, station: null } as const;
    server.addImage({ ...there, type: 'Xray', data: `data:image/jpeg;base64,${theirs.toString('base64')}` });
    server.addImage({ ...there, type: 'Surgery', data: 'this is no picture!' });
    server.addImage({ ...there, type: 'Surgery', data: null });
    const { rows } = await verbs['remotes.files']({ remote, patient: outbox.patient });
    expect(rows.map(({ type, image: ours }) => [type, ours])).toEqual([
      ['Headshot', image.image],
      ['Xray', null],
      ['Surgery', null],
      ['Surgery', null],
    ]);

    const { job } = await verbs['remotes.fetch']({ remote, what: 'images', patient: outbox.patient });
    expect(await outbox.engine.context.jobs.settled(job)).toMatchObject({ state: 'done', added: 1, rejected: 1 });
    const images = await allImages(outbox.engine);
    expect(images).toHaveLength(2);
    const fetched = images.find((row) => row.image !== image.image);
    expect(fetched).toMatchObject({ patient: outbox.patient, kind: BUILTIN_KINDS.xray });
    const again = await verbs['remotes.fetch']({ remote, what: 'images' });
    expect(await outbox.engine.context.jobs.settled(again.job)).toMatchObject({ state: 'done', added: 0 });

    const taken = { remote, image: image.image, reason: 'wrong patient' };
    expect(await verbs['remotes.withdraw'](taken)).toEqual({ withdrawn: true });
    expect([...server.images.values()].filter(({ type }) => type === 'Headshot')).toEqual([]);
    expect((await verbs['ledger.image']({ image: image.image })).proofs).toBe(0);
    expect((await itemsOf(outbox.sync, transaction))[0]).toMatchObject({
      state: 'cancelled',
      fault: { code: 'REMOTE_WITHDRAWN' },
    });
    expect(await codeOf(verbs['remotes.withdraw'](taken))).toBe('NOT_FOUND');
    expect(readFileSync(outbox.engine.context.objects.path(image.image)).length).toBeGreaterThan(0);
  });
});
