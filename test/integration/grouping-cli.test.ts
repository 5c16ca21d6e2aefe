import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../fixtures/command-line';
import { everyField } from '../fixtures/grouping';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { zipEntries } from '../fixtures/zip';

const SERIES = uidOf('chest');
let folder: string;
let archive: string;
const run = (...args: readonly string[]): ReturnType<typeof runCommand> => runCommand(...args, '--archive', archive);
const json = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
  const result = await run(...args, '--json');
  expect([result.code, result.stderr]).toEqual([0, '']);
  return result.json() as Record<string, unknown>;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldbox-test-'));
  archive = join(folder, 'archive');
  writeFileSync(join(folder, 'a.dcm'), instanceBytes({ seed: 1, PatientID: 'N-1', series: SERIES }));
  writeFileSync(join(folder, 'b.dcm'), instanceBytes({ seed: 2, PatientID: 'N-2' }));
  expect((await run('import', join(folder, 'a.dcm'), join(folder, 'b.dcm'))).code).toBe(0);
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

describe('the command line', () => {
  it('makes projects and archives and puts things into them', async () => {
    await json('project', 'add', 'North', 'van-3', '--description', 'TB');
    expect(await json('project', 'assign', 'North', 'van-3', '--patient', 'N-1', '--series', SERIES)).toEqual({
      added: 1,
    });
    expect(await json('project', 'default', 'North', 'van-3')).toMatchObject({ isDefault: true });
    expect(await json('project', 'list')).toMatchObject({
      rows: [{ name: 'North', archives: [{ name: 'van-3', description: 'TB', patients: 1, series: 1 }] }],
    });
    expect((await run('project', 'list')).stdout).toMatch(/North +van-3 \* +1 +1 +1/);
    expect(await json('project', 'assign', 'North', 'van-3', '--patient', 'N-1', '--remove')).toEqual({ removed: 1 });
    const wrong = await run('project', 'assign', 'North', 'van-9', '--patient', 'N-1', '--json');
    expect([wrong.code, wrong.json()]).toMatchObject([2, { error: { code: 'GROUP_NOT_FOUND' } }]);
    expect((await run('project', 'assign', 'North', 'van-3', '--patient', 'nobody')).code).toBe(2);
    expect((await run('project', 'dance')).code).toBe(2);
  });

  it('adds, lists and gives out results', async () => {
    const map = join(folder, 'heatmap.png');
    writeFileSync(map, 'not really a picture');
    const score = await json(
      'result',
      'add',
      '--series',
      SERIES,
      '--type',
      'cad4tb',
      '--name',
      'CAD4TB 6',
      '--number=-1',
      '--threshold',
      '70',
    );
    const file = await json(
      'result',
      'add',
      '--series',
      SERIES,
      '--type',
      'cad4tb',
      '--name',
      'heatmap',
      '--file',
      map,
      '--version',
      '6.0',
    );
    expect([score, file]).toMatchObject([{ fault: 'unusable', version: '' }, { value: { kind: 'file', bytes: 20 } }]);
    const listed = await run('result', 'list', '--patient', 'N-1');
    expect(listed.stdout).toMatch(
      /2 found[^]*heatmap +6\.0 +heatmap\.png[^]*CAD4TB 6 +version unknown +-1 \(no score: unusable; threshold 70\)/,
    );
    const keys = [String(score['result']), String(file['result'])];
    expect(await json('result', 'get', ...keys)).toMatchObject({ rows: [{ name: 'CAD4TB 6' }, { name: 'heatmap' }] });
    const out = join(folder, 'results.zip');
    expect(await json('result', 'get', ...keys, '--out', out)).toMatchObject({ files: ['results.xml', 'heatmap.png'] });
    expect([...(await zipEntries(out)).keys()]).toEqual(['results.xml', 'heatmap.png']);
    for (const value of [[], ['--number', 'many'], ['--number', '1', '--text', 'x']]) {
      const args = ['result', 'add', '--series', SERIES, '--type', 'x', '--name', 'y', ...value];
      expect((await run(...args)).code).toBe(2);
    }
    writeFileSync(join(folder, 'empty'), '');
    const empty = await run(
      'result',
      'add',
      '--series',
      SERIES,
      '--type',
      'x',
      '--name',
      'y',
      '--file',
      join(folder, 'empty'),
      '--json',
    );
    expect(empty.json()).toMatchObject({ error: { code: 'FILE_EMPTY' } });
  });

  it('defines forms, fills them, lists and exports what was filled in', async () => {
    const definition = join(folder, 'form.json');
    writeFileSync(definition, JSON.stringify({ name: 'Everything', ...everyField() }));
    expect(await json('form', 'define', definition)).toMatchObject({ name: 'Everything', version: 1 });
    expect(await json('form', 'define', '--template', 'tb', '--name', 'TB')).toMatchObject({ name: 'TB', version: 1 });
    expect(await json('form', 'list')).toMatchObject({ rows: [{ name: 'Everything' }, { name: 'TB' }] });
    const fill = ['form', 'fill', 'Everything', '--series', SERIES];
    await json(
      ...fill,
      '--set',
      'pressure=12.5',
      '--set',
      'quality=good',
      '--set',
      'signs=scar, cavity',
      '--set',
      'refer=no',
      '--set',
      'notes==1+1',
    );
    const values = join(folder, 'values.json');
    writeFileSync(values, JSON.stringify({ notes: 'half, "way"' }));
    await json(...fill, '--values', values, '--draft');
    const wrong = await run(...fill, '--set', 'pressure=high', '--set', 'quality=good', '--json');
    expect([wrong.code, wrong.json()]).toMatchObject([
      2,
      { error: { code: 'ENTRY_NOT_VALID', details: { field: 'pressure' } } },
    ]);
    const entries = await run('form', 'entries', 'Everything', '--patient', 'N-1', '--language', 'es');
    expect(entries.stdout).toContain('Calidad: Buena');
    const csv = await run('form', 'export', 'Everything');
    const [head, draft, finished] = csv.stdout.trim().split('\r\n');
    expect(head).toContain(
      'PatientID,PatientName,StudyDate,SeriesInstanceUID,id,form,version,revision,state,author,signer,savedAt,reader,notes,pressure',
    );
    expect(draft).toMatch(/^N-1,.*,draft,.*,"half, ""way""",/);
    expect(finished).toMatch(/,finished,.*,'=1\+1,12\.5,good,scar;cavity,,false$/);
    expect(await json('form', 'export', 'Everything')).toMatchObject({
      rows: [{ PatientID: 'N-1' }, { PatientID: 'N-1' }],
    });
    const unknown = await run('form', 'fill', 'Nothing', '--series', SERIES, '--json');
    expect(unknown.json()).toMatchObject({ error: { code: 'FORM_NOT_FOUND' } });
    writeFileSync(definition, '{');
    expect((await run('form', 'define', definition)).code).toBe(2);
  });
});
