import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSharp } from '../../../main/imaging/sharp';
import { BUILTIN_KINDS } from '../../../main/archive/people/builtin-kinds';
import { AnonymisationWay } from '../../../shared/model/anonymisation';
import { noDetails } from '../../../shared/model/details';
import type { PatientKey, RemoteKey } from '../../../shared/model/ids';
import type { RemoteSettings } from '../../../shared/model/remotes/settings';
import { PatientInput } from '../../../shared/model/rows';
import { allImages, importInto, openForTest, temporaryFolder } from '../../fixtures/archive';
import { instanceShownIn, instancesOf } from '../../fixtures/drawn-instances';
import { dumpOf } from '../../fixtures/index-dump';
import { sha256Of } from '../../fixtures/instances';
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
import { TschartsServer } from '../../fixtures/tscharts-server';
import { describeRemote } from './contract';

const WAIT = { timeout: 30_000, interval: 50 };
const PASSWORD = { password: 's3cret' };

function settingsFor(
  server: TschartsServer,
  more: Partial<Extract<RemoteSettings, { kind: 'tscharts' }>> = {},
): RemoteSettings {
  return {
    kind: 'tscharts',
    access: { url: server.url, headers: [], certificate: null },
    username: 'fieldbox',
    clinic: null,
    station: null,
    otherAs: 'Surgery',
    exactMatch: false,
    ...more,
  };
}

/** Says of every patient here who they are there: 501, 502 ... */
async function introduceAll({ engine, sync }: OutboxForTest, remote: RemoteKey): Promise<void> {
  const patients = [...new Set((await allImages(engine)).map(({ patient }) => patient))];
  for (const [at, patient] of patients.entries())
    await sync.verbs['matching.decide']({ remote, patient, choice: 'this', remotePatient: String(501 + at) });
}

function withPatients(server: TschartsServer, count = 5): TschartsServer {
  for (let id = 501; id < 501 + count; id += 1)
    server.patients.set(id, {
      id,
      paternal_last: 'There',
      first: `Number${String(id)}`,
      dob: '01/01/1990',
      gender: 'Male',
    });
  return server;
}

describeRemote({
  name: 'tscharts',
  proofs: ['hash'],
  expected: instancesOf,
  start: async () => {
    const server = withPatients(await TschartsServer.start());
    return {
      settings: settingsFor(server),
      secrets: PASSWORD,
      held: () =>
        Promise.all([...server.images.values()].map(({ data }) => instanceShownIn(Buffer.from(data ?? '', 'base64')))),
      leave: () => server.leave(),
      comeBack: () => server.open(),
      introduce: introduceAll,
    };
  },
});

/** An archive with one registered patient and a photo of theirs. */
async function outboxWithPhoto(
  patient: Partial<Parameters<OutboxForTest['engine']['verbs']['patients.register']>[0]> = {},
  details: Partial<typeof noDetails> = {},
): Promise<OutboxForTest & { readonly patient: PatientKey; readonly photo: Buffer; readonly folder: string }> {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  const row = await engine.verbs['patients.register'](
    PatientInput.parse({
      PatientName: 'Reyes Luna^Ana',
      PatientID: 'A-1',
      PatientBirthDate: '20150304',
      birthDatePrecision: 'known',
      PatientSex: 'F',
      ageYears: null,
      temporary: false,
      consent: 'yes',
      note: '',
      ...patient,
    }),
  );
  await engine.verbs['patients.saveDetails']({ patient: row.patient, changes: details });
  const photo = await photoOf(40);
  writeFileSync(join(folder, 'face.jpg'), photo);
  await importInto(engine, [join(folder, 'face.jpg')], {
    patient: row.patient,
    clinic: null,
    station: null,
    kind: BUILTIN_KINDS.headshot,
  });
  return { ...syncForTest(engine), patient: row.patient, photo, folder };
}

