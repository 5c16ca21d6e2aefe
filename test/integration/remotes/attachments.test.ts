import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSharp } from '../../../main/imaging/sharp';
import { BUILTIN_KINDS } from '../../../main/archive/people/builtin-kinds';
import { waitOf } from '../../../main/sync/remotes/attachments/session';
import { AttachmentQuery } from '../../../shared/contract/attachments';
import { PatientInput } from '../../../shared/model/rows';
import { AttachmentsServer } from '../../fixtures/attachments-server';
import { allImages, importInto, openForTest, temporaryFolder } from '../../fixtures/archive';
import { sha256Of } from '../../fixtures/instances';
import { addRemote, freely, itemsOf, outboxWithImages, sendAll, statesOf, syncForTest } from '../../fixtures/outbox';
import { RudeNetwork } from '../../fixtures/rude-network';
import {
  attachmentsKind,
  attachmentsSecrets as secretsOf,
  attachmentsSettings as settingsFor,
  withOurPatients,
} from './clinic-kinds';
import { describeRemote } from './contract';

const WAIT = { timeout: 30_000, interval: 50 };

describeRemote(attachmentsKind);

async function start(count: number, more: Parameters<typeof settingsFor>[1] = {}) {
  const server = withOurPatients(await AttachmentsServer.start());
  const outbox = await outboxWithImages(count);
  const remote = await addRemote(outbox.sync, 'practice', settingsFor(server, more), secretsOf(server));
  outbox.sync.start();
  return { server, outbox, remote, ...outbox };
}

/** Pushes on until everything is proven: what failed is not waited for. */
async function untilProven(
  { sync }: Awaited<ReturnType<typeof start>>,
  remote: Awaited<ReturnType<typeof start>>['remote'],
  transaction: Parameters<typeof statesOf>[1],
  count: number,
) {
  await expect
    .poll(async () => {
      await sync.verbs['remotes.now']({ remote });
      return statesOf(sync, transaction);
    }, WAIT)
    .toMatchObject({ proven: count });
}

