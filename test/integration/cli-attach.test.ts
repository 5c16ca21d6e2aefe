import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AttachmentRow } from '../../shared/contract/attachments';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { type CommandResult, runCommand } from '../fixtures/command-line';
import { instanceBytes } from '../fixtures/instances';
import { pdfBytes } from '../fixtures/photo-bytes';

async function archiveOfOne(): Promise<{ folder: string; run: (...args: string[]) => Promise<CommandResult> }> {
  const folder = temporaryFolder();
  const archive = join(folder, 'archive');
  writeFileSync(join(folder, 'image'), instanceBytes({ seed: 1, PatientID: 'A-1', PatientName: 'Kader^Amina' }));
  const run = (...args: string[]) => runCommand(...args, '--archive', archive, '--json');
  expect((await run('import', join(folder, 'image'))).code).toBe(0);
  return { folder, run };
}

const rowsOf = (result: CommandResult): AttachmentRow[] => (result.json() as { rows: AttachmentRow[] }).rows;

describe('attach', () => {
  it('adds, lists, changes, puts away, takes back and saves files', async () => {
    const { folder, run } = await archiveOfOne();
    const letter = join(folder, 'letter.pdf');
    const note = join(folder, 'note.txt');
    writeFileSync(letter, pdfBytes());
    writeFileSync(note, 'left ear');
    await run('clinic', 'add', '--name', 'Yola', '--from', '20260301');
    const added = await run(
      'attach',
      'add',
      letter,
      note,
      '--patient',
      'A-1',
      '--clinic',
      'yola',
      '--description',
      'for ENT',
    );
    expect(added.json()).toMatchObject({
      added: [
        { isNew: true, row: { contentType: 'application/pdf', name: 'letter.pdf', description: 'for ENT' } },
        { isNew: true, row: { contentType: 'text/plain', cases: [{ kind: 'visit' }] } },
      ],
    });
    expect((await run('attach', 'add', note, '--patient', 'A-1')).json()).toMatchObject({ added: [{ isNew: false }] });
    const list = (...args: string[]) => run('attach', 'list', '--patient', 'A-1', ...args);
    const [first] = rowsOf(await list('--where', 'content_type:=application/pdf'));
    const key = first?.attachment ?? '';
    expect(rowsOf(await list('--sort', 'filename:desc', '--clinic', 'Yola')).map((row) => row.name)).toEqual([
      'note.txt',
      'letter.pdf',
    ]);
    expect((await list('--page', '2', '--per-page', '1')).json()).toMatchObject({ total: 2, pages: 2, page: 2 });

    expect((await run('attach', 'update', key, '--pin', '--description', 'x')).json()).toMatchObject({
      description: 'x',
    });
    expect((await run('attach', 'get', key)).json()).toMatchObject({
      attachment: key,
      pinnedAt: expect.any(String) as string,
    });
    expect((await run('attach', 'update', key, '--unpin', '--unprocessed')).json()).toMatchObject({
      pinnedAt: null,
      processedAt: null,
    });
    await run('attach', 'archive', key);
    expect(rowsOf(await list())).toHaveLength(1);
    expect(rowsOf(await list('--archived'))).toHaveLength(2);
    await run('attach', 'unarchive', key);
    expect(rowsOf(await list())).toHaveLength(2);

    const out = join(folder, 'copy.pdf');
    expect((await run('attach', 'save', key, '--out', out)).json()).toEqual({ path: out, bytes: pdfBytes().length });
    expect(readFileSync(out)).toEqual(Buffer.from(pdfBytes()));
    expect((await run('attach', 'save', key, '--out', out)).json()).toMatchObject({
      error: { code: 'EXPORT_TARGET_NOT_EMPTY' },
    });
    expect((await run('attach', 'save', key, '--out', out, '--overwrite')).code).toBe(0);
  });

  it('says what is wrong and ends with 2', async () => {
    const { folder, run } = await archiveOfOne();
    writeFileSync(join(folder, 'empty'), '');
    const wrong: readonly [string, readonly string[]][] = [
      ['BAD_REQUEST', ['attach']],
      ['BAD_REQUEST', ['attach', 'constructor']],
      ['BAD_REQUEST', ['attach', 'add', '--patient', 'A-1']],
      ['BAD_REQUEST', ['attach', 'list', '--per-page', '101']],
      ['BAD_REQUEST', ['attach', 'list', '--page', 'two']],
      ['BAD_REQUEST', ['attach', 'update', '00000000-0000-4000-8000-00000000abcd']],
      ['BAD_REQUEST', ['attach', 'update', '00000000-0000-4000-8000-00000000abcd', '--pin', '--unpin']],
      ['FILTER_WRONG', ['attach', 'list', '--where', 'size:~1']],
      ['FILTER_WRONG', ['attach', 'list', '--sort', 'colour']],
      ['NOT_FOUND', ['attach', 'list', '--patient', 'nobody']],
      ['NOT_FOUND', ['attach', 'list', '--study', '1.2.3']],
      ['NOT_FOUND', ['attach', 'get', 'nothing']],
      ['NOT_FOUND', ['attach', 'get', '00000000-0000-4000-8000-00000000abcd']],
      ['FILE_EMPTY', ['attach', 'add', join(folder, 'empty'), '--patient', 'A-1']],
    ];
    for (const [code, args] of wrong) {
      const result = await run(...args);
      expect([args.join(' '), result.code, (result.json() as { error: { code: string } }).error.code]).toEqual([
        args.join(' '),
        2,
        code,
      ]);
    }
  });
});

