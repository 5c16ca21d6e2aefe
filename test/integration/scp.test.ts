import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DicomServer } from '../../main/network/scp';
import { ArchiveProvider, type ProviderOptions } from '../../main/sync/scp/archive-provider';
import { Reception } from '../../main/sync/scp/reception';
import { PatientInput } from '../../shared/model/rows';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { freePort } from '../fixtures/free-port';
import { writeInstances } from '../fixtures/instances';

const run = promisify(execFile);
/** Without it each message of dcmtk waits for an acknowledgement. */
const env = { ...process.env, TCP_NODELAY: '1' };

async function serve(images: number, changes: Partial<ProviderOptions> = {}) {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  writeInstances(join(folder, 'in'), images);
  if (images > 0) await importInto(engine, [join(folder, 'in')]);
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => void faults.push(error);
  const reception = new Reception(engine, onFault);
  const witness = { called: () => undefined, stored: () => undefined };
  const options = {
    AETitle: 'FIELDBOX',
    strictCalledAE: true,
    peers: [{ AETitle: 'KNOWN', host: '127.0.0.1', port: 1 }],
    strangersMayStore: true,
    worklist: true,
    ...changes,
  };
  const server = await DicomServer.listen(
    { port: 0, host: '127.0.0.1', tls: null },
    new ArchiveProvider(engine, options, reception, witness, onFault),
  );
  onTestFinished(async () => {
    reception.close();
    await server.close();
  });
  const tool = async (name: string, ...options: string[]): Promise<string> => {
    const { stdout, stderr } = await run(
      name,
      [
        '-v',
        '-aet',
        'KNOWN',
        '-aec',
        'FIELDBOX',
        ...options.slice(0, -1),
        '127.0.0.1',
        String(server.port),
        ...options.slice(-1).filter((last) => last !== ''),
      ],
      { env, cwd: folder },
    );
    return stdout + stderr;
  };
  return { engine, folder, faults, server, tool };
}

describe('the archive on the cable', () => {
  it('takes what storescu sends; all of it is stored, once, with its sender as source', async () => {
    const { engine, folder, faults, tool } = await serve(0);
    writeInstances(join(folder, 'send'), 30);
    await tool('storescu', '+sd', join(folder, 'send'));
    await tool('storescu', '+sd', join(folder, 'send'));
    const images = await allImages(engine);
    expect(images).toHaveLength(30);
    expect(new Set(images.map(({ source }) => source))).toEqual(new Set(['scp']));
    expect((await engine.verbs['import.sessions']({ text: '', offset: 0, limit: 5 })).rows[0]).toMatchObject({
      source: 'scp',
      label: 'KNOWN (127.0.0.1)',
    });
    expect(faults).toEqual([]);
  });

  it('refuses wrong names, and strangers where it is told to', async () => {
    const { server } = await serve(0, { strangersMayStore: false });
    const echo = (calling: string, called: string) =>
      run('echoscu', ['-aet', calling, '-aec', called, '127.0.0.1', String(server.port)], { env }).then(
        () => 'accepted',
        (error: unknown) => String((error as { stderr?: string }).stderr),
      );
    expect(await echo('KNOWN', 'FIELDBOX')).toBe('accepted');
    expect(await echo('KNOWN', 'OTHER')).toContain('Called AE Title Not Recognized');
    expect(await echo('STRANGER', 'FIELDBOX')).toContain('Calling AE Title Not Recognized');
  });

  it('answers findscu at every level, and nobody it does not know', async () => {
    const { tool, server } = await serve(25);
    const find = (level: string, ...keys: string[]) =>
      tool('findscu', '-S', '-k', `QueryRetrieveLevel=${level}`, ...keys.flatMap((key) => ['-k', key]), '');
    expect(
      (await find('STUDY', 'PatientID=P1', 'StudyInstanceUID', 'NumberOfStudyRelatedInstances')).match(/Pending/g),
    ).toHaveLength(1);
    expect(await find('STUDY', 'PatientID=P1', 'NumberOfStudyRelatedInstances')).toMatch(/\(0020,1208\) IS \[10 ?\]/);
    expect((await find('STUDY', 'PatientName=name*')).match(/Find Response: \d+ \(Pending\)/g)).toHaveLength(3);
    expect(
      (await find('IMAGE', 'PatientID=P2', 'SOPInstanceUID')).match(/Find Response: \d+ \(Pending\)/g),
    ).toHaveLength(5);
    const { stderr } = await run(
      'findscu',
      [
        '-v',
        '-S',
        '-aet',
        'STRANGER',
        '-aec',
        'FIELDBOX',
        '-k',
        'QueryRetrieveLevel=STUDY',
        '127.0.0.1',
        String(server.port),
      ],
      { env },
    );
    expect(stderr).not.toContain('Pending');
  });

  it('gives images by C-GET, and sends them by C-MOVE to a peer it knows', async () => {
    const port = await freePort();
    const { tool, folder } = await serve(12, { peers: [{ AETitle: 'KNOWN', host: '127.0.0.1', port }] });
    mkdirSync(join(folder, 'got'));
    const query = ['-k', 'QueryRetrieveLevel=PATIENT', '-k', 'PatientID=P0'];
    await tool('getscu', '-P', '-od', join(folder, 'got'), ...query, '');
    expect(readdirSync(join(folder, 'got'))).toHaveLength(10);
    mkdirSync(join(folder, 'moved'));
    const receiver = spawn('storescp', ['-od', join(folder, 'moved'), String(port)], { stdio: 'ignore', env });
    onTestFinished(() => void receiver.kill());
    await expect
      .poll(
        () =>
          run('echoscu', ['127.0.0.1', String(port)], { env }).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    const said = await tool(
      'movescu',
      '-S',
      '-aem',
      'KNOWN',
      '-k',
      'QueryRetrieveLevel=STUDY',
      '-k',
      'PatientID=P1',
      '',
    );
    expect(said).toContain('Received Final Move Response (Success)');
    expect(readdirSync(join(folder, 'moved'))).toHaveLength(2);
  });

  it('shows the people of today as a worklist', async () => {
    const { engine, tool } = await serve(0);
    for (const [PatientName, PatientID] of [
      ['Müller^Jürgen', 'C1'],
      ['Wanjiru^Grace', 'C2'],
    ] as const) {
      await engine.verbs['patients.register'](
        PatientInput.parse({
          PatientName,
          PatientID,
          PatientSex: 'F',
          PatientBirthDate: '19800102',
          birthDatePrecision: 'known',
          ageYears: null,
          temporary: false,
          consent: 'yes',
          note: '',
        }),
      );
    }
    const all = await tool(
      'findscu',
      '-W',
      '-k',
      'PatientName',
      '-k',
      'PatientID',
      '-k',
      'ScheduledProcedureStepSequence[0].Modality=DX',
      '',
    );
    expect(all.match(/Find Response: \d+ \(Pending\)/g)).toHaveLength(2);
    expect(all).toMatch(/\(0008,0060\) CS \[DX\]/);
    const one = await tool('findscu', '-W', '-k', 'PatientName=wanj*', '-k', 'PatientID', '');
    expect(one.match(/Find Response: \d+ \(Pending\)/g)).toHaveLength(1);
  });
});
