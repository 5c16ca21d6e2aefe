import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImageId, RemoteKey } from '../../shared/model/ids';
import type { RemoteSettings } from '../../shared/model/remotes/settings';
import { identityVerbs } from '../../shared/contract/identity';
import { AttachmentsServer } from '../fixtures/attachments-server';
import { allImages, temporaryFolder } from '../fixtures/archive';
import { chosen, codeOf, ended, expectSound } from '../fixtures/identity';
import { sha256Of } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';
import { addRemote, type OutboxForTest, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';
import { attachmentsSecrets, attachmentsSettings, withOurPatients } from './remotes/clinic-kinds';
import { dimseSettings, restSettings, webSettings } from './remotes/kinds';

const WAIT = { timeout: 60_000, interval: 100 };

/** The only image of an archive was delivered as it came, and its attributes were corrected afterwards. */
async function corrected(
  settings: RemoteSettings,
  { path, value, secrets = {} }: { path: string; value: string; secrets?: Readonly<Record<string, string>> },
): Promise<OutboxForTest & { readonly remote: RemoteKey; readonly old: ImageId; readonly now: ImageId }> {
  const outbox = await outboxWithImages(1);
  const { engine, sync } = outbox;
  const remote = await addRemote(sync, 'far', settings, secrets);
  sync.start();
  const transaction = await sendAll(outbox, remote);
  await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ proven: 1 });
  const [before] = await allImages(engine);
  if (!before) throw new Error('One image came.');
  expect(await codeOf(sync.verbs['outbox.correct']({ remote }))).toBe('EXPORT_NOTHING');
  await ended(
    engine,
    await engine.verbs['images.modify'](
      identityVerbs['images.modify'].input.parse({
        selection: chosen({ images: [before.image] }),
        values: [{ path, value }],
        modification: 'CORRECT',
        reason: 'a typing error',
      }),
    ),
  );
  const [after] = await allImages(engine);
  if (!after) throw new Error('It is still one image.');
  expect(after.image).not.toBe(before.image);
  return { ...outbox, remote, old: before.image, now: after.image };
}

async function ledger({ sync }: OutboxForTest, outdated = false) {
  const { rows } = await sync.verbs['ledger.list']({ states: [], limit: 10, offset: 0, ...(outdated && { outdated }) });
  return rows;
}

/** Sends the correction and waits for how it ends; gives what the ledger says of each version then. */
async function correct(outbox: Awaited<ReturnType<typeof corrected>>, end: 'proven' | 'parked' | 'arrived') {
  const { sync, remote, old, now } = outbox;
  expect(await ledger(outbox, true)).toMatchObject([
    { image: old, state: 'proven', newer: { image: now, asked: false } },
  ]);
  const { transaction, images } = await sync.verbs['outbox.correct']({ remote });
  expect(images).toBe(1);
  expect(await ledger(outbox, true)).toEqual([]);
  await expect.poll(() => statesOf(sync, transaction), WAIT).toMatchObject({ [end]: 1 });
  const about = async (image: ImageId) => (await ledger(outbox)).find((row) => row.image === image);
  return { about, transaction };
}

