import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { HttpClient } from '../../../main/sync/http/client';
import { Storing } from '../../../main/sync/remotes/orthanc/storing';
import type { Outgoing } from '../../../main/sync/remotes/remote';
import type { RemoteSettings } from '../../../shared/model/remotes/settings';
import { instanceBytes, sha256Of, uidOf } from '../../fixtures/instances';
import { Orthanc } from '../../fixtures/orthanc';
import { addRemote, itemsOf, outboxWithImages, sendAll, statesOf } from '../../fixtures/outbox';
import { sendHooks } from '../../fixtures/send-hooks';
import { describeRemote } from './contract';
import { openAccess, orthancDimseKind, orthancRestKind, orthancWebKind, restSettings, webSettings } from './kinds';

for (const kind of [orthancRestKind, orthancWebKind, orthancDimseKind]) describeRemote(kind);

describe('Orthanc', () => {
  it('is logged in to with name and password, and a wrong password is said to be wrong', async () => {
    const orthanc = await Orthanc.start({ users: { alice: 'secret' } });
    const outbox = await outboxWithImages(2);
    const authentication = { scheme: 'basic', username: 'alice' } as const;
    const settings: RemoteSettings = { kind: 'orthanc', access: { ...openAccess, url: orthanc.url, authentication } };
    const wrong = await outbox.sync.verbs['remotes.test']({ settings, secrets: { password: 'guess' } });
    expect(wrong.steps).toContainEqual(
      expect.objectContaining({
        step: 'login',
        outcome: 'failed',
        fault: { code: 'REMOTE_LOGIN', details: { status: 401 } },
      }),
    );
    const remote = await addRemote(outbox.sync, 'far', settings, { password: 'secret' });
    outbox.sync.start();
    const transaction = await sendAll(outbox, remote);
    await expect.poll(() => statesOf(outbox.sync, transaction), { timeout: 20_000 }).toMatchObject({ proven: 2 });
  });

  it.each([
    ['REST', restSettings],
    ['DICOMweb', webSettings],
  ] as const)(
    'that holds another image under the same number is found out by %s, and a person is asked',
    async (_, settings) => {
      const orthanc = await Orthanc.start();
      const other = instanceBytes({ seed: 0, PatientID: 'P0', side: 32, StudyDate: '19990101' });
      await fetch(`${orthanc.url}/instances`, { method: 'POST', body: Buffer.from(other) });
      const outbox = await outboxWithImages(3);
      const remote = await addRemote(outbox.sync, 'far', settings(orthanc.port));
      outbox.sync.start();
      const transaction = await sendAll(outbox, remote);
      await expect
        .poll(() => statesOf(outbox.sync, transaction), { timeout: 20_000 })
        .toMatchObject({ parked: 1, proven: 2 });
      const parked = (await itemsOf(outbox.sync, transaction)).find(({ state }) => state === 'parked');
      expect(parked?.fault?.code).toBe('REMOTE_CONFLICT');
    },
  );

  it.each([
    ['REST', restSettings],
    ['DICOMweb', webSettings],
  ] as const)('answers questions and gives images back by %s', async (_, settings) => {
    const orthanc = await Orthanc.start();
    const full = await outboxWithImages(4);
    const there = await addRemote(full.sync, 'far', settings(orthanc.port));
    full.sync.start();
    const transaction = await sendAll(full, there);
    await expect.poll(() => statesOf(full.sync, transaction), { timeout: 20_000 }).toMatchObject({ proven: 4 });

    const empty = await outboxWithImages(0);
    const remote = await addRemote(empty.sync, 'far', settings(orthanc.port));
    const ask = (level: 'study' | 'series' | 'image', keyword: string, value: string) =>
      empty.sync.verbs['pacs.query']({ remote, level, match: [{ keyword, value }], limit: 10 });
    const { rows } = await ask('study', 'PatientName', 'name*');
    expect(rows).toHaveLength(1);
    const StudyInstanceUID = rows[0]?.['StudyInstanceUID'] ?? '';
    expect((await ask('image', 'StudyInstanceUID', StudyInstanceUID)).rows).toHaveLength(4);
    const { job } = await empty.sync.verbs['pacs.retrieve']({ remote, StudyInstanceUID });
    const { jobs } = empty.engine.context;
    expect(await jobs.settled(job)).toMatchObject({ state: 'done', added: 4 });
  });
});

describe('a real Orthanc that is sent small images together', () => {
  const { signal } = new AbortController();
  const hooks = sendHooks({ signal });

  /** An image that waits, of which the bytes may be others than its facts say. */
  function waiting(seed: number, bytes = Buffer.from(instanceBytes({ seed }))): Outgoing {
    const study = uidOf('study P1');
    const item: Pick<Outgoing, 'bytes' | 'held' | 'open' | 'facts' | 'sha256'> = {
      bytes: bytes.length,
      held: bytes,
      sha256: sha256Of(bytes),
      open: () => Readable.from([bytes]),
      // Only these of the facts are used on the way.
      facts: {
        PatientID: 'P1',
        StudyInstanceUID: study,
        SeriesInstanceUID: uidOf(`series ${study}`),
        SOPInstanceUID: uidOf(`instance ${String(seed)}`),
      } as Outgoing['facts'],
    };
    return item as Outgoing;
  }

  it('names each it has taken or had, so that only what it cannot read goes again and is refused', async () => {
    const orthanc = await Orthanc.start();
    const client = new HttpClient({ certificate: null, headers: {} });
    const types: (string | undefined)[] = [];
    const storing = new Storing({
      ask: (request) => {
        types.push(request.headers?.['content-type']);
        return client.ask({ ...request, url: `${orthanc.url}${request.path}` });
      },
    });
    const store = (items: readonly Outgoing[]) => Promise.all(items.map((item) => storing.store(item, hooks)));
    const arrived = { kind: 'arrived', proof: null };
    const sound = Buffer.from(instanceBytes({ seed: 4 }));
    const broken = [waiting(3, Buffer.from('this is no image')), waiting(4, sound.subarray(0, 200))];

    expect(await store([waiting(1)])).toEqual([arrived]);
    const outcomes = await store([waiting(0), waiting(1), ...broken, waiting(2)]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['arrived', 'arrived', 'refused', 'refused', 'arrived']);
    expect(types).toEqual(['application/dicom', 'application/zip', 'application/dicom', 'application/dicom']);
    expect(await store([waiting(4, sound), waiting(5)])).toEqual([arrived, arrived]);
    expect(types.at(-1)).toBe('application/zip');
    const wanted = [0, 1, 2, 4, 5].map((seed) => sha256Of(instanceBytes({ seed })));
    expect([...(await orthanc.held())].sort()).toEqual(wanted.sort());
    client.close();
  });
});
