import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemorySecrets } from '../../../main/sync/secrets';
import { identityVerbs } from '../../../shared/contract/identity';
import type { ItemRow } from '../../../shared/contract/sync';
import type { ImageId, PatientKey, RemoteKey, TransactionKey } from '../../../shared/model/ids';
import { allImages, importInto, openForTest, temporaryFolder } from '../../fixtures/archive';
import { chosen, ended, expectSound, register } from '../../fixtures/identity';
import { instanceBytes } from '../../fixtures/instances';
import { addRemote, type OutboxForTest, sendAll, statesOf, syncForTest } from '../../fixtures/outbox';
import { outboxWithPhoto, PASSWORD, settingsFor, WAIT, withPatients } from '../../fixtures/tscharts-outbox';
import { type ImageOfTscharts, TschartsServer } from '../../fixtures/tscharts-server';

/** Soon again, so that what is tried once more is seen. */
const HASTE = { backOff: () => 40 };

interface Charts extends OutboxForTest {
  readonly server: TschartsServer;
  readonly remote: RemoteKey;
  readonly secrets: MemorySecrets;
  readonly right: PatientKey;
  /** How many pictures of anybody's were there when one was taken away. */
  readonly before: readonly number[];
}

/** Two patients here are 501 and 502 there; what is in the archive is proven there. */
async function delivered(
  engine: OutboxForTest['engine'],
  wrong: PatientKey,
  proven = 1,
  theirs: readonly Omit<ImageOfTscharts, 'id'>[] = [],
): Promise<Charts> {
  const server = withPatients(await TschartsServer.start());
  for (const image of theirs) server.addImage(image);
  const secrets = new MemorySecrets();
  const outbox = syncForTest(engine, secrets, HASTE);
  const { sync } = outbox;
  const right = (await register(engine, 'Right^Rosa')).patient;
  const remote = await addRemote(sync, 'charts', settingsFor(server), PASSWORD);
  await sync.verbs['matching.decide']({ remote, patient: wrong, choice: 'this', remotePatient: '501' });
  await sync.verbs['matching.decide']({ remote, patient: right, choice: 'this', remotePatient: '502' });
  const before: number[] = [];
  const remove = server.images.delete.bind(server.images);
  server.images.delete = (id) => {
    if (server.images.has(id)) before.push(server.images.size);
    return remove(id);
  };
  sync.start();
  const transaction = await sendAll(outbox, remote);
  await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven });
  return { ...outbox, server, remote, secrets, right, before };
}

/** A photo that was delivered. */
async function photo(): Promise<Charts & { readonly old: ImageId; readonly wrong: PatientKey }> {
  const { engine, sync, patient } = await outboxWithPhoto();
  await sync.close();
  return { ...(await delivered(engine, patient)), old: await only(engine), wrong: patient };
}

/** Two images of one patient, of which the pixels are the same, that were delivered in their order. */
async function twins(): Promise<Charts & { readonly first: ImageId; readonly second: ImageId }> {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  for (const sop of ['1.2.3.1', '1.2.3.2']) {
    const path = join(folder, `${sop}.dcm`);
    writeFileSync(path, instanceBytes({ seed: 1, sop }));
    await importInto(engine, [path]);
  }
  const images = await allImages(engine);
  const first = images.find(({ SOPInstanceUID }) => SOPInstanceUID === '1.2.3.1');
  const second = images.find(({ SOPInstanceUID }) => SOPInstanceUID === '1.2.3.2');
  if (!first || !second) throw new Error('Two images came.');
  return { ...(await delivered(engine, first.patient, 2)), first: first.image, second: second.image };
}

async function only(engine: OutboxForTest['engine']): Promise<ImageId> {
  const [row] = await allImages(engine);
  if (!row) throw new Error('There is an image.');
  return row.image;
}

async function move({ engine }: OutboxForTest, image: ImageId, patient: PatientKey) {
  const input = { selection: chosen({ images: [image] }), patient, reason: 'taken on the wrong patient' };
  const begun = await engine.verbs['images.move'](input);
  await ended(engine, begun);
  return begun;
}

async function describeAnew({ engine }: OutboxForTest, image: ImageId, value: string): Promise<void> {
  const input = identityVerbs['images.modify'].input.parse({
    selection: chosen({ images: [image] }),
    values: [{ path: 'StudyDescription', value }],
    modification: 'CORRECT',
    reason: 'a typing error',
  });
  await ended(engine, await engine.verbs['images.modify'](input));
}

