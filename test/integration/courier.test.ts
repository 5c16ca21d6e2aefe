import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newBoxKeyPair } from '../../main/sync/box-key-pair';
import { BundleWriter } from '../../main/sync/courier/bundle-writer';
import { ExportSelection } from '../../shared/contract/release';
import { AnonymisationWay } from '../../shared/model/anonymisation';
import { JobId, TransactionKey, type RemoteKey } from '../../shared/model/ids';
import { boxKeyText, parseBoxKey } from '../../shared/model/remotes/box-key';
import { MemorySecrets } from '../../main/sync/secrets';
import { allImages, temporaryFolder } from '../fixtures/archive';
import { courierPeer, seal, testKey } from '../fixtures/courier-peer';
import {
  addRemote,
  itemsOf,
  type OutboxForTest,
  outboxWithImages,
  sendAll,
  statesOf,
  syncForTest,
} from '../fixtures/outbox';
import { codeOf } from '../fixtures/people';

type Box = OutboxForTest & { readonly folder: string };

const keyOf = async (box: OutboxForTest): Promise<string> => (await box.sync.verbs['courier.identity']({})).key;
const imagesOf = async (box: OutboxForTest): Promise<readonly string[]> =>
  (await allImages(box.engine)).map(({ image }) => String(image)).sort();

/** A box with images, another one that is to get them, and a stick; all of it is on the stick. */
async function written(
  count: number,
): Promise<{ from: Box; to: Box; remote: RemoteKey; stick: string; bundle: string }> {
  const [from, to, stick] = [await outboxWithImages(count), await outboxWithImages(0), temporaryFolder()];
  const remote = await addRemote(from.sync, 'Hospital', { kind: 'courier', recipient: await keyOf(to), path: '' });
  from.sync.start();
  const transaction = await sendAll(from, remote);
  await from.sync.verbs['courier.write']({ remote, folder: stick, again: false });
  await from.sync.settled();
  expect(await statesOf(from.sync, transaction)).toMatchObject({ arrived: count });
  const [name = ''] = readdirSync(stick);
  return { from, to, remote, stick, bundle: join(stick, name) };
}

async function read(box: OutboxForTest, path: string, receipts?: string) {
  const { verbs } = box.sync;
  const { job } = await verbs['courier.read']({ path, ...(receipts !== undefined && { receipts }) });
  const { state } = await box.engine.context.jobs.settled(job);
  const { running, bundles, receipts: found } = await verbs['courier.reading']({ job });
  return { state, running, bundles, receipts: found };
}

