import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnonymisationResult } from '../../shared/contract/anonymisation';
import { temporaryFolder } from '../fixtures/archive';
import { runCommand } from '../fixtures/command-line';
import { instanceBytes, uidOf } from '../fixtures/instances';
import { filesUnder } from '../unit/export/plan-fixture';

async function filled(): Promise<{ archive: string; folder: string }> {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  const archive = join(folder, 'archive');
  mkdirSync(source);
  for (const seed of [0, 1, 2])
    writeFileSync(join(source, String(seed)), instanceBytes({ seed, PatientID: seed < 2 ? 'A-1' : 'B-2' }));
  expect((await runCommand('import', source, '--archive', archive, '--json')).code).toBe(0);
  return { archive, folder };
}

describe('anonymize and keys on the command line', () => {
  it('make copies, and find them again by their keys', async () => {
    const { archive, folder } = await filled();
    const run = (...args: string[]) => runCommand(...args, '--archive', archive, '--json');
    const made = await run('anonymize', '--patient', 'A-1', uidOf('instance 2'), '--profile', 'device,modified-dates');
    expect([made.code, made.json()]).toMatchObject([0, { made: 3, alreadyThere: 0, state: 'done' }]);
    const again = await run('anonymize', '--patient', 'A-1', '--profile', 'modified-dates,device');
    expect(again.json()).toMatchObject({ made: 0, alreadyThere: 2 });

    const listed = (await run('keys', 'list', '--sort', 'PatientID', '--ascending')).json() as {
      rows: { key: string; PatientID: string; anonymousID: string }[];
    };
    expect(listed.rows.map((row) => row.PatientID)).toEqual(['A-1', 'B-2']);
    const [first] = listed.rows;
    const found = await run('keys', 'find', '--text', first?.anonymousID ?? '');
    expect(found.json()).toMatchObject({ rows: [{ level: 'patient', PatientID: 'A-1' }] });
    expect((await run('keys', 'find', '--text', 'nobody')).code).toBe(1);
    expect((await run('keys', 'query', '--where', 'PatientID=B-2')).json()).toMatchObject({ total: 1 });
    expect((await run('keys', 'query', '--where', 'PatientName~NAME')).json()).toMatchObject({ total: 2 });
    expect((await run('keys', 'values', '--key', first?.key ?? '')).json()).toMatchObject({
      total: 2,
      rows: [{ purpose: 'copy' }, { purpose: 'copy' }],
    });

    const pairs = (await run('keys', 'values', '--key', first?.key ?? '')).json() as {
      rows: { original: string; anonymous: string }[];
    };
    const [pair] = pairs.rows;
    expect((await run('keys', 'reverse', '--image', pair?.anonymous ?? '')).code).toBe(2);
    const reversed = await run('keys', 'reverse', '--image', pair?.anonymous ?? '', '--reason', 'asked by the family');
    expect(reversed.json()).toMatchObject({ level: 'image', image: pair?.original, isNew: false });

    const table = join(folder, 'keys.csv');
    expect((await run('keys', 'csv', '--out', table)).json()).toMatchObject({ rows: 3, leftOut: 0 });
    expect(readFileSync(table, 'utf8').split('\r\n')).toHaveLength(5);

    const refused = await run('keys', 'delete', '--key', first?.key ?? '');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect((await run('keys', 'delete', '--key', first?.key ?? '', '--yes')).code).toBe(0);
    expect((await run('keys', 'list')).json()).toMatchObject({ total: 1 });
    const text = await runCommand('keys', 'list', '--archive', archive);
    expect(text.stdout).toContain('1 keys');
  });

  it('write files only, with the values that were given', async () => {
    const { archive, folder } = await filled();
    const out = join(folder, 'out');
    const made = await runCommand(
      ...['anonymize', '--patient', 'A-1', '--set', 'PatientName=Teaching^1', '--set', 'StudyDescription=Hand'],
      ...['--out', out, '--archive', archive, '--json'],
    );
    expect([made.code, made.json()]).toMatchObject([0, { images: 2, anonymised: true, state: 'proven' }]);
    const files = filesUnder(out).filter((path) => path.endsWith('.dcm'));
    expect(files).toHaveLength(2);
    for (const file of files) {
      const text = readFileSync(join(out, file)).toString('latin1');
      expect(text).toContain('Teaching^1');
      expect(text).not.toContain('Name^A-1');
    }
    const exported = await runCommand(
      ...['export', '--patient', 'B-2', '--anonymize', '--out', join(folder, 'b.zip'), '--archive', archive, '--json'],
    );
    expect([exported.code, exported.json()]).toMatchObject([0, { images: 1, anonymised: true, form: 'media' }]);
  });

  it('explain how they are used', async () => {
    const { archive } = await filled();
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [['anonymize'], 'UID'],
      [['anonymize', '1.2', '--copy', '--out', 'x'], '--copy'],
      [['anonymize', '1.2', '--profile', 'everything'], 'everything'],
      [['anonymize', '1.2', '--profile', 'full-dates,modified-dates'], 'either'],
      [['anonymize', '1.2', '--set', 'PatientName'], 'TAGPATH'],
      [['export', '--patient', 'A-1', '--out', 'x', '--profile', 'uids'], '--anonymize'],
      [['keys'], 'list|query'],
      [['keys', 'burn'], 'list|query'],
      [['keys', 'query'], '--where'],
      [['keys', 'query', '--where', 'secret=1'], 'PROPERTY'],
      [['keys', 'values', '--key', 'x'], '--key'],
      [['keys', 'find'], '--text'],
      [['keys', 'csv'], '--out'],
      [['keys', 'list', '--limit', '0'], '--limit'],
      [['keys', 'list', '--sort', 'secret'], '--sort'],
    ];
    for (const [args, words] of wrong) {
      const result = await runCommand(...args, '--archive', archive);
      expect([args, result.code, result.stderr]).toEqual([args, 2, expect.stringContaining(words)]);
    }
  });

  it('refuse what the archive refuses, with its code', async () => {
    const { archive } = await filled();
    const run = (...args: string[]) => runCommand(...args, '--archive', archive, '--json');
    expect((await run('anonymize', '--patient', 'A-1', '--set', 'Nonsense=1')).json()).toMatchObject({
      error: { code: 'ANONYMISE_TAG_PATH' },
    });
    expect((await run('anonymize', '--patient', 'Z-9')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    const made = (await run('anonymize', '--patient', 'B-2')).json() as AnonymisationResult;
    expect(made.made).toBe(1);
  });
});