describe('patient, clinic and station', () => {
  it('shows and changes the card and the details of a patient', async () => {
    const { run } = await archiveOfOne();
    expect((await run('patient', 'show', 'A-1')).json()).toMatchObject({ PatientID: 'A-1', details: { phone1: '' } });
    const set = (...settings: string[]) =>
      run('patient', 'update', 'A-1', ...settings.flatMap((setting) => ['--set', setting]));
    expect((await set('phone1=664 123', 'curp=X=1', 'PatientBirthDate=19900303')).json()).toMatchObject({
      PatientBirthDate: '19900303',
      birthDatePrecision: 'known',
      details: { phone1: '664 123', curp: 'X=1' },
    });
    expect((await run('find', '--level', 'patient', '--text', '664123')).json()).toMatchObject({ total: 1 });
    expect((await set()).code).toBe(2);
    expect((await set('shoe=44')).stderr).toContain('shoe=44');
    expect((await set(`prefix=${'x'.repeat(17)}`)).code).toBe(2);
    expect((await run('patient', 'show', 'nobody')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
  });

  it('makes and lists clinics and their stations', async () => {
    const { folder, run } = await archiveOfOne();
    const clinic = ['clinic', 'add', '--name', 'Yola', '--place', 'Adamawa', '--from', '20260301', '--to', '20260303'];
    const made = (await run(...clinic)).json();
    expect((await run(...clinic)).json()).toEqual(made);
    expect((await run('clinic', 'list')).json()).toEqual({ rows: [made] });
    expect((await run('clinic', 'list', '--day', '20260302')).json()).toEqual({ rows: [made] });
    expect((await run('clinic', 'list', '--day', '20260304')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect((await run('clinic', 'add', '--name', 'X', '--from', 'monday')).code).toBe(2);
    const station = (await run('station', 'add', '--clinic', 'Yola', '--name', 'ENT')).json();
    expect((await run('station', 'list', '--clinic', 'Yola')).json()).toEqual({ rows: [station] });
    expect((await run('station', 'list')).code).toBe(2);
    const text = await runCommand('clinic', 'list', '--archive', join(folder, 'archive'));
    expect(text.stdout).toContain('20260301-20260303  Yola  Adamawa');
    const engine = await openForTest(join(folder, 'archive'));
    expect((await engine.verbs['clinics.list']({})).rows).toHaveLength(1);
  });
});