describe('a stick between two boxes', () => {
  it('carries images there, any number of times, and their receipt back, which proves them', async () => {
    const { from, to, remote, stick } = await written(6);
    // Before there is a receipt: the outbox takes it in by itself as soon as it lies there.
    expect((await from.sync.verbs['ledger.list']({ remote, states: ['proven'], limit: 1, offset: 0 })).total).toBe(0);
    const first = await read(to, stick);
    expect(first).toMatchObject({ state: 'done', running: false, receipts: [] });
    expect(first.bundles).toEqual([
      expect.objectContaining({ images: 6, added: 6, alreadyStored: 0, rejected: 0, missing: 0, fault: null }),
    ]);
    expect(first.bundles[0]?.from).toEqual({ key: await keyOf(from), name: null });
    expect(await imagesOf(to)).toEqual(await imagesOf(from));
    expect((await read(to, stick)).bundles).toEqual([expect.objectContaining({ added: 0, alreadyStored: 6 })]);
    expect(await imagesOf(to)).toHaveLength(6);
    const [session] = (await to.engine.verbs['import.sessions']({ text: '', offset: 0, limit: 5 })).rows;
    expect(session?.source).toBe('box');

    const { receipts } = await from.sync.verbs['courier.receipts']({ path: stick });
    expect(receipts).toEqual([
      expect.objectContaining({ from: { key: await keyOf(to), name: 'Hospital' }, stored: 6, refused: 0, fault: null }),
    ]);
    const { total, rows } = await from.sync.verbs['ledger.list']({ remote, states: ['proven'], limit: 9, offset: 0 });
    expect([total, rows[0]?.proof?.kind]).toEqual([6, 'receipt']);
    // What is on the stick for others is no business of the one who wrote it; the receipt counts once.
    expect(await read(from, stick)).toMatchObject({ state: 'done', bundles: [], receipts: [{ stored: 6 }] });
    expect([...from.faults, ...to.faults]).toEqual([]);
  });

  it('carries anonymous images, and the receipt proves those', async () => {
    const [from, to, stick] = [await outboxWithImages(2), await outboxWithImages(0), temporaryFolder()];
    const remote = await addRemote(from.sync, 'Hospital', { kind: 'courier', recipient: await keyOf(to), path: stick });
    from.sync.start();
    const selection = ExportSelection.parse({ images: await imagesOf(from) });
    const anonymise = AnonymisationWay.parse({});
    const { transaction } = await from.sync.verbs['outbox.send']({ selection, remote, anonymise, priority: 0 });
    await from.sync.settled();
    await read(to, stick);
    const names = (await allImages(to.engine)).map(({ image }) => String(image));
    expect(names).toHaveLength(2);
    expect(await imagesOf(from)).not.toEqual(names.sort());
    await from.sync.verbs['courier.receipts']({ path: stick });
    expect(await statesOf(from.sync, transaction)).toMatchObject({ proven: 2 });
  });

  it('is refused with the name of the box it is for, and nothing is taken', async () => {
    const { stick } = await written(2);
    const stranger = await outboxWithImages(0);
    const { bundles } = await read(stranger, stick);
    expect(bundles).toEqual([
      expect.objectContaining({ images: 0, fault: { code: 'COURIER_OTHER_BOX', details: { name: 'Hospital' } } }),
    ]);
    expect(bundles[0]?.receipt).toBeNull();
    expect(await imagesOf(stranger)).toEqual([]);
  });

  it('loses only what is damaged or cut off: the rest is taken and confirmed, and a good copy brings the others', async () => {
    const { from, to, remote, stick, bundle } = await written(5);
    const bytes = readFileSync(bundle);
    const letters = [...bytes.toString('latin1').matchAll(/FBXLTR01/g)].map(({ index }) => index);
    const [, second = 0, third = 0, , fifth = 0] = letters;
    const cut = join(temporaryFolder(), 'cut.courier');
    copyFileSync(bundle, cut);
    truncateSync(cut, fifth + 700);
    expect((await read(to, cut)).bundles).toEqual([
      expect.objectContaining({ images: 4, added: 4, missing: 1, fault: { code: 'COURIER_CUT', details: {} } }),
    ]);
    const damaged = join(temporaryFolder(), 'damaged.courier');
    bytes[Math.floor((second + third) / 2)] = (bytes[Math.floor((second + third) / 2)] ?? 0) ^ 1;
    writeFileSync(damaged, bytes);
    expect((await read(to, damaged)).bundles).toEqual([
      expect.objectContaining({
        images: 4,
        added: 1,
        alreadyStored: 3,
        fault: { code: 'COURIER_DAMAGED', details: {} },
      }),
    ]);
    // Every single byte changed is found out, wherever it is.
    for (let at = third; at < third + 400; at += 13) {
      const changed = readFileSync(bundle);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      writeFileSync(damaged, changed);
      const [report] = (await read(to, damaged)).bundles;
      expect([report?.images, report?.fault?.code]).toEqual([
        4,
        expect.stringMatching(/^COURIER_(DAMAGED|OTHER_BOX|TOO_NEW)$/),
      ]);
    }
    await from.sync.verbs['courier.receipts']({ path: join(cut, '..') });
    expect((await from.sync.verbs['ledger.list']({ remote, states: ['proven'], limit: 9, offset: 0 })).total).toBe(4);
    expect((await read(to, stick)).bundles).toEqual([expect.objectContaining({ images: 5, missing: 0, fault: null })]);
    await from.sync.verbs['courier.receipts']({ path: stick });
    expect((await from.sync.verbs['ledger.list']({ remote, states: ['proven'], limit: 9, offset: 0 })).total).toBe(5);
    expect(await imagesOf(to)).toEqual(await imagesOf(from));
  });

  it('that was lost is written again onto another one', async () => {
    const { from, to, remote } = await written(3);
    const stick = temporaryFolder();
    await from.sync.verbs['courier.write']({ remote, folder: stick, again: true });
    await from.sync.settled();
    const receipts = temporaryFolder();
    expect((await read(to, stick, receipts)).bundles).toEqual([
      expect.objectContaining({ added: 3, receipt: expect.stringMatching(/\.receipt$/) as string }),
    ]);
    expect(readdirSync(stick).filter((name) => name.endsWith('.receipt'))).toEqual([]);
    await from.sync.verbs['courier.receipts']({ path: receipts });
    expect((await from.sync.verbs['ledger.list']({ remote, states: ['proven'], limit: 9, offset: 0 })).total).toBe(3);
  });
});

