import { expect, it, onTestFinished } from 'vitest';
import { DataSetBuilder } from '../../../main/dicom/writer';
import { DicomServer } from '../../../main/network/scp';
import { Status } from '../../../main/network/status';
import { addRemote, itemsOf, outboxWithImages, sendAll, statesOf } from '../../fixtures/outbox';
import { dimseSettings } from '../remotes/kinds';
import { HASTE } from './rude';

it('a peer that says Success and loses every image once is found out by C-FIND, and gets it again', async () => {
  const seen = new Set<string>();
  const kept = new Set<string>();
  const faults: unknown[] = [];
  const server = await DicomServer.listen(
    { port: 0, host: '127.0.0.1', tls: null },
    {
      admit: () => null,
      reported: () => Promise.resolve(Status.ProcessingFailure),
      storageSyntaxes: (_, proposed) => proposed,
      store: async ({ SOPInstanceUID, data }) => {
        for await (const _ of data) continue;
        (seen.has(SOPInstanceUID) ? kept : seen).add(SOPInstanceUID);
        return Status.Success;
      },
      find: async function* () {
        for (const uid of kept) yield await Promise.resolve(new DataSetBuilder().set('SOPInstanceUID', uid));
        return Status.Success;
      },
      select: () => Promise.resolve({ found: [], withheld: [] }),
      destination: () => Promise.resolve(null),
      commit: (instances) => Promise.resolve(instances.map(({ SOPInstanceUID }) => kept.has(SOPInstanceUID))),
      untold: () => Promise.resolve(),
      onFault: (error) => faults.push(error),
    },
  );
  onTestFinished(() => server.close());
  const outbox = await outboxWithImages(3, HASTE);
  const remote = await addRemote(outbox.sync, 'far', dimseSettings(server.port));
  outbox.sync.start();
  const transaction = await sendAll(outbox, remote);
  const wait = { timeout: 60_000, interval: 20 };
  await expect.poll(() => statesOf(outbox.sync, transaction), wait).toMatchObject({ proven: 3 });
  expect(kept).toEqual(new Set((await itemsOf(outbox.sync, transaction)).map(({ SOPInstanceUID }) => SOPInstanceUID)));
  expect([...faults, ...outbox.faults]).toEqual([]);
});
