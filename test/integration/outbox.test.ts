import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ItemState } from '../../shared/contract/sync';
import { ExportSelection } from '../../shared/contract/release';
import { temporaryFolder } from '../fixtures/archive';
import { addRemote, freely, itemsOf, outboxWithImages, sendAll, statesOf } from '../fixtures/outbox';

const WAIT = { timeout: 20_000, interval: 50 };

describe('the outbox', () => {
  it('rests outside of the hours of a destination while nothing waits for it', async () => {
    const outbox = await outboxWithImages(1);
    const now = new Date();
    const time = (hours: number): string => `${String((now.getHours() + hours) % 24).padStart(2, '0')}:00`;
    const policy = { ...freely, hours: { from: time(3), to: time(4) } };
    const remote = await addRemote(outbox.sync, 'Share', { kind: 'folder', path: temporaryFolder() }, {}, policy);
    const set = vi.spyOn(globalThis, 'setTimeout');
    const wakings = (): number => set.mock.calls.filter(([, ms = 0]) => ms > 60_000).length;
    try {
      outbox.sync.start();
      await outbox.sync.settled();
      expect(wakings()).toBe(0);
      await sendAll(outbox, remote);
      await outbox.sync.settled();
      expect(wakings()).toBeGreaterThan(0);
    } finally {
      set.mockRestore();
    }
  });

  it('lists what was asked for, takes it back, and puts it in the queue again', async () => {
    const outbox = await outboxWithImages(6);
    const path = join(temporaryFolder(), 'share');
    const remote = await addRemote(outbox.sync, 'Share', { kind: 'folder', path });
    const transaction = await sendAll(outbox, remote);
    const { verbs } = outbox.sync;
    const { total, rows } = await verbs['outbox.transactions']({ openOnly: true, limit: 10, offset: 0 });
    expect([total, rows[0]]).toEqual([1, expect.objectContaining({ transaction, total: 6, remoteName: 'Share' })]);
    expect(await verbs['outbox.transaction']({ transaction })).toMatchObject({ transaction, total: 6 });
    const inState = async (...states: ItemState[]) =>
      (await verbs['outbox.transactions']({ openOnly: false, states, limit: 10, offset: 0 })).total;
    expect([await inState('sending', 'waiting'), await inState('refused', 'parked')]).toEqual([1, 0]);
    await verbs['outbox.cancel']({ transaction });
    expect(await statesOf(outbox.sync, transaction)).toMatchObject({ cancelled: 6 });
    expect(await verbs['outbox.retry']({ transaction })).toEqual({ items: 6 });
    mkdirSync(path);
    outbox.sync.start();
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 6 });
    const page = await verbs['outbox.items']({ transaction, states: ['proven'], limit: 2, offset: 4 });
    expect([page.total, page.rows.map(({ position }) => position)]).toEqual([6, [5, 6]]);
    const [first] = await itemsOf(outbox.sync, transaction);
    if (!first) throw new Error('Nothing was sent.');
    expect(await verbs['ledger.image']({ image: first.image })).toMatchObject({ proofs: 1 });
    expect((await verbs['ledger.csv']({ states: [] })).csv.split('\r\n')).toHaveLength(8);
    expect((await verbs['remotes.list']({})).rows).toMatchObject([{ queries: false, retrieves: false }]);
    expect(
      await verbs['outbox.preview']({
        selection: ExportSelection.parse({ images: [first.image] }),
        remote,
        anonymise: null,
      }),
    ).toMatchObject({ images: 1, alreadyThere: 1, notAsked: 1, leftOut: [] });
    expect(await verbs['outbox.summary']({})).toMatchObject({ waiting: 0, refused: 0, parked: 0 });
  });

  it('holds back while a destination is paused, and lets none go that something still waits for', async () => {
    const outbox = await outboxWithImages(2);
    const path = temporaryFolder();
    const settings = { kind: 'folder', path } as const;
    const remote = await addRemote(outbox.sync, 'Share', settings, {}, { ...freely, paused: true });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await outbox.sync.settled();
    expect(await statesOf(outbox.sync, transaction)).toMatchObject({ waiting: 2 });
    const { verbs } = outbox.sync;
    await expect(verbs['remotes.remove']({ remote })).rejects.toMatchObject({ code: 'REMOTE_BUSY' });
    await verbs['remotes.save']({ remote, name: 'Share', settings, policy: freely, secrets: {} });
    await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ proven: 2 });
    await verbs['remotes.remove']({ remote });
    expect((await verbs['remotes.list']({})).rows).toEqual([]);
    const { rows } = await outbox.engine.verbs['import.sessions']({ text: '', offset: 0, limit: 1 });
    const [session] = rows;
    if (!session) throw new Error('There was no import.');
    expect(await outbox.engine.verbs['import.session']({ session: session.session })).toMatchObject({ added: 2 });
  });
});