async function correct({ sync, remote }: Pick<Charts, 'sync' | 'remote'>): Promise<TransactionKey> {
  const { transaction, images } = await sync.verbs['outbox.correct']({ remote });
  expect(images).toBe(1);
  return transaction;
}

async function about({ sync }: Pick<Charts, 'sync'>, image: ImageId): Promise<ItemRow | undefined> {
  const { rows } = await sync.verbs['ledger.list']({ states: [], limit: 20, offset: 0 });
  return rows.find((row) => row.image === image);
}

/** For whom a picture is there, by the numbers there. */
const patientsThere = ({ server }: Pick<Charts, 'server'>): readonly number[] =>
  [...server.images.values()].map(({ patient }) => patient);

async function expectReplaced(charts: Charts & { readonly old: ImageId }): Promise<void> {
  await expect.poll(async () => (await about(charts, charts.old))?.state, WAIT).toBe('cancelled');
  expect((await about(charts, charts.old))?.fault?.code).toBe('REMOTE_WITHDRAWN');
  expect(await about(charts, await only(charts.engine))).toMatchObject({ state: 'proven', newer: null });
  expect(patientsThere(charts)).toEqual([502]);
  // The newer one was there each time that something was taken away.
  expect(charts.before.every((pictures) => pictures > 1)).toBe(true);
}

