import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PatientInput } from '../../shared/model/rows';
import { allImages, temporaryFolder } from '../fixtures/archive';
import { writeInstances } from '../fixtures/instances';
import { dcmtkEnvironment, machine, serveArchive, startStoreScp } from '../fixtures/scp';

const run = promisify(execFile);
const env = dcmtkEnvironment;

describe('the archive on the cable', () => {
  it('takes what storescu sends; all of it is stored, once, with its sender as source', async () => {
    const { engine, folder, faults, tool } = await serveArchive(0);
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
    const { server } = await serveArchive(0, { strangersMayStore: false });
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
    const { tool, server } = await serveArchive(25);
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
    const { port, folder: moved } = await startStoreScp(join(temporaryFolder(), 'moved'));
    const { tool, folder } = await serveArchive(12, { peers: [machine({ port })] });
    mkdirSync(join(folder, 'got'));
    const query = ['-k', 'QueryRetrieveLevel=PATIENT', '-k', 'PatientID=P0'];
    await tool('getscu', '-P', '-od', join(folder, 'got'), ...query, '');
    expect(readdirSync(join(folder, 'got'))).toHaveLength(10);
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
    expect(readdirSync(moved)).toHaveLength(2);
  });

  it('shows the people of today as a worklist', async () => {
    const { engine, tool } = await serveArchive(0);
    for (const [PatientName, PatientID] of [
      ['Müller^Jürgen', 'MZ-2026-0001'],
      ['Wanjiru^Grace', 'MZ-2026-0002'],
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
    // However alike the numbers of people are: a machine tells the steps apart by theirs.
    for (const tag of ['0040,0009', '0040,1001'])
      expect(
        new Set([...all.matchAll(new RegExp(`\\(${tag}\\) SH \\[([^\\]]{1,16})\\]`, 'g'))].map(([, id]) => id)).size,
      ).toBe(2);
    expect(all).toMatch(/\(0008,0060\) CS \[DX\]/);
    const one = await tool('findscu', '-W', '-k', 'PatientName=wanj*', '-k', 'PatientID', '');
    expect(one.match(/Find Response: \d+ \(Pending\)/g)).toHaveLength(1);
  });
});
