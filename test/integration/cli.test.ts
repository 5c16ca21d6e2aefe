import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/archive';
import { runCommand } from '../fixtures/command-line';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { cornerSamples, jpegOf } from '../fixtures/photos';

/** One archive with two patients and a photo, filled by the command line itself. */
async function filled(): Promise<{ archive: string; source: string; folder: string }> {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  const archive = join(folder, 'archive');
  mkdirSync(source);
  for (let seed = 0; seed < 3; seed += 1) {
    writeFileSync(
      join(source, `a${String(seed)}`),
      instanceBytes({
        seed,
        PatientID: 'A-1',
        PatientName: 'Müller^Jörg=山田^太郎',
        SpecificCharacterSet: 'ISO_IR 192',
      }),
    );
  }
  writeFileSync(join(source, 'b'), instanceBytes({ seed: 9, PatientID: 'B-2', PatientName: 'Otieno^Mary' }));
  writeFileSync(join(source, 'list.txt'), 'bread');
  const result = await runCommand('import', source, '--archive', archive, '--json');
  expect(result.code).toBe(1);
  expect(result.json()).toMatchObject({
    files: 5,
    added: 4,
    alreadyStored: 0,
    rejected: [
      {
        path: join(source, 'list.txt'),
        code: 'FILE_UNKNOWN',
        reason: 'This kind of file is not a picture, a PDF or DICOM, so it was put aside.',
      },
    ],
  });
  expect(result.stderr).toMatch(/added 4, already here 0, put aside 1|added \d/);
  return { archive, source, folder };
}