describe('Patient attachments', () => {
  it('takes a photo as it came, in three steps, with a description that fits and a marker', async () => {
    const server = await AttachmentsServer.start();
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    const { patient } = await engine.verbs['patients.register'](
      PatientInput.parse({
        PatientName: 'Reyes^Ana',
        PatientID: 'A-1',
        PatientBirthDate: '20150304',
        birthDatePrecision: 'known',
        PatientSex: 'F',
        ageYears: null,
        temporary: false,
        consent: 'yes',
        note: '',
      }),
    );
    const photo = await openSharp(Buffer.alloc(40 * 30 * 3, 120), { raw: { width: 40, height: 30, channels: 3 } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, 'ear of Ana Reyes.jpg'), photo);
    await importInto(engine, [join(folder, 'ear of Ana Reyes.jpg')], {
      patient,
      clinic: null,
      station: null,
      kind: BUILTIN_KINDS.surgery,
    });
    const { sync } = syncForTest(engine);
    const there = server.addPatient({
      first_name: 'Ana',
      last_name: 'Reyes',
      date_of_birth: '2015-03-04',
      old_reference_id: null,
    });
    const remote = await addRemote(sync, 'practice', settingsFor(server), secretsOf(server));
    sync.start();
    const transaction = await sendAll({ engine, sync, faults: [] }, remote);
    // Name and birth date are not enough.
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ parked: 1 });
    const { rows } = await sync.verbs['matching.list']({ decided: false, limit: 10, offset: 0 });
    expect(rows[0]?.candidates).toMatchObject([{ id: there, reasons: ['name', 'birthDate'], warnings: [] }]);
    await sync.verbs['matching.decide']({ remote, patient, choice: 'this', remotePatient: there });
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
    const [kept] = server.kept();
    const [image] = await allImages(engine);
    expect(sha256Of(kept?.bytes ?? Buffer.alloc(0))).toBe(sha256Of(photo));
    expect(kept?.description).toContain(`[fb:${image?.image.slice(0, 12) ?? ''}]`);
    expect(kept?.filename).toMatch(/^surgery_[0-9a-f]{12}\.jpg$/);
    expect((await itemsOf(sync, transaction))[0]?.proof?.note).toBe(`${String(photo.length)} bytes, MD5`);
    // The key never goes to the storage, and nothing personal stands in what it was asked.
    expect(
      server.storage.asked.every(({ headers, target }) => headers.authorization === undefined && target === '/'),
    ).toBe(true);
    const uploads = server.storage.asked.map(({ body }) => body.toString('latin1'));
    expect(uploads.some((body) => /Reyes|Ana/.test(body))).toBe(false);
  });

  it('is waited for as long as a 429 says, measured on its own clock', async () => {
    const reset = (date: string, at: number, more = {}) => waitOf({ date, 'x-ratelimit-reset': String(at), ...more });
    expect(reset('Sun, 01 Mar 2026 09:00:00 GMT', Date.UTC(2026, 2, 1, 9, 0, 42) / 1000)).toBe(42_000);
    expect(reset('Sun, 01 Mar 2026 09:00:00 GMT', Date.UTC(2026, 2, 1, 9, 0, 5) / 1000, { 'retry-after': '30' })).toBe(
      30_000,
    );
    expect(reset('Sun, 01 Mar 2026 09:00:00 GMT', Date.UTC(2031, 2, 1) / 1000)).toBe(600_000);
    expect(waitOf({})).toBe(60_000);

    const { server, outbox, remote, sync } = await start(2);
    server.busy = { calls: 1, now: new Date('2019-01-01T00:00:00Z'), seconds: 250, retryAfter: true };
    const transaction = await sendAll(outbox, remote);
    await expect
      .poll(async () => (await sync.verbs['remotes.list']({})).rows[0]?.activity, WAIT)
      .toMatchObject({ condition: 'blocked', fault: { code: 'REMOTE_BUSY_THERE', details: { status: 429 } } });
    const { nextTryMs } = (await sync.verbs['remotes.list']({})).rows[0]?.activity ?? {};
    expect(nextTryMs).toBeGreaterThan(60_000);
    expect(nextTryMs).toBeLessThanOrEqual(250_000);
    await sync.verbs['remotes.now']({ remote });
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 2 });
  });

  it('that makes two records of one request keeps one, and both go when it is withdrawn', async () => {
    const { server, outbox, remote, sync } = await start(3);
    const network = await RudeNetwork.before(server.port);
    network.be({ kind: 'repeat' });
    const settings = settingsFor(server);
    const url = `http://127.0.0.1:${String(network.port)}/v1`;
    const through = { ...settings, access: { ...settings.access, url } };
    const save = (to: typeof settings) =>
      sync.verbs['remotes.save']({ remote, name: 'practice', settings: to, policy: freely, secrets: {} });
    await save(through);
    const transaction = await sendAll(outbox, remote);
    await untilProven({ server, outbox, remote, ...outbox }, remote, transaction, 3);
    // What came after the proof is seen at the next sending.
    await save(settings);
    await expect
      .poll(async () => {
        const again = await sendAll(outbox, remote);
        await untilProven({ server, outbox, remote, ...outbox }, remote, again, 3);
        return server.kept().length;
      }, WAIT)
      .toBe(3);
    expect(server.kept().every(({ processing_completed }) => processing_completed)).toBe(true);
    const [image] = await allImages(outbox.engine);
    if (image === undefined) throw new Error('Three images are here.');
    await sync.verbs['remotes.withdraw']({ remote, image: image.image, reason: 'by mistake' });
    expect(server.kept()).toHaveLength(2);
  });

  it('that makes a record while its answer is lost does not get it twice', async () => {
    const started = await start(3);
    started.server.losesAnswers = 1;
    const transaction = await sendAll(started.outbox, started.remote);
    await untilProven(started, started.remote, transaction, 3);
    expect(started.server.kept()).toHaveLength(3);
  });

  it('that answers 201 and keeps nothing is found out, and gets the picture again', async () => {
    const started = await start(3);
    started.server.loses = 1;
    const transaction = await sendAll(started.outbox, started.remote);
    await untilProven(started, started.remote, transaction, 3);
    expect(started.server.kept()).toHaveLength(3);
  });

  it('gives a new form when the old one is not taken any more, and has the same picture once', async () => {
    const started = await start(2);
    started.server.storage.expired = 2;
    const transaction = await sendAll(started.outbox, started.remote);
    await untilProven(started, started.remote, transaction, 2);
    expect(started.server.kept()).toHaveLength(2);
    expect(started.server.storage.forms.size).toBe(4);
  });

  it('that keeps a picture damaged gets it once more, and is then said to damage it', async () => {
    const once = await start(1);
    once.server.storage.damages = 1;
    const repaired = await sendAll(once.outbox, once.remote);
    await untilProven(once, once.remote, repaired, 1);
    expect([...once.server.attachments.values()].map(({ archived_at }) => archived_at !== null)).toEqual([true, false]);

    const ever = await start(1);
    ever.server.storage.damages = 1000;
    const given = await sendAll(ever.outbox, ever.remote);
    await expect
      .poll(async () => {
        await ever.sync.verbs['remotes.now']({ remote: ever.remote });
        return statesOf(ever.sync, given);
      }, WAIT)
      .toMatchObject({ refused: 1 });
    expect((await itemsOf(ever.sync, given))[0]?.fault?.code).toBe('REMOTE_DAMAGED_THERE');
    expect(ever.server.kept()).toEqual([]);
  });

  it('that is slow to process shows as arrived until it is done, and too large a file is refused', async () => {
    const slow = await start(1);
    slow.server.slowness = 4;
    const transaction = await sendAll(slow.outbox, slow.remote);
    await expect.poll(() => statesOf(slow.sync, transaction), WAIT).toMatchObject({ arrived: 1, proven: 0 });
    await untilProven(slow, slow.remote, transaction, 1);

    const small = await start(1);
    small.server.storage.mostBytes = 100;
    const large = await sendAll(small.outbox, small.remote);
    await expect.poll(() => statesOf(small.sync, large), WAIT).toMatchObject({ refused: 1 });
    expect((await itemsOf(small.sync, large))[0]?.fault?.code).toBe('REMOTE_TOO_LARGE');
    expect(small.server.storage.asked).toEqual([]);
  });

  it('sends DICOM as the file itself where it is set up so', async () => {
    const { server, outbox, remote, sync } = await start(1, { dicomAs: 'file' });
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
    const [image] = await allImages(outbox.engine);
    expect(sha256Of(server.kept()[0]?.bytes ?? Buffer.alloc(0))).toBe(image?.image);
    expect(server.kept()[0]).toMatchObject({ content_type: 'application/dicom' });
  });

  it('follows who was merged there, asks about who was put away, and never decides over a refusal', async () => {
    const server = await AttachmentsServer.start();
    const outbox = await outboxWithImages(1);
    const living = server.addPatient({
      first_name: 'P',
      last_name: 'Living',
      date_of_birth: null,
      old_reference_id: null,
    });
    const merged = server.addPatient({
      first_name: 'P',
      last_name: 'Merged',
      date_of_birth: null,
      old_reference_id: null,
      archived_at: '2026-01-01T00:00:00Z',
      merged_with_patient: { links: { self: `${server.url}/v1/patients/${living}` } },
    });
    const gone = server.addPatient({
      first_name: 'P',
      last_name: 'Gone',
      date_of_birth: null,
      old_reference_id: null,
      archived_at: '2026-01-01T00:00:00Z',
    });
    server.addPatient({
      first_name: 'P0',
      last_name: 'Name',
      date_of_birth: '1980-01-02',
      old_reference_id: 'P0',
      accepted_privacy_policy: false,
    });
    const remote = await addRemote(outbox.sync, 'practice', settingsFor(server), secretsOf(server));
    const { verbs } = outbox.sync;
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ parked: 1 });
    const [row] = (await verbs['matching.list']({ decided: false, limit: 10, offset: 0 })).rows;
    if (!row) throw new Error('A patient waits.');
    expect(row.candidates).toMatchObject([{ number: 'P0', warnings: ['privacy'] }]);
    await verbs['matching.decide']({ remote, patient: row.patient, choice: 'this', remotePatient: gone });
    await expect.poll(async () => (await itemsOf(outbox.sync, transaction))[0]?.fault?.code, WAIT).toBe('MATCH_GONE');
    await verbs['matching.decide']({ remote, patient: row.patient, choice: 'this', remotePatient: merged });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    expect(server.kept()).toMatchObject([{ patient: living }]);
  });

  it('makes a patient once, also when the answer is not known', async () => {
    const server = await AttachmentsServer.start();
    const outbox = await outboxWithImages(1);
    const remote = await addRemote(outbox.sync, 'practice', settingsFor(server), secretsOf(server));
    const [image] = await allImages(outbox.engine);
    if (!image) throw new Error('There is an image.');
    await outbox.sync.verbs['matching.decide']({ remote, patient: image.patient, choice: 'new' });
    // As if an earlier try had made them.
    const made = server.addPatient({
      first_name: 'P0',
      last_name: 'Name',
      date_of_birth: '1980-01-02',
      old_reference_id: 'P0',
    });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 1 });
    expect([...server.patients.keys()]).toEqual([made]);
    const { rows } = await outbox.sync.verbs['matching.list']({ decided: true, limit: 10, offset: 0 });
    expect(rows[0]?.decision).toMatchObject({ choice: 'this', remotePatient: made, basis: 'made' });
  });

  it('lists page by page what it has, put-away ones too; what people there put away is not sent again', async () => {
    const { server, outbox, remote, sync } = await start(5);
    server.pageSize = 2;
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 5 });
    const images = await allImages(outbox.engine);
    const [first, second] = images;
    if (!first || !second) throw new Error('There are images.');
    expect(await sync.verbs['remotes.withdraw']({ remote, image: first.image, reason: 'wrong' })).toEqual({
      withdrawn: true,
    });
    const { rows } = await sync.verbs['remotes.files']({ remote, patient: first.patient });
    expect(rows).toHaveLength(5);
    expect(rows.filter(({ archived }) => archived)).toHaveLength(1);
    expect(rows.filter(({ image }) => image !== null)).toHaveLength(4);
    // Ours to put away, ours to send again.
    const again = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(sync, again), WAIT).toMatchObject({ proven: 5 });
    expect(server.kept()).toHaveLength(5);

    const theirs = [...server.attachments.values()].find(
      ({ description, archived_at }) => description.includes(second.image.slice(0, 12)) && archived_at === null,
    );
    if (!theirs) throw new Error('The record is there.');
    theirs.archived_at = '2026-03-02T00:00:00Z';
    const third = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(sync, third), WAIT).toMatchObject({ proven: 4, refused: 1 });
    const refused = (await itemsOf(sync, third)).find(({ state }) => state === 'refused');
    expect(refused).toMatchObject({ image: second.image, fault: { code: 'REMOTE_PUT_AWAY' } });
  });

  it('gives files of patients who are known there, once, and none of ours', async () => {
    const { server, outbox, remote, sync } = await start(1);
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
    const [image] = await allImages(outbox.engine);
    const there = [...server.patients.values()].find(({ old_reference_id }) => old_reference_id === 'P0')?.id;
    if (!image || there === undefined) throw new Error('There is a patient.');
    const letter = Buffer.from('%PDF-1.4 a letter');
    server.addAttachment(there, '../letter.pdf', letter);
    server.addAttachment(there, 'away.pdf', letter, { archived_at: '2026-03-01T00:00:00Z' });
    server.addAttachment(there, 'soon.pdf', letter, { processing_completed: false });
    for (const added of [1, 0]) {
      const { job } = await sync.verbs['remotes.fetch']({ remote, what: 'files' });
      expect(await outbox.engine.context.jobs.settled(job)).toMatchObject({ type: 'fetch', state: 'done', added });
    }
    const { rows } = await outbox.engine.verbs['attachments.list'](AttachmentQuery.parse({}));
    expect(rows).toMatchObject([{ patient: image.patient, description: 'from there', bytes: letter.length }]);
    expect(rows[0]?.name).not.toContain('/');
    expect(readFileSync(outbox.engine.context.objects.path(rows[0]?.sha256 ?? image.image))).toEqual(letter);
    expect(server.storage.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it('says that a key is wrong, and that it belongs to another shard', async () => {
    const { server, sync } = await start(0);
    const wrong = await sync.verbs['remotes.test']({ settings: settingsFor(server), secrets: { token: 'guess' } });
    expect(wrong.steps).toContainEqual(
      expect.objectContaining({
        step: 'login',
        outcome: 'failed',
        fault: { code: 'REMOTE_LOGIN', details: { status: 401 } },
      }),
    );
  });
});
