import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../fixtures/command-line';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';

const STUDY = uidOf('study of P-7');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldbox-test-'));
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** Runs commands on one archive. */
function laptop(name: string) {
  const run = (...args: readonly string[]) => runCommand(...args, '--archive', join(folder, name));
  const json = async (...args: readonly string[]): Promise<unknown> => {
    const result = await run(...args, '--json');
    expect([args.join(' '), result.code, result.stderr]).toEqual([args.join(' '), 0, result.stderr]);
    return result.json();
  };
  return { run, json };
}

const KINDS = [
  ['orthanc', (orthanc: Orthanc) => ['--url', orthanc.url]],
  ['dicomweb', (orthanc: Orthanc) => ['--url', `${orthanc.url}/dicom-web`]],
  ['dimse', (orthanc: Orthanc) => ['--host', '127.0.0.1', '--port', String(orthanc.dicomPort), '--called', 'PEER']],
] as const;

describe('the command line', () => {
  it.each(KINDS)('sends to Orthanc by %s, asks what is there, and pulls it into another archive', async (kind, at) => {
    // C-MOVE and C-GET are for known peers only there, unless it is told otherwise.
    const orthanc = await Orthanc.start({ settings: { DicomAlwaysAllowGet: true, DicomAlwaysAllowFind: true } });
    const [here, there] = [laptop(`${kind}-a`), laptop(`${kind}-b`)];
    const files = [1, 2].map((seed) => {
      const path = join(folder, `${kind}-${String(seed)}.dcm`);
      writeFileSync(path, instanceBytes({ seed, PatientID: 'P-7', study: STUDY }));
      return path;
    });
    await here.json('import', ...files);
    const own = join(folder, `${kind}-own.dcm`);
    writeFileSync(own, instanceBytes({ seed: 3, PatientID: 'Q-1' }));
    await there.json('import', own);
    for (const each of [here, there]) await each.json('remote', 'add', 'hospital', kind, ...at(orthanc));
    expect(await here.json('send', '--to', 'hospital', '--study', STUDY)).toMatchObject({ counts: { proven: 2 } });
    expect(await here.json('ledger', '--to', 'hospital', '--state', 'proven')).toMatchObject({ total: 2 });

    const ask = ['query', '--from', 'hospital', '--match', 'PatientID=P-*'];
    expect(await there.json(...ask, '--level', 'study')).toMatchObject({
      rows: [{ PatientID: 'P-7', StudyInstanceUID: STUDY }],
      more: false,
    });
    expect(await there.json(...ask, '--level', 'patient')).toMatchObject({ rows: [{ PatientID: 'P-7' }], more: false });
    const nobody = ['query', '--from', 'hospital', '--level', 'patient', '--match', 'PatientID=NOBODY'];
    expect(await there.json(...nobody)).toEqual({ rows: [], more: false });
    expect((await there.run(...ask, '--level', 'study')).stdout).toMatch(/^1 found\n[^]*P-7[^]*\n$/);

    for (const nothing of ['', '*', '2.25.*', `${STUDY}\\1.2`])
      expect((await there.run('pull', '--from', 'hospital', '--study', nothing)).code).toBe(2);
    expect(await there.json('find')).toMatchObject({ total: 1 });
    const pull = ['pull', '--from', 'hospital', '--study', STUDY];
    expect(await there.json(...pull)).toEqual({ added: 2, alreadyStored: 0, rejected: 0 });
    expect(await there.json(...pull)).toEqual({ added: 0, alreadyStored: 2, rejected: 0 });
    expect(await there.json('verify', '--deep')).toMatchObject({ objects: 3, missing: 0, corrupt: 0 });
  });

  it('sends anonymous copies when told to, and nothing that was not named', async () => {
    const orthanc = await Orthanc.start();
    const { run, json } = laptop('anonymous');
    const path = join(folder, 'anonymous.dcm');
    writeFileSync(path, instanceBytes({ seed: 5, PatientID: 'P-8', PatientName: 'SECRET^NAME' }));
    await json('import', path);
    await json('remote', 'add', 'hospital', 'orthanc', '--url', orthanc.url);
    const send = ['send', '--to', 'hospital'];
    expect((await run(...send)).stderr).toContain('Say what to send');
    expect((await run(...send, '--patient', 'P-8', '--profile', 'uids')).stderr).toContain('--anonymize');
    expect((await run(...send, '--patient', 'P-8', '--priority', '11')).stderr).toContain('--priority');
    const sent = await json(...send, '--patient', 'P-8', '--anonymize', '--profile', 'uids', '--priority', '3');
    expect(sent).toMatchObject({ counts: { proven: 1 } });
    expect(await json('outbox', 'list')).toMatchObject({ rows: [{ priority: 3, anonymise: { profile: {} } }] });
    const there = await json('query', '--from', 'hospital', '--level', 'patient');
    expect(there).toMatchObject({ rows: [expect.any(Object)] });
    expect(JSON.stringify(there)).not.toMatch(/SECRET|P-8/);
  });

  it('says what a question at a destination needs', async () => {
    const { run } = laptop('wrong');
    expect((await run('query', '--from', 'nowhere', '--level', 'study')).code).toBe(2);
    expect((await run('query', '--from', 'nowhere', '--level', 'flatSeries')).stderr).toContain('--level');
    expect((await run('query', '--match', 'PatientID=1')).stderr).toContain('--from');
    expect((await run('query', '--from', 'x', '--level', 'study', '--match', 'nonsense')).stderr).toContain(
      'KEYWORD=VALUE',
    );
  });
});