describe('corrections of what was delivered', () => {
  it('replace the very file that was laid into a folder, and nothing else', async () => {
    const share = join(temporaryFolder(), 'share');
    mkdirSync(share);
    const outbox = await corrected(
      { kind: 'folder', path: share },
      { path: 'StudyDescription', value: 'Chest, again' },
    );
    const { about } = await correct(outbox, 'proven');
    await expect.poll(async () => (await about(outbox.old))?.state, WAIT).toBe('cancelled');
    expect((await about(outbox.old))?.fault?.code).toBe('REMOTE_WITHDRAWN');
    expect(await about(outbox.now)).toMatchObject({ state: 'proven', newer: null });
    const files = (): string[] =>
      readdirSync(share, { recursive: true })
        .map(String)
        .filter((name) => name.endsWith('.dcm'));
    expect(files().map((name) => sha256Of(readFileSync(join(share, name))))).toEqual([outbox.now]);
    await expectSound(outbox.engine);
  });

  it('are not said to be safe elsewhere before they are, and the older version is here no more', async () => {
    const share = join(temporaryFolder(), 'share');
    mkdirSync(share);
    const outbox = await corrected({ kind: 'folder', path: share }, { path: 'PatientName', value: 'Otieno^Mary' });
    await outbox.engine.verbs['archive.saveSettings']({ proofsWanted: 1 });
    const proofs = async (image: ImageId) => outbox.sync.verbs['ledger.image']({ image });
    expect(await proofs(outbox.now)).toEqual({ rows: [], proofs: 0, wanted: 1 });
    // What is shown beside a line is said of an image that is here; the delivered version is not.
    expect(await ledger(outbox)).toMatchObject([{ image: outbox.old, isHere: false, newer: { image: outbox.now } }]);
    await correct(outbox, 'proven');
    expect(await proofs(outbox.now)).toMatchObject({ proofs: 1, wanted: 1, rows: [{ state: 'proven', isHere: true }] });
    // Back to the version that was withdrawn there: it is proven nowhere any more.
    await expect.poll(async () => (await proofs(outbox.old)).proofs, WAIT).toBe(0);
    await outbox.engine.verbs['images.revert']({ image: outbox.now, to: outbox.old, reason: 'it was right' });
    expect((await proofs(outbox.old)).proofs).toBe(0);
    expect((await ledger(outbox)).filter(({ isHere, proofs: count }) => isHere && count > 0)).toEqual([]);
  });

  it('leave a file alone that somebody has changed there', async () => {
    const share = join(temporaryFolder(), 'share');
    mkdirSync(share);
    const outbox = await corrected(
      { kind: 'folder', path: share },
      { path: 'StudyDescription', value: 'Chest, again' },
    );
    const [name = ''] = readdirSync(share, { recursive: true })
      .map(String)
      .filter((each) => each.endsWith('.dcm'));
    writeFileSync(join(share, name), 'something else');
    const { about } = await correct(outbox, 'parked');
    expect((await about(outbox.now))?.fault?.code).toBe('REMOTE_CONFLICT');
    expect(readFileSync(join(share, name), 'utf8')).toBe('something else');
    expect(await about(outbox.old)).toMatchObject({ state: 'proven', newer: { image: outbox.now, asked: true } });
  });

  it.each([
    ['the same number', { path: 'StudyDescription', value: 'Chest, again' }],
    ['another patient number', { path: 'PatientID', value: 'P77' }],
  ])('take the place of our own instance in Orthanc, under %s', async (_name, change) => {
    const orthanc = await Orthanc.start();
    const outbox = await corrected(restSettings(orthanc.port), change);
    const { about } = await correct(outbox, 'proven');
    await expect.poll(async () => (await about(outbox.old))?.state, WAIT).toBe('cancelled');
    expect(await orthanc.held()).toEqual([outbox.now]);
    expect(outbox.faults).toEqual([]);
  });

  it('wait for a person where DICOMweb keeps the older one', async () => {
    const orthanc = await Orthanc.start();
    const outbox = await corrected(webSettings(orthanc.port), { path: 'StudyDescription', value: 'Chest, again' });
    const { about } = await correct(outbox, 'parked');
    expect((await about(outbox.now))?.fault?.code).toBe('REMOTE_KEEPS_OLDER');
    expect(await orthanc.held()).toEqual([outbox.old]);
    expect(await about(outbox.old)).toMatchObject({ state: 'proven', newer: { asked: true } });
  });

  it('are not taken for proven by DIMSE because an image of that number is there', async () => {
    const orthanc = await Orthanc.start({ settings: { DicomAlwaysAllowFind: true, DicomAlwaysAllowGet: true } });
    const settings = dimseSettings(orthanc.dicomPort);
    const outbox = await corrected(settings, { path: 'StudyDescription', value: 'Chest, again' });
    const { about, transaction } = await correct(outbox, 'arrived');
    await outbox.sync.verbs['remotes.now']({ remote: outbox.remote });
    await outbox.sync.settled();
    expect(await statesOf(outbox.sync, transaction)).toMatchObject({ arrived: 1, proven: 0 });
    expect(await about(outbox.old)).toMatchObject({ newer: { image: outbox.now, asked: true } });
  });

  it('put our own record away in a practice system once the newer one is proven', async () => {
    const server = withOurPatients(await AttachmentsServer.start());
    const outbox = await corrected(attachmentsSettings(server, { dicomAs: 'file' }), {
      path: 'StudyDescription',
      value: 'Chest, again',
      secrets: attachmentsSecrets(server),
    });
    const { about } = await correct(outbox, 'proven');
    await expect.poll(async () => (await about(outbox.old))?.state, WAIT).toBe('cancelled');
    expect(server.kept().map(({ bytes }) => sha256Of(bytes ?? Buffer.alloc(0)))).toEqual([outbox.now]);
    expect(server.attachments.size).toBe(2);
  });

  it('put it away later where a fault, and then a lost answer, came between', async () => {
    const server = withOurPatients(await AttachmentsServer.start());
    const outbox = await corrected(attachmentsSettings(server, { dicomAs: 'file' }), {
      path: 'StudyDescription',
      value: 'Chest, again',
      secrets: attachmentsSecrets(server),
    });
    server.failsArchiving = 1;
    server.losesArchiving = 1;
    const { about } = await correct(outbox, 'proven');
    await expect.poll(async () => (await about(outbox.old))?.state, WAIT).toBe('cancelled');
    expect([server.failsArchiving, server.losesArchiving]).toEqual([0, 0]);
    expect(server.kept().map(({ bytes }) => sha256Of(bytes ?? Buffer.alloc(0)))).toEqual([outbox.now]);
    expect(outbox.faults).toEqual([]);
  });
});
