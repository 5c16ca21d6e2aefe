import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataSetStart } from '../../../main/sync/remotes/dimse/file-parts';
import type { WebAccess } from '../../../shared/model/remotes/access';
import type { RemoteSettings } from '../../../shared/model/remotes/settings';
import { allImages } from '../../fixtures/archive';
import { instanceBytes, sha256Of } from '../../fixtures/instances';
import { Orthanc } from '../../fixtures/orthanc';
import { addRemote, itemsOf, type OutboxForTest, outboxWithImages, sendAll, statesOf } from '../../fixtures/outbox';
import { describeRemote } from './contract';

const open: Omit<WebAccess, 'url'> = { authentication: { scheme: 'none' }, headers: [], certificate: null };
const rest = (url: string): RemoteSettings => ({ kind: 'orthanc', access: { url, ...open } });
const web = (url: string): RemoteSettings => ({
  kind: 'dicomweb',
  access: { url: `${url}/dicom-web`, ...open },
  stow: '',
  qido: '',
  wado: '',
  readBack: true,
});

const dimse = (port: number): RemoteSettings => ({
  kind: 'dimse',
  host: '127.0.0.1',
  port,
  calledAETitle: 'PEER',
  callingAETitle: 'FIELDBOX',
  tls: false,
  certificate: null,
  commitment: false,
  mayTranscode: false,
});

/** SHA-256 of what stands behind the group 0002 of files. */
function dataSetHashes(files: readonly Buffer[]): readonly string[] {
  return files.map((file) => sha256Of(file.subarray(dataSetStart(file))));
}

async function filesOf(engine: OutboxForTest['engine']): Promise<readonly Buffer[]> {
  return (await allImages(engine)).map(({ image }) => readFileSync(engine.context.objects.path(image)));
}

for (const [name, settings, proofs] of [
  ['Orthanc by REST', rest, ['hash']],
  ['Orthanc by DICOMweb', web, ['hash', 'query']],
] as const) {
  describeRemote({
    name,
    proofs,
    start: async () => {
      const orthanc = await Orthanc.start();
      return {
        settings: settings(orthanc.url),
        held: () => orthanc.held(),
        leave: () => orthanc.close('SIGKILL'),
        comeBack: () => orthanc.open(),
      };
    },
  });
}

describeRemote({
  name: 'Orthanc by DIMSE',
  proofs: ['query'],
  // The group 0002 of what it holds is its own: what is compared is the data set behind it.
  expected: async ({ engine }) => dataSetHashes(await filesOf(engine)),
  start: async () => {
    const orthanc = await Orthanc.start({ settings: { DicomAlwaysAllowFind: true, DicomAlwaysAllowGet: true } });
    return {
      settings: dimse(orthanc.dicomPort),
      held: async () => dataSetHashes(await orthanc.files()),
      leave: () => orthanc.close('SIGKILL'),
      comeBack: () => orthanc.open(),
    };
  },
});

describe('Orthanc', () => {
  it('is logged in to with name and password, and a wrong password is said to be wrong', async () => {
    const orthanc = await Orthanc.start({ users: { alice: 'secret' } });
    const outbox = await outboxWithImages(2);
    const access: WebAccess = { url: orthanc.url, ...open, authentication: { scheme: 'basic', username: 'alice' } };
    const settings: RemoteSettings = { kind: 'orthanc', access };
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
    ['REST', rest],
    ['DICOMweb', web],
  ] as const)(
    'that holds another image under the same number is found out by %s, and a person is asked',
    async (_, settings) => {
      const orthanc = await Orthanc.start();
      const other = instanceBytes({ seed: 0, PatientID: 'P0', side: 32, StudyDate: '19990101' });
      await fetch(`${orthanc.url}/instances`, { method: 'POST', body: Buffer.from(other) });
      const outbox = await outboxWithImages(3);
      const remote = await addRemote(outbox.sync, 'far', settings(orthanc.url));
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
    ['REST', rest],
    ['DICOMweb', web],
  ] as const)('answers questions and gives images back by %s', async (_, settings) => {
    const orthanc = await Orthanc.start();
    const full = await outboxWithImages(4);
    const there = await addRemote(full.sync, 'far', settings(orthanc.url));
    full.sync.start();
    const transaction = await sendAll(full, there);
    await expect.poll(() => statesOf(full.sync, transaction), { timeout: 20_000 }).toMatchObject({ proven: 4 });

    const empty = await outboxWithImages(0);
    const remote = await addRemote(empty.sync, 'far', settings(orthanc.url));
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
