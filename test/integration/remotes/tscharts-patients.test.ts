import { describe, expect, it } from 'vitest';
import { dumpOf } from '../../fixtures/index-dump';
import { sha256Of } from '../../fixtures/instances';
import { addRemote, itemsOf, outboxWithImages, sendAll, statesOf } from '../../fixtures/outbox';
import { codeOf } from '../../fixtures/people';
import {
  WAIT,
  PASSWORD,
  settingsFor,
  introduceAll,
  withPatients,
  outboxWithPhoto,
  ana,
} from '../../fixtures/tscharts-outbox';
import { TschartsServer } from '../../fixtures/tscharts-server';

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
