import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scpOff } from '../../shared/model/scp';
import { openForTest } from '../fixtures/archive';
import { CommitmentPeer } from '../fixtures/commitment-peer';
import { freePort } from '../fixtures/free-port';
import { Orthanc } from '../fixtures/orthanc';
import {
  addRemote,
  itemsOf,
  type OutboxForTest,
  outboxWithImages,
  sendAll,
  statesOf,
  syncForTest,
} from '../fixtures/outbox';
import { dimseSettings } from './remotes/kinds';
import { HASTE } from './rude/rude';

const LONG = 180_000;
const WAIT = { timeout: 120_000, interval: 100 };

/** Lets machines in on a port of its own; gives it. */
async function listening({ sync }: OutboxForTest): Promise<number> {
  const port = await freePort();
  await sync.verbs['scp.set']({ ...scpOff, enabled: true, host: '127.0.0.1', port });
  await sync.listen();
  return port;
}

function committing(port: number) {
  const settings = dimseSettings(port);
  if (settings.kind !== 'dimse') throw new Error('DIMSE is wanted.');
  return { ...settings, commitment: true };
}

/** The same archive opened by another run of the program. */
async function reopened(outbox: OutboxForTest & { readonly folder: string }): Promise<OutboxForTest> {
  await outbox.sync.close();
  await outbox.engine.close();
  return syncForTest(await openForTest(join(outbox.folder, 'archive')), undefined, HASTE);
}

describe('a report of storage commitment over an association of its own', () => {
  it(
    'proves what was sent before the program was started again, and sends again what the peer has lost',
    async () => {
      const peer = await CommitmentPeer.start();
      const before = await outboxWithImages(3, HASTE);
      const port = await listening(before);
      const remote = await addRemote(before.sync, 'far', committing(peer.port));
      const transaction = await sendAll(before, remote);
      before.sync.start();
      await expect.poll(() => peer.asked.length, WAIT).toBeGreaterThan(0);
      expect(await statesOf(before.sync, transaction)).toMatchObject({ arrived: 3 });

      const after = await reopened(before);
      await after.sync.listen();
      after.sync.start();
      const lost = (await itemsOf(after.sync, transaction))[1]?.SOPInstanceUID ?? '';
      await expect
        .poll(async () => {
          // What it says is lost the first time it has when it was sent again.
          await peer.report(port, new Set((peer.stored.get(lost) ?? 0) < 2 ? [lost] : []));
          return statesOf(after.sync, transaction);
        }, WAIT)
        .toMatchObject({ proven: 3 });
      const items = await itemsOf(after.sync, transaction);
      expect(new Set(items.map(({ proof }) => proof?.kind))).toEqual(new Set(['commitment']));
      expect(items.map(({ SOPInstanceUID }) => peer.stored.get(SOPInstanceUID ?? ''))).toEqual([1, 2, 1]);
      expect([...before.faults, ...after.faults]).toEqual([]);
    },
    LONG,
  );

  it(
    'counts only from the destination that was asked, and opens nothing else to it',
    async () => {
      const peer = await CommitmentPeer.start();
      const outbox = await outboxWithImages(1, HASTE);
      const port = await listening(outbox);
      const remote = await addRemote(outbox.sync, 'far', committing(peer.port));
      await addRemote(outbox.sync, 'other', { ...committing(peer.port), calledAETitle: 'OTHER' });
      const transaction = await sendAll(outbox, remote);
      outbox.sync.start();
      await expect.poll(() => peer.asked.length, WAIT).toBeGreaterThan(0);
      await expect(peer.report(port, new Set(), 'STRANGER')).rejects.toThrow();
      const statuses = await peer.report(port, new Set(), 'OTHER');
      expect(new Set(statuses)).toEqual(new Set([0x0115]));
      expect(await statesOf(outbox.sync, transaction)).toMatchObject({ arrived: 1 });
      await expect
        .poll(async () => {
          await peer.report(port);
          return statesOf(outbox.sync, transaction);
        }, WAIT)
        .toMatchObject({ proven: 1 });
    },
    LONG,
  );

  it(
    'comes from Orthanc: what it has is proven, and what was deleted there is sent again',
    async () => {
      const orthanc = await Orthanc.start({ settings: { DicomModalities: {} } });
      const before = await outboxWithImages(4, HASTE);
      const port = await listening(before);
      const remote = await addRemote(before.sync, 'far', committing(orthanc.dicomPort));
      const transaction = await sendAll(before, remote);
      before.sync.start();
      // It takes images of everybody, and answers only those it knows.
      await expect.poll(() => statesOf(before.sync, transaction), WAIT).toMatchObject({ arrived: 4 });

      const after = await reopened(before);
      const [instance] = (await (await orthanc.ask('/instances')).json()) as string[];
      await orthanc.ask(`/instances/${instance ?? ''}`, { method: 'DELETE' });
      await orthanc.ask('/modalities/fieldbox', {
        method: 'PUT',
        body: JSON.stringify({ AET: 'FIELDBOX', Host: '127.0.0.1', Port: port }),
      });
      await after.sync.listen();
      after.sync.start();
      await expect.poll(() => statesOf(after.sync, transaction), WAIT).toMatchObject({ proven: 4 });
      const items = await itemsOf(after.sync, transaction);
      expect(new Set(items.map(({ proof }) => proof?.kind))).toEqual(new Set(['commitment']));
      expect(await orthanc.held()).toHaveLength(4);
    },
    LONG,
  );
});