function photoOf(side: number): Promise<Buffer> {
  const data = Buffer.alloc(side * side * 3);
  for (let at = 0; at < data.length; at += 1) data[at] = (at * 2_654_435_761) >>> 24;
  return openSharp(data, { raw: { width: side, height: side, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

const ana = {
  id: 77,
  paternal_last: 'Reyes',
  maternal_last: 'Luna',
  first: 'Ana',
  dob: '03/04/2015',
  gender: 'Female',
} as const;

describe('patients at tscharts', () => {
  it('are never matched by name alone: the item waits for a person, whose answer is kept', async () => {
    const server = await TschartsServer.start();
    server.patients.set(77, { ...ana });
    server.patients.set(78, { ...ana, id: 78, maternal_last: 'Soto', dob: '09/09/2001' });
    const outbox = await outboxWithPhoto({}, { paternalLast: 'Reyes', maternalLast: 'Luna', first: 'Ana' });
    const { verbs } = outbox.sync;
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server), PASSWORD);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ parked: 1 });
    const { total, rows } = await verbs['matching.list']({ decided: false, limit: 10, offset: 0 });
    expect(total).toBe(1);
    expect(rows[0]).toMatchObject({ remote, patient: outbox.patient, images: 1, code: 'REMOTE_WHO', decision: null });
    expect(rows[0]?.candidates.map(({ id }) => id)).toEqual(['77', '78']);
    expect(rows[0]?.candidates[0]).toMatchObject({
      birthDate: '20150304',
      sex: 'F',
      reasons: ['name', 'birthDate', 'sex'],
    });
    const found = await verbs['matching.search']({ remote, patient: outbox.patient, text: 'soto' });
    expect(found.candidates.map(({ id }) => id)).toEqual(['78']);

    expect(
      await verbs['matching.decide']({ remote, patient: outbox.patient, choice: 'this', remotePatient: '77' }),
    ).toEqual({ items: 1 });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    expect([...server.images.values()]).toMatchObject([{ patient: 77, type: 'Headshot', clinic: null, station: null }]);
    // The photo as it came, in one line and without a prefix.
    expect(server.hashes()).toEqual([sha256Of(outbox.photo)]);
    const decided = await verbs['matching.list']({ remote, decided: true, limit: 10, offset: 0 });
    expect(decided.rows[0]?.decision).toMatchObject({ choice: 'this', remotePatient: '77', basis: 'person' });
    expect((await itemsOf(outbox.sync, transaction))[0]?.proof).toMatchObject({ kind: 'hash', note: 'SHA-256' });

    const before = dumpOf(outbox.engine.context.db);
    const { job } = await outbox.engine.verbs['archive.rebuild']({});
    await outbox.engine.context.jobs.settled(job);
    expect(dumpOf(outbox.engine.context.db)).toEqual(before);
    expect(before['remote_patient']).toHaveLength(1);
  });

  it('are known by a national number and the birth date without asking, and not by the number alone', async () => {
    const server = await TschartsServer.start();
    server.patients.set(77, { ...ana, first: 'Anita', curp: 'reyl150304mdf' });
    const sure = await outboxWithPhoto({}, { curp: 'REYL150304MDF' });
    const remote = await addRemote(sure.sync, 'charts', settingsFor(server), PASSWORD);
    sure.sync.start();
    const transaction = await sendAll(sure, remote);
    await expect.poll(() => statesOf(sure.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    const { rows } = await sure.sync.verbs['matching.list']({ decided: true, limit: 10, offset: 0 });
    expect(rows[0]?.decision).toMatchObject({ basis: 'number', by: null });

    const unsure = await outboxWithPhoto({ PatientBirthDate: '20150305' }, { curp: 'REYL150304MDF' });
    const other = await addRemote(unsure.sync, 'charts', settingsFor(server), PASSWORD);
    unsure.sync.start();
    const waiting = await sendAll(unsure, other);
    await expect.poll(() => statesOf(unsure.sync, waiting), WAIT).toMatchObject({ parked: 1 });
  });

  it('are known by the whole card where the remote is set up so, unless there are two', async () => {
    const server = await TschartsServer.start();
    server.patients.set(77, { ...ana });
    const outbox = await outboxWithPhoto({}, { paternalLast: 'Reyes', first: 'Ana' });
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server, { exactMatch: true }), PASSWORD);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });

    server.patients.set(78, { ...ana, id: 78 });
    const twins = await outboxWithPhoto({}, { paternalLast: 'Reyes', first: 'Ana' });
    const again = await addRemote(twins.sync, 'charts', settingsFor(server, { exactMatch: true }), PASSWORD);
    twins.sync.start();
    const parked = await sendAll(twins, again);
    await expect.poll(() => statesOf(twins.sync, parked), WAIT).toMatchObject({ parked: 1 });
  });

  it('are made there when a person says so; who is there already is asked about once more', async () => {
    const server = await TschartsServer.start();
    const outbox = await outboxWithPhoto({}, { paternalLast: 'Reyes', maternalLast: 'Luna', first: 'Ana' });
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server), PASSWORD);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ parked: 1 });
    await outbox.sync.verbs['matching.decide']({ remote, patient: outbox.patient, choice: 'new' });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    expect([...server.patients.values()]).toMatchObject([
      { paternal_last: 'Reyes', maternal_last: 'Luna', first: 'Ana', dob: '03/04/2015', gender: 'Female' },
    ]);

    const twin = await outboxWithPhoto({}, { paternalLast: 'Reyes', first: 'Ana' });
    const other = await addRemote(twin.sync, 'charts', settingsFor(server), PASSWORD);
    await twin.sync.verbs['matching.decide']({ remote: other, patient: twin.patient, choice: 'new' });
    twin.sync.start();
    const parked = await sendAll(twin, other);
    await expect.poll(() => statesOf(twin.sync, parked), WAIT).toMatchObject({ parked: 1 });
    const { rows } = await twin.sync.verbs['matching.list']({ decided: false, limit: 10, offset: 0 });
    expect(rows[0]).toMatchObject({ code: 'REMOTE_WHO', candidates: [{ reasons: ['name', 'birthDate', 'sex'] }] });
    expect(server.patients.size).toBe(1);
  });

  it('cannot be made by servers that fail at it, nor without what those need: a person is told', async () => {
    const server = await TschartsServer.start();
    server.makesPatients = false;
    const broken = await outboxWithPhoto();
    const remote = await addRemote(broken.sync, 'charts', settingsFor(server), PASSWORD);
    await broken.sync.verbs['matching.decide']({ remote, patient: broken.patient, choice: 'new' });
    broken.sync.start();
    const transaction = await sendAll(broken, remote);
    await expect.poll(() => statesOf(broken.sync, transaction), WAIT).toMatchObject({ parked: 1 });
    expect((await itemsOf(broken.sync, transaction))[0]?.fault?.code).toBe('MATCH_CANNOT_CREATE');

    const bare = await outboxWithPhoto({ PatientSex: '' });
    const other = await addRemote(bare.sync, 'charts', settingsFor(server), PASSWORD);
    await bare.sync.verbs['matching.decide']({ remote: other, patient: bare.patient, choice: 'new' });
    bare.sync.start();
    const lacking = await sendAll(bare, other);
    await expect.poll(() => statesOf(bare.sync, lacking), WAIT).toMatchObject({ parked: 1 });
    expect((await itemsOf(bare.sync, lacking))[0]?.fault).toEqual({
      code: 'MATCH_LACKS',
      details: { what: 'PatientSex' },
    });
  });

  it('are not sent when a person says so, until they say otherwise; two of ours are never one of theirs', async () => {
    const server = withPatients(await TschartsServer.start());
    const outbox = await outboxWithImages(12);
    const { verbs } = outbox.sync;
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server), PASSWORD);
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ parked: 12 });
    const { rows } = await verbs['matching.list']({ decided: false, limit: 10, offset: 0 });
    const [many, few] = [...rows].sort((one, other) => other.images - one.images).map(({ patient }) => patient);
    if (many === undefined || few === undefined) throw new Error('Two patients wait.');
    await verbs['matching.decide']({ remote, patient: few, choice: 'none' });
    expect(await statesOf(outbox.sync, transaction)).toMatchObject({ parked: 10, refused: 2 });
    await verbs['matching.decide']({ remote, patient: many, choice: 'this', remotePatient: '501' });
    expect(await codeOf(verbs['matching.decide']({ remote, patient: few, choice: 'this', remotePatient: '501' }))).toBe(
      'MATCH_TAKEN',
    );
    expect(await codeOf(verbs['matching.decide']({ remote, patient: few, choice: 'this' }))).toBe('BAD_REQUEST');
    expect(await verbs['matching.decide']({ remote, patient: few, choice: 'this', remotePatient: '502' })).toEqual({
      items: 2,
    });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 12 });
  });

  it('that are gone there are asked about again', async () => {
    const server = withPatients(await TschartsServer.start(), 1);
    const outbox = await outboxWithImages(1);
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server), PASSWORD);
    await introduceAll(outbox, remote);
    server.patients.clear();
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ parked: 1 });
    expect((await itemsOf(outbox.sync, transaction))[0]?.fault?.code).toBe('MATCH_GONE');
  });
});

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