describe('corrections at tscharts', () => {
  it('of a picture that was given to another patient: there first, read back, and then away from the wrong one', async () => {
    const charts = await photo();
    const { server } = charts;
    const [id] = server.images.keys();
    await move(charts, charts.old, charts.right);
    const from = server.asked.length;
    const transaction = await correct(charts);
    await expect.poll(() => statesOf(charts.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    await expectReplaced(charts);
    const [made] = server.images.keys();
    const asked = server.asked.slice(from).map(({ method, path }) => `${method} ${path.replace('/tscharts/v1/', '')}`);
    const order = ['POST image/', `GET image/${String(made)}/`, `DELETE image/${String(id)}/`].map((one) =>
      asked.indexOf(one),
    );
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((one, other) => one - other));
    expect(charts.faults).toEqual([]);
    await expectSound(charts.engine);
  });

  it('of what stands in no picture need no other one; undone and made again, it is at one patient each time', async () => {
    const charts = await photo();
    const { server, sync } = charts;
    const [id] = server.images.keys();
    await describeAnew(charts, charts.old, 'Face, again');
    const described = await correct(charts);
    await expect.poll(() => statesOf(sync, described), WAIT).toMatchObject({ proven: 1 });
    await expect.poll(async () => (await about(charts, charts.old))?.state, WAIT).toBe('cancelled');
    expect([...server.images.keys()]).toEqual([id]);
    expect(charts.before).toEqual([]);

    const second = await only(charts.engine);
    const { act } = await move(charts, second, charts.right);
    const moved = await correct(charts);
    await expect.poll(() => statesOf(sync, moved), WAIT).toMatchObject({ proven: 1 });
    await expect.poll(() => patientsThere(charts), WAIT).toEqual([502]);
    await expect.poll(async () => (await about(charts, second))?.state, WAIT).toBe('cancelled');

    await charts.engine.verbs['images.undoMove']({ act, reason: '' });
    expect(await only(charts.engine)).toBe(second);
    const undone = await correct(charts);
    await expect.poll(() => statesOf(sync, undone), WAIT).toMatchObject({ proven: 1 });
    await expect.poll(() => patientsThere(charts), WAIT).toEqual([501]);
    expect(charts.faults).toEqual([]);
  });

  it.each<[string, (server: TschartsServer) => void]>([
    ['the removal of the older one is answered with a fault', (server) => (server.failsRemovals = 4)],
    ['the removal of the older one is done and its answer lost', (server) => (server.losesRemovals = 2)],
    ['the newer one is answered with 200 and not kept', (server) => (server.loses = 1)],
    ['the newer one is kept and its answer lost', (server) => (server.losesAnswers = 1)],
  ])('are finished, and take nothing away before its time, where %s', async (_name, disturb) => {
    const charts = await photo();
    const { server } = charts;
    const toCome = (): number => server.failsRemovals + server.losesRemovals + server.loses + server.losesAnswers;
    disturb(server);
    const before = toCome();
    await move(charts, charts.old, charts.right);
    await correct(charts);
    await expectReplaced(charts);
    expect(toCome()).toBeLessThan(before);
  });

  it('go on after the server was away between the newer one and the older one, and do not hold up others', async () => {
    const charts = await photo();
    const { server, sync, remote } = charts;
    server.failsRemovals = Infinity;
    await move(charts, charts.old, charts.right);
    const transaction = await correct(charts);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
    await expect.poll(() => server.asked.some(({ method }) => method === 'DELETE'), WAIT).toBe(true);
    // Both are there, and the ledger says so.
    expect(await about(charts, charts.old)).toMatchObject({ state: 'proven', newer: { asked: true } });
    expect(patientsThere(charts)).toEqual([501, 502]);
    await describeAnew(charts, await only(charts.engine), 'Face, once more');
    const other = await sendAll(charts, remote);
    await expect.poll(() => statesOf(sync, other), WAIT).toMatchObject({ proven: 1 });

    await server.leave();
    server.failsRemovals = 0;
    await server.open();
    await expectReplaced(charts);
  });

  it('go on after the program was ended between the newer one and the older one', async () => {
    const charts = await photo();
    const { server, engine, secrets } = charts;
    server.failsRemovals = Infinity;
    await move(charts, charts.old, charts.right);
    const transaction = await correct(charts);
    await expect.poll(() => statesOf(charts.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    await charts.sync.close();
    expect(patientsThere(charts)).toEqual([501, 502]);
    server.failsRemovals = 0;
    const again = syncForTest(engine, secrets, HASTE);
    again.sync.start();
    await expectReplaced({ ...charts, ...again });
  });

  it('leave the older one when the newer one was taken away there by somebody before its turn came', async () => {
    const charts = await photo();
    const { server, engine, secrets } = charts;
    server.failsRemovals = Infinity;
    await move(charts, charts.old, charts.right);
    const transaction = await correct(charts);
    await expect.poll(() => statesOf(charts.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    await charts.sync.close();
    for (const [id, { patient }] of server.images) if (patient === 502) server.images.delete(id);
    server.failsRemovals = 0;
    const again = syncForTest(engine, secrets, HASTE);
    const from = server.asked.length;
    again.sync.start();
    await expect.poll(() => server.asked.slice(from).some(({ path }) => path.endsWith('/image/')), WAIT).toBe(true);
    await again.sync.settled();
    expect(patientsThere(charts)).toEqual([501]);
    expect(await about({ ...again }, charts.old)).toMatchObject({ state: 'proven' });
  });

  it('take away nothing that was there before us', async () => {
    const { engine, sync, patient, photo: bytes } = await outboxWithPhoto();
    await sync.close();
    const theirs = { patient: 501, clinic: null, station: null, type: 'Headshot', data: bytes.toString('base64') };
    const charts = await delivered(engine, patient, 1, [theirs]);
    const old = await only(engine);
    await move(charts, old, charts.right);
    const transaction = await correct(charts);
    await expect.poll(() => statesOf(charts.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    await charts.sync.settled();
    expect(patientsThere(charts)).toEqual([501, 502]);
    expect(charts.server.asked.some(({ method }) => method === 'DELETE')).toBe(false);
    expect(await about(charts, old)).toMatchObject({ state: 'proven', newer: { asked: true } });
  });

  it('leave a picture that stands for another image too, whichever was sent first', async () => {
    const charts = await twins();
    const { sync, server } = charts;
    expect(patientsThere(charts)).toEqual([501]);
    for (const image of [charts.second, charts.first]) {
      expect(patientsThere(charts)).toContain(501);
      await move(charts, image, charts.right);
      const transaction = await correct(charts);
      await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
      await expect.poll(async () => (await about(charts, image))?.state, WAIT).toBe('cancelled');
    }
    // Nothing stands at the wrong patient any more, and one picture for both at the right one.
    await expect.poll(() => patientsThere(charts), WAIT).toEqual([502]);
    expect(server.asked.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
    expect(charts.faults).toEqual([]);
  });

  it('leave a picture to the other image when one of two is taken back', async () => {
    const charts = await twins();
    const { sync, server, remote } = charts;
    for (const image of [charts.first, charts.second]) {
      expect(server.images.size).toBe(1);
      await sync.verbs['remotes.withdraw']({ remote, image, reason: 'Taken by mistake' });
      expect((await about(charts, image))?.state).toBe('cancelled');
    }
    expect(server.images.size).toBe(0);
  });

  it('do not take a copy that a network has made of the older one for the newer one', async () => {
    const charts = await photo();
    const { server, sync } = charts;
    const [there] = server.images.values();
    if (there === undefined) throw new Error('A picture is there.');
    const { id, ...same } = there;
    server.addImage(same); // a repeated request that comes late
    await describeAnew(charts, charts.old, 'Face, again');
    const transaction = await correct(charts);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
    await expect.poll(async () => (await about(charts, charts.old))?.state, WAIT).toBe('cancelled');
    expect([...server.images.keys()]).toEqual([id]);
    expect(await about(charts, await only(charts.engine))).toMatchObject({ state: 'proven' });
  });
});

describe('a picture of which the answer was lost, and that was corrected before the next try', () => {
  const SAME = { clinic: null, station: null, type: 'Headshot' };

  /** The first try was kept there without an answer; nothing is tried again before it is asked for. */
  async function unanswered(theirs: readonly Omit<ImageOfTscharts, 'id' | 'data'>[] = []) {
    const { engine, sync, patient, photo: bytes } = await outboxWithPhoto();
    await sync.close();
    const server = withPatients(await TschartsServer.start());
    const outbox = syncForTest(engine, new MemorySecrets(), { backOff: () => 3_600_000 });
    const remote = await addRemote(outbox.sync, 'charts', settingsFor(server), PASSWORD);
    const right = (await register(engine, 'Right^Rosa')).patient;
    for (const [each, remotePatient] of [
      [patient, '501'],
      [right, '502'],
    ] as const)
      await outbox.sync.verbs['matching.decide']({ remote, patient: each, choice: 'this', remotePatient });
    const old = await only(engine);
    server.losesAnswers = 1;
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => server.losesAnswers, WAIT).toBe(0);
    await outbox.sync.settled();
    expect(await statesOf(outbox.sync, transaction)).toMatchObject({ waiting: 1 });
    const [ours] = server.images.keys();
    for (const image of theirs) server.addImage({ ...image, data: bytes.toString('base64') });
    /** Sends the version that is here now, and tries what waits. */
    const goOn = async (): Promise<void> => {
      const newer = await sendAll(outbox, remote);
      await outbox.sync.verbs['remotes.now']({ remote });
      await expect.poll(() => statesOf(outbox.sync, newer), WAIT).toMatchObject({ proven: 1 });
      await outbox.sync.settled();
    };
    return { ...outbox, server, remote, right, wrong: patient, old, ours, transaction, goOn };
  }

  it('is known again, and taken away once the newer one is proven', async () => {
    const charts = await unanswered();
    await move(charts, charts.old, charts.right);
    await charts.goOn();
    await expect.poll(() => patientsThere(charts), WAIT).toEqual([502]);
    await expect.poll(async () => (await about(charts, charts.old))?.fault?.code, WAIT).toBe('REMOTE_WITHDRAWN');
    expect(charts.faults).toEqual([]);
    await expectSound(charts.engine);
  });

  it('is known again before anything newer was sent: the ledger says that an older version is there', async () => {
    const charts = await unanswered();
    const { sync, remote, transaction } = charts;
    await move(charts, charts.old, charts.right);
    await sync.verbs['remotes.now']({ remote });
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ arrived: 1 });
    expect(await about(charts, charts.old)).toMatchObject({ newer: { asked: false } });
    expect(patientsThere(charts)).toEqual([501]);
    await correct(charts);
    await expect.poll(() => patientsThere(charts), WAIT).toEqual([502]);
  });

  it('stays where the newer one has the same picture, and goes with that one', async () => {
    const charts = await unanswered();
    await describeAnew(charts, charts.old, 'Face, again');
    await charts.goOn();
    expect([...charts.server.images.keys()]).toEqual([charts.ours]);
    await expect.poll(async () => (await about(charts, charts.old))?.fault?.code, WAIT).toBe('REMOTE_WITHDRAWN');
    await move(charts, await only(charts.engine), charts.right);
    await charts.goOn();
    await expect.poll(() => patientsThere(charts), WAIT).toEqual([502]);
  });

  it('leaves equal pictures that stand under another station, and those of others when ours was not kept', async () => {
    const charts = await unanswered([{ ...SAME, patient: 501, station: 3 }]);
    await move(charts, charts.old, charts.right);
    await charts.goOn();
    await expect.poll(() => patientsThere(charts), WAIT).toEqual([501, 502]);
    expect([...charts.server.images.values()].map(({ station }) => station)).toEqual([3, null]);

    const lost = await unanswered([{ ...SAME, patient: 501, station: 3 }]);
    if (lost.ours !== undefined) lost.server.images.delete(lost.ours);
    await move(lost, lost.old, lost.right);
    await lost.goOn();
    expect(patientsThere(lost)).toEqual([501, 502]);
    expect(await about(lost, lost.old)).toMatchObject({ state: 'refused', fault: { code: 'SEND_IMAGE_GONE' } });
    expect(lost.server.asked.some(({ method }) => method === 'DELETE')).toBe(false);
  });
});
