import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conditionOf, conditionText } from '../../main/cli/classification';
import { importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { seriesNamed, writeSorted } from '../fixtures/classification';
import { runCommand } from '../fixtures/command-line';
import { uidOf } from '../fixtures/instances';

async function archive() {
  const folder = temporaryFolder();
  const path = join(folder, 'archive');
  const engine = await openForTest(path);
  await importInto(engine, [
    writeSorted(join(folder, 'files'), [
      { seed: 1, series: 'chest', Modality: 'CR', SeriesDescription: 'Thorax' },
      { seed: 2, series: 'head', Modality: 'CT' },
    ]),
  ]);
  const chest = await seriesNamed(engine, 'chest');
  await engine.close();
  const run = (...args: string[]) => runCommand(...args, '--archive', path, '--json');
  return { folder, path, chest, run };
}

describe('conditions as they are written on the command line', () => {
  it.each([
    ['Modality=CT', { operator: 'equals', path: 'Modality', value: 'CT' }],
    ['A[*].B*=x=y', { operator: 'contains', path: 'A[*].B', value: 'x=y' }],
    ['Modality^=C', { operator: 'startsWith', path: 'Modality', value: 'C' }],
    ['Modality~=C.|M.', { operator: 'pattern', path: 'Modality', value: 'C.|M.' }],
    ['PatientAge:0..17.5', { operator: 'range', path: 'PatientAge', from: 0, to: 17.5 }],
    ['Rows:..-3', { operator: 'range', path: 'Rows', from: null, to: -3 }],
    ['Modality?', { operator: 'exists', path: 'Modality' }],
    ['!Modality', { operator: 'missing', path: 'Modality' }],
  ] as const)('%s', (text, condition) => {
    expect(conditionOf(text)).toEqual(condition);
    expect(conditionText(condition)).toBe(text);
  });

  it.each(['Modality', '', '=CT', 'Rows:1.2.3..4'])('refuses %s', (text) => {
    expect(() => conditionOf(text)).toThrow();
  });
});

describe('tag, type and filter on the command line', () => {
  it('puts tags on series and takes them off', async () => {
    const { run } = await archive();
    const series = ['--series', uidOf('sorted chest')];
    expect((await run('tag', 'add', 'Teaching', ...series)).json()).toMatchObject({ name: 'Teaching', series: 1 });
    await run('tag', 'rename', 'teaching', 'Lesson');
    expect((await run('tag', 'list')).json()).toMatchObject({ rows: [{ name: 'Lesson', series: 1 }] });
    expect((await run('tag', 'remove', 'Lesson', ...series)).code).toBe(0);
    expect((await run('tag', 'delete', 'Lesson')).code).toBe(0);
    expect((await run('tag', 'list')).json()).toEqual({ rows: [] });
    expect((await run('tag', 'remove', 'Lesson', ...series)).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect((await run('tag', 'put')).code).toBe(2);
    expect((await run('tag', 'add', 'X')).code).toBe(2);
  });

  it('makes types with rules and sorts by them', async () => {
    const { run, chest } = await archive();
    const series = ['--series', uidOf('sorted head')];
    await run('type', 'add', 'Chest');
    const rule = (
      await run('type', 'rule', 'add', 'Chest', '--where', 'Modality=CR', '--where', 'SeriesDescription*=thor')
    ).json();
    expect(rule).toMatchObject({ conditions: [{ path: 'Modality' }, { path: 'SeriesDescription' }] });
    expect((await run('type', 'reassign', '--wait')).json()).toMatchObject({ running: false, total: 2 });
    expect((await run('type', 'status')).json()).toMatchObject({ running: false });
    expect((await run('type', 'list')).json()).toMatchObject({ rows: [{ name: 'Chest', rules: 1, series: 1 }] });
    expect((await run('type', 'list', '--series', chest)).json()).toMatchObject({
      rows: [{ types: [{ name: 'Chest', byRule: true }] }],
    });
    expect((await run('type', 'assign', 'Chest', ...series)).code).toBe(0);
    expect((await run('type', 'unassign', 'Chest', '--series', chest)).code).toBe(0);
    expect((await run('type', 'list')).json()).toMatchObject({ rows: [{ series: 1 }] });
    expect((await run('type', 'rule', 'list', 'Chest')).json()).toMatchObject({ rows: [rule] });
    expect((await run('type', 'rule', 'add', 'Chest', '--where', 'Modality~=(')).json()).toMatchObject({
      error: { code: 'PATTERN_MALFORMED' },
    });
    expect((await run('type', 'rule', 'remove', (rule as { rule: string }).rule)).code).toBe(0);
    await run('type', 'rename', 'Chest', 'Thorax');
    expect((await run('type', 'remove', 'Thorax')).code).toBe(0);
    expect((await run('type', 'list')).json()).toEqual({ rows: [] });
  });

  it('filters what arrives', async () => {
    const { run, folder } = await archive();
    await run('filter', 'add', 'No names', '--take-out', 'PatientName');
    await run('filter', 'associate', 'No names', '--source', 'cli');
    const files = writeSorted(join(folder, 'more'), [{ seed: 7, series: 'more' }]);
    expect((await run('import', files)).json()).toMatchObject({ added: 1 });
    expect(
      (await run('find', '--level', 'series', '--match', `SeriesInstanceUID=${uidOf('sorted more')}`)).json(),
    ).toMatchObject({
      rows: [{ PatientName: '', PatientID: 'S1' }],
    });
    expect((await run('import', files)).json()).toMatchObject({ added: 0, alreadyStored: 1 });
    expect((await run('filter', 'change', 'No names', '--keep-only', 'PatientID')).json()).toMatchObject({
      list: 'whitelist',
    });
    expect((await run('filter', 'list')).json()).toMatchObject({
      rows: [{ sources: [{ source: 'cli', sourceRef: '' }] }],
    });
    expect((await run('filter', 'dissociate', 'No names', '--source', 'cli')).json()).toMatchObject({ sources: [] });
    expect((await run('filter', 'add', 'Bad', '--take-out', 'PixelData')).json()).toMatchObject({
      error: { code: 'TAG_PROTECTED' },
    });
    expect((await run('filter', 'add', 'Both', '--take-out', 'PatientName', '--keep-only', 'PatientID')).code).toBe(2);
    expect((await run('filter', 'remove', 'No names')).code).toBe(0);
  });
});