describe('a receipt', () => {
  it('proves nothing when another box has made it, also under a borrowed name', async () => {
    const own = testKey();
    const peer = courierPeer(own);
    const [from, stick] = [await outboxWithImages(2), temporaryFolder()];
    const remote = await addRemote(from.sync, 'Hospital', { kind: 'courier', recipient: peer.key, path: stick });
    from.sync.start();
    const transaction = await sendAll(from, remote);
    await from.sync.settled();
    const forger = testKey();
    const items = await itemsOf(from.sync, transaction);
    const entries = items.map(({ position, image }) => ({ transaction, position, sha256: image, refused: null }));
    const me = Buffer.from(await rawKey(from)).toString('base64url');
    const forged = seal(forger, me, { kind: 'receipt' }, Buffer.from(JSON.stringify(entries)));
    const borrowed = Buffer.from(
      forged.toString('latin1').replace(forger.raw.toString('base64url'), own.raw.toString('base64url')),
      'latin1',
    );
    writeFileSync(join(stick, 'forged.receipt'), forged);
    writeFileSync(join(stick, 'borrowed.receipt'), borrowed);
    const { receipts } = await from.sync.verbs['courier.receipts']({ path: stick });
    expect(receipts).toEqual([
      expect.objectContaining({
        file: 'borrowed.receipt',
        from: null,
        fault: { code: 'COURIER_DAMAGED', details: {} },
      }),
      expect.objectContaining({ file: 'forged.receipt', from: { key: boxKeyText(forger.raw), name: null } }),
    ]);
    await from.sync.verbs['remotes.now']({ remote });
    await from.sync.settled();
    expect(await statesOf(from.sync, transaction)).toMatchObject({ arrived: 2, proven: 0 });
  });

  it('may say that an image was refused there; sent again, only a new receipt counts', async () => {
    const own = testKey();
    const peer = courierPeer(own);
    const [from, stick] = [await outboxWithImages(1), temporaryFolder()];
    const remote = await addRemote(from.sync, 'Hospital', { kind: 'courier', recipient: peer.key, path: stick });
    from.sync.start();
    const transaction = await sendAll(from, remote);
    await from.sync.settled();
    const [image] = await imagesOf(from);
    const me = Buffer.from(await rawKey(from)).toString('base64url');
    const entries = [{ transaction, position: 1, sha256: image, refused: 'NOT_DICOM' }];
    const refusal = seal(own, me, { kind: 'receipt' }, Buffer.from(JSON.stringify(entries)));
    writeFileSync(join(stick, 'no.receipt'), refusal);
    await from.sync.verbs['courier.receipts']({ path: stick });
    const [refused] = await itemsOf(from.sync, transaction);
    expect([refused?.state, refused?.fault]).toEqual([
      'refused',
      { code: 'COURIER_REFUSED_THERE', details: { why: 'NOT_DICOM' } },
    ]);
    await from.sync.verbs['outbox.retry']({ transaction });
    await from.sync.settled();
    expect(await statesOf(from.sync, transaction)).toMatchObject({ arrived: 1 });
    peer.read(stick);
    await from.sync.verbs['courier.receipts']({ path: stick });
    expect(await statesOf(from.sync, transaction)).toMatchObject({ proven: 1 });
  });
});