describe('the command line', () => {
  it('finds by keyword, wildcard, words and page by page, names in Unicode with ^ and =', async () => {
    const { archive } = await filled();
    const find = (...args: string[]) => runCommand('find', '--archive', archive, '--json', ...args);
    expect((await find('--level', 'patient', '--match', 'PatientName=M*')).json()).toMatchObject({
      total: 1,
      rows: [{ PatientID: 'A-1', PatientName: 'Müller^Jörg=山田^太郎', images: 3 }],
      next: null,
    });
    expect((await find('--level', 'patient', '--text', 'muller jorg')).json()).toMatchObject({ total: 1 });
    expect((await find('--level', 'patient', '--text', '山田')).json()).toMatchObject({ total: 1 });
    expect((await find('--level', 'image', '--match', 'PatientID=?-1')).json()).toMatchObject({ total: 3 });
    expect((await find('--level', 'study', '--match', 'StudyDate=20261101-20261130')).json()).toMatchObject({
      total: 2,
    });
    const first = (await find('--limit', '3', '--sort', 'PatientID')).json() as {
      total: number;
      rows: { PatientID: string }[];
      next: string;
    };
    expect([first.total, first.rows.map((row) => row.PatientID)]).toEqual([4, ['A-1', 'A-1', 'A-1']]);
    expect((await find('--limit', '3', '--sort', 'PatientID', '--after', first.next)).json()).toMatchObject({
      rows: [{ PatientID: 'B-2' }],
      next: null,
    });
    const text = await runCommand('find', '--archive', archive, '--level', 'patient');
    expect(text.stdout).toContain('2 found');
  });

  it('queries with conditions, sources, order and pages', async () => {
    const { archive } = await filled();
    const query = (...args: string[]) => runCommand('query', '--archive', archive, '--json', ...args);
    const ofA = await query('--level', 'flatSeries', '--where', 'PatientID = a-1', '--where', 'StudyDate>=2026-11-01');
    expect(ofA.code).toBe(0);
    expect(ofA.json()).toMatchObject({
      total: 1,
      totalIsExact: true,
      rows: [{ PatientID: 'A-1', images: 3 }],
      next: null,
    });
    const images = [
      '--where',
      'PatientName like e',
      '--where',
      'InstanceNumber in 0,1,2,9',
      '--sort',
      'InstanceNumber',
    ];
    expect((await query(...images, '--descending', '--limit', '2')).json()).toMatchObject({
      total: 4,
      rows: [{ InstanceNumber: '9' }, { InstanceNumber: '2' }],
    });
    expect((await query(...images, '--offset', '3')).json()).toMatchObject({ rows: [{ InstanceNumber: '9' }] });
    expect((await query('--level', 'patient', '--source', 'cli', '--contains', 'OTIENO')).json()).toMatchObject({
      total: 1,
      rows: [{ PatientName: 'Otieno^Mary' }],
    });
    expect(
      (await query('--level', 'study', '--where', 'AccessionNumber empty', '--source', 'scp')).json(),
    ).toMatchObject({ total: 0 });
    const series = await query('--level', 'series', '--where', 'PatientID = B-2');
    const { rows } = series.json() as { rows: { SeriesInstanceUID: string }[] };
    const uid = rows[0]?.SeriesInstanceUID ?? '';
    expect((await runCommand('tag', 'add', 'Hand', '--archive', archive, '--series', uid)).code).toBe(0);
    expect((await query('--level', 'series', '--tag', 'hand')).json()).toMatchObject({ total: 1, rows });
    expect((await query('--level', 'series', '--where', 'seriesTag like ha')).json()).toMatchObject({ total: 1, rows });
    expect((await query('--type', 'Nonsense')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect((await query('--source', 'watch:X-ray')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const text = await runCommand('query', '--archive', archive, '--level', 'series', '--where', 'Modality = OT');
    expect(text.stdout).toContain('2 found');
    const unknown = await query('--where', 'Nonsense = 1');
    expect(unknown.code).toBe(2);
    expect(unknown.json()).toMatchObject({ error: { code: 'QUERY_PROPERTY_UNKNOWN', number: 1100 } });
    for (const wrong of [
      ['--where', 'Modality ~ CR'],
      ['--level', 'nobody'],
      ['--source', 'sky'],
      ['--limit', 'many'],
    ])
      expect((await query(...wrong)).code).toBe(2);
  });

  it('shows every attribute in the DICOM JSON model', async () => {
    const { archive } = await filled();
    const shown = await runCommand('show', uidOf('instance 0'), '--archive', archive, '--json');
    expect(shown.code).toBe(0);
    expect(shown.json()).toMatchObject({
      '00080018': { vr: 'UI', Value: [uidOf('instance 0')] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Müller^Jörg', Ideographic: '山田^太郎' }] },
      '00280010': { vr: 'US', Value: [32] },
    });
  });

  it('renders a frame, and exports what is asked for, proven', async () => {
    const { archive, folder } = await filled();
    const out = join(folder, 'frame.png');
    const rendered = await runCommand(
      'render',
      uidOf('instance 1'),
      '--archive',
      archive,
      '--out',
      out,
      '--window',
      '127,255',
      '--height',
      '64',
      '--json',
    );
    expect(rendered.code).toBe(0);
    const png = readFileSync(out);
    expect([png.subarray(1, 4).toString(), png.readUInt32BE(20)]).toEqual(['PNG', 64]);
    const exported = await runCommand(
      'export',
      '--archive',
      archive,
      '--out',
      join(folder, 'out.zip'),
      '--patient',
      'A-1',
      '--as',
      'originals',
      '--json',
    );
    expect(exported.json()).toMatchObject({ state: 'proven', images: 3, leftOut: [] });
    const again = await runCommand(
      'export',
      '--archive',
      archive,
      '--out',
      join(folder, 'out.zip'),
      '--patient',
      'A-1',
      '--json',
    );
    expect([again.code, again.json()]).toMatchObject([2, { error: { code: 'EXPORT_TARGET_NOT_EMPTY' } }]);
  });

  it('gives photos to a patient by number, known or new, and to a kind by name', async () => {
    const { archive, folder } = await filled();
    const photo = join(folder, 'photo.jpg');
    writeFileSync(photo, await jpegOf(cornerSamples()));
    expect(
      (await runCommand('import', photo, '--archive', archive, '--patient', 'B-2', '--kind', 'xray', '--json')).json(),
    ).toMatchObject({ added: 1 });
    expect(
      (
        await runCommand('import', photo, '--archive', archive, '--patient', 'NEW-7', '--kind', 'Headshot', '--json')
      ).json(),
    ).toMatchObject({ added: 1 });
    const patients = (
      await runCommand('find', '--archive', archive, '--level', 'patient', '--json', '--sort', 'PatientID')
    ).json();
    expect(patients).toMatchObject({
      rows: [
        { PatientID: 'A-1' },
        { PatientID: 'B-2', images: 2 },
        { PatientID: 'NEW-7', temporary: true, registered: true, images: 1 },
      ],
    });
    const wrong = await runCommand('import', photo, '--archive', archive, '--kind', 'selfie');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('There is no kind "selfie"');
  });

  it('verifies and rebuilds', async () => {
    const { archive } = await filled();
    expect((await runCommand('verify', '--archive', archive, '--deep', '--json')).json()).toMatchObject({
      objects: 4,
      missing: 0,
      corrupt: 0,
      orphaned: 0,
    });
    expect((await runCommand('rebuild', '--archive', archive, '--json')).json()).toMatchObject({
      patients: 2,
      images: 4,
    });
  });

  it.each([
    ['no command', [], /fieldbox import PATH/],
    ['an unknown command', ['explode'], /no command "explode"/],
    ['an unknown option', ['find', '--archive', 'x', '--colour', 'red'], /Unknown option '--colour'/],
    ['no archive', ['find', '--json'], /Say which archive/],
    ['an archive that is not there', ['find', '--archive', '/nonexistent/archive'], /There is no Fieldbox archive/],
    ['a level nobody knows', ['find', '--archive', 'x', '--level', 'galaxy'], /--level is one of/],
  ])('says in one sentence what is wrong: %s', async (_, args, sentence) => {
    const result = await runCommand(...args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(sentence);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});
