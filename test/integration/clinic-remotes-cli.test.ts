import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ArchiveV1Server } from '../fixtures/archive-v1-server';
import { AttachmentsServer } from '../fixtures/attachments-server';
import { runCommand } from '../fixtures/command-line';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { TschartsServer } from '../fixtures/tscharts-server';

const SERIES = uidOf('series');
let folder: string;
let archive: string;
const run = (...args: readonly string[]): ReturnType<typeof runCommand> => runCommand(...args, '--archive', archive);
const json = async (code: number, ...args: readonly string[]): Promise<Record<string, unknown>> => {
  const result = await run(...args, '--json');
  expect([args.join(' '), result.code]).toEqual([args.join(' '), code]);
  return result.json() as Record<string, unknown>;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldbox-test-'));
  archive = join(folder, 'archive');
  writeFileSync(join(folder, 'a.dcm'), instanceBytes({ seed: 1, PatientID: 'N-1', series: SERIES }));
  expect((await run('import', join(folder, 'a.dcm'))).code).toBe(0);
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

afterEach(() => {
  delete process.env['FIELDBOX_REMOTE_PASSWORD'];
  delete process.env['FIELDBOX_REMOTE_TOKEN'];
});

describe('the command line', () => {
  it('sends to tscharts after saying who the patient is, reads clinics in, and takes an image back', async () => {
    const server = await TschartsServer.start();
    server.patients.set(501, { id: 501, paternal_last: 'Name', first: 'N', dob: '01/02/1980', gender: 'Female' });
    server.clinics.push({ id: 9, location: 'San Quintín', start: '03/01/2026', end: '03/03/2026' });
    process.env['FIELDBOX_REMOTE_PASSWORD'] = server.password;
    const add = ['remote', 'add', 'charts', 'tscharts', '--url', server.url, '--login', 'me', '--others-as', 'Surgery'];
    expect(await json(0, ...add)).toMatchObject({ proofs: ['hash'], abilities: { matches: true } });
    expect(
      (await run('remote', 'add', 'x', 'tscharts', '--url', server.url, '--login', 'me', '--others-as', 'Face')).code,
    ).toBe(2);
    expect(await json(0, 'remote', 'test', 'charts')).toMatchObject({ proofs: ['hash'] });
    expect(await json(1, 'send', '--to', 'charts', '--patient', 'N-1')).toMatchObject({ counts: { parked: 1 } });
    expect(await json(1, 'match', 'list')).toMatchObject({
      total: 1,
      rows: [{ PatientID: 'N-1', candidates: [{ id: '501' }] }],
    });
    expect((await run('match', 'list')).stdout).toContain('501 Name, N 19800102 F');
    expect(await json(0, 'match', 'find', 'N-1', '--to', 'charts', '--text', 'name')).toMatchObject({
      candidates: [{ id: '501' }],
    });
    expect((await run('match', 'decide', 'N-1', '--to', 'charts')).code).toBe(2);
    expect(await json(0, 'match', 'decide', 'N-1', '--to', 'charts', '--as', '501')).toEqual({ items: 1 });
    expect(await json(0, 'match', 'list', '--decided')).toMatchObject({
      rows: [{ decision: { remotePatient: '501' } }],
    });
    expect(await json(0, 'outbox', 'run')).toMatchObject({ rows: [{ counts: { proven: 1 } }] });
    expect(await json(0, 'remote', 'files', 'charts', '--patient', 'N-1')).toMatchObject({
      rows: [{ type: 'Surgery' }],
    });
    expect(await json(0, 'pull', 'clinics', '--from', 'charts')).toEqual({ added: 1, alreadyStored: 0, rejected: 0 });
    expect((await run('pull', '--from', 'charts')).code).toBe(2);
    const uid = uidOf('instance 1');
    expect((await run('remote', 'withdraw', 'charts', uid)).code).toBe(2);
    expect(await json(0, 'remote', 'withdraw', 'charts', uid, '--reason', 'wrong')).toEqual({ withdrawn: true });
    expect(server.images.size).toBe(0);
  });

  it('sends to an archive of API v1, and fetches results, reports and the DICOM back', async () => {
    const server = await ArchiveV1Server.start();
    process.env['FIELDBOX_REMOTE_PASSWORD'] = server.login.password;
    const place = ['--project', 'north', '--remote-archive', 'van-3', '--result', 'cad4tb:CAD4TB 6:60'];
    const add = ['remote', 'add', 'cad', 'archive-v1', '--url', server.url, '--login', server.login.username, ...place];
    expect(await json(0, ...add)).toMatchObject({
      settings: { results: [{ type: 'cad4tb', name: 'CAD4TB 6', threshold: 60 }] },
    });
    expect(await json(0, 'send', '--to', 'cad', '--patient', 'N-1')).toMatchObject({ counts: { proven: 1 } });
    server.results.set(`${SERIES} cad4tb CAD4TB 6`, { algorithm: 'CAD4TB', value: 71.42 });
    server.addEntry(SERIES, 'TB reading', { note: 'clear' }, 'reader@tb.example');
    expect(await json(0, 'pull', 'results', '--from', 'cad')).toMatchObject({ added: 1 });
    expect(await json(0, 'pull', 'forms', '--from', 'cad', '--patient', 'N-1')).toMatchObject({ added: 1 });
    expect(await json(0, 'result', 'list', '--name', 'CAD4TB 6')).toMatchObject({
      rows: [{ version: '6', threshold: 60, value: { number: 71.42 } }],
    });
    const study = uidOf('study N-1');
    expect(await json(0, 'pull', '--from', 'cad', '--study', study, '--patient', 'N-1')).toMatchObject({
      added: 0,
      alreadyStored: 1,
    });
    const nothing = await run('remote', 'report', 'cad', '00000000-0000-4000-8000-000000000000', '--json');
    expect([nothing.code, nothing.json()]).toMatchObject([2, { error: { code: 'NOT_FOUND' } }]);
  });

  it('sends to patient attachments', async () => {
    const server = await AttachmentsServer.start();
    server.addPatient({ first_name: 'N', last_name: 'Name', date_of_birth: '1980-01-02', old_reference_id: 'N-1' });
    process.env['FIELDBOX_REMOTE_TOKEN'] = server.key;
    const add = ['remote', 'add', 'practice', 'attachments', '--url', `${server.url}/v1`];
    expect((await run(...add, '--contact', 'nobody')).code).toBe(2);
    expect(await json(0, ...add, '--contact', 'it@clinic.example')).toMatchObject({ proofs: ['listing'] });
    // Its processing ends later; what has arrived is proven when it is looked at again.
    await run('send', '--to', 'practice', '--patient', 'N-1');
    await expect
      .poll(async () => (await json(0, 'outbox', 'run'))['rows'], { timeout: 30_000 })
      .toContainEqual(
        expect.objectContaining({ remoteName: 'practice', counts: expect.objectContaining({ proven: 1 }) as unknown }),
      );
    expect(server.kept()).toHaveLength(1);
    expect(await json(0, 'pull', 'files', '--from', 'practice')).toEqual({ added: 0, alreadyStored: 0, rejected: 0 });
  });

  it('puts files of a study into a case of the patient there where --into-cases says so, and only there', async () => {
    const file = join(folder, 'letter.txt');
    writeFileSync(file, 'left ear');
    const study = ['--patient', 'N-1', '--study', uidOf('study N-1')];
    const [letter] = (await json(0, 'attach', 'add', file, ...study))['added'] as { row: { attachment: string } }[];
    if (letter === undefined) throw new Error('The letter was added.');
    const send = async (name: string, ...more: readonly string[]): Promise<AttachmentsServer> => {
      const server = await AttachmentsServer.start();
      server.addPatient({ first_name: 'N', last_name: 'Name', date_of_birth: '1980-01-02', old_reference_id: 'N-1' });
      process.env['FIELDBOX_REMOTE_TOKEN'] = server.key;
      const add = ['remote', 'add', name, 'attachments', '--url', `${server.url}/v1`, '--contact', 'it@clinic.example'];
      expect(await json(0, ...add, ...more)).toMatchObject({ settings: { intoCases: more.length > 0 } });
      await run('send', '--to', name, '--attachment', letter.row.attachment);
      await expect
        .poll(async () => (await json(0, 'outbox', 'run'))['rows'], { timeout: 30_000 })
        .toContainEqual(
          expect.objectContaining({ remoteName: name, counts: expect.objectContaining({ proven: 1 }) as unknown }),
        );
      return server;
    };
    const joined = await send('joined', '--into-cases');
    const [made] = joined.cases.values();
    expect(joined.cases.size).toBe(1);
    expect(made?.patient_attachment_ids).toEqual([...joined.attachments.keys()]);
    const loose = await send('loose');
    expect(loose.attachments.size).toBe(1);
    expect(loose.cases.size).toBe(0);
  });
});