describe('the courier', () => {
  it('says what is wrong with a key, a stick or a folder', async () => {
    const box = await outboxWithImages(1);
    const { verbs } = box.sync;
    const own = await keyOf(box);
    const other = boxKeyText(newBoxKeyPair().publicKey);
    const settings = (recipient: string, path = '') => ({ kind: 'courier' as const, recipient, path });
    expect(await codeOf(addRemote(box.sync, 'Typo', settings(`${other.slice(0, -1)}*`)))).toBe('COURIER_KEY');
    const nowhere = join(temporaryFolder(), 'nowhere');
    const remote = await addRemote(box.sync, 'Other', settings(other));
    expect(await codeOf(verbs['courier.write']({ remote, folder: nowhere, again: false }))).toBe('COURIER_NO_STICK');
    expect(await codeOf(verbs['courier.read']({ path: nowhere }))).toBe('COURIER_NO_STICK');
    expect(await codeOf(verbs['courier.receipts']({ path: temporaryFolder() }))).toBe('COURIER_NOTHING');
    const folder = await addRemote(box.sync, 'Share', { kind: 'folder', path: nowhere });
    expect(await codeOf(verbs['courier.write']({ remote: folder, again: false }))).toBe('REMOTE_CANNOT');
    const job = JobId.parse('00000000-0000-4000-8000-000000000000');
    expect(await codeOf(verbs['courier.reading']({ job }))).toBe('NOT_FOUND');
    const fault = async (of: ReturnType<typeof settings>) =>
      (await verbs['remotes.test']({ settings: of, secrets: {} })).steps.find(({ outcome }) => outcome === 'failed')
        ?.fault?.code;
    expect(await fault(settings(own, temporaryFolder()))).toBe('COURIER_OWN_KEY');
    expect(await fault(settings(other, nowhere))).toBe('COURIER_NO_STICK');
    expect(await fault(settings(other))).toBeUndefined();
    const bad = join(temporaryFolder(), 'bad.courier');
    for (const [bytes, code] of [
      ['FBXLTR99 from the future', 'COURIER_TOO_NEW'],
      ['no letter at all', 'COURIER_DAMAGED'],
      ['', 'COURIER_CUT'],
    ] as const) {
      writeFileSync(bad, bytes);
      expect((await read(box, bad)).bundles[0]?.fault?.code).toBe(code);
    }
  });

  it('keeps its key', async () => {
    const box = await outboxWithImages(0);
    const secrets = new MemorySecrets();
    const key = await keyOf(syncForTest(box.engine, secrets));
    expect(await keyOf(syncForTest(box.engine, secrets))).toBe(key);
    expect(await keyOf(syncForTest(box.engine))).not.toBe(key);
  });

  it('goes on in another file when a bundle has grown large, and behind the last whole letter after a crash', async () => {
    const [own, to] = [newBoxKeyPair(), newBoxKeyPair()];
    const folder = join(temporaryFolder(), 'stick');
    mkdirSync(folder);
    const content = (position: number) => ({
      kind: 'image' as const,
      transaction: TransactionKey.parse('00000000-0000-4000-8000-000000000001'),
      position,
      total: 9,
      bytes: 600,
      sha256: 'a'.repeat(64),
    });
    const append = async (...positions: readonly number[]): Promise<void> => {
      const writer = await BundleWriter.open(folder, 7, own, { key: to.publicKey, name: 'Other' }, 1500);
      for (const position of positions) await writer.append(content(position), bytesOf(600));
      await writer.close();
    };
    await append(1, 2, 3);
    const [first = '', second = ''] = readdirSync(folder).sort((a, b) => a.length - b.length);
    expect(second).toBe(first.replace('.courier', '-2.courier'));
    const whole = readFileSync(join(folder, second));
    truncateSync(join(folder, second), whole.length - 5);
    await append(3);
    expect(readFileSync(join(folder, second))).toHaveLength(whole.length);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

async function* bytesOf(count: number): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array(count));
}

async function rawKey(box: OutboxForTest): Promise<Uint8Array> {
  return parseBoxKey(await keyOf(box)) ?? new Uint8Array();
}
