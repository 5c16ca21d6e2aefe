import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/archive';
import { runCommand } from '../fixtures/command-line';
import { instanceBytes, uidOf } from '../fixtures/instances';

/** An archive with one image of P1, and a folder as the destination Share. */
async function laptop() {
  const folder = temporaryFolder();
  const share = join(folder, 'share');
  mkdirSync(share);
  const run = (...args: readonly string[]) => runCommand(...args, '--json', '--archive', join(folder, 'archive'));
  const json = async (...args: readonly string[]): Promise<unknown> => {
    const result = await run(...args);
    expect([args.join(' '), result.code, result.stderr]).toEqual([args.join(' '), 0, result.stderr]);
    return result.json();
  };
  writeFileSync(join(folder, 'image.dcm'), instanceBytes({ seed: 1 }));
  await json('import', join(folder, 'image.dcm'));
  await json('remote', 'add', 'Share', 'folder', '--path', share);
  const files = (): readonly string[] =>
    readdirSync(share, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
  return { folder, run, json, files };
}

describe('the command line', () => {
  it('sends attached files that are named by their keys', async () => {
    const { folder, run, json, files } = await laptop();
    writeFileSync(join(folder, 'letter.txt'), 'a letter for ENT');
    await json('attach', 'add', join(folder, 'letter.txt'), '--patient', 'P1');
    const { rows } = (await json('attach', 'list', '--patient', 'P1')) as { rows: readonly { attachment: string }[] };
    const key = rows[0]?.attachment ?? '';
    expect(await json('send', '--to', 'Share', '--attachment', key)).toMatchObject({
      counts: { proven: 1 },
      leftOutFiles: [],
    });
    expect(files().filter((content) => content === 'a letter for ENT')).toHaveLength(1);
    expect(await json('ledger', '--to', 'Share')).toMatchObject({ rows: [{ file: { name: 'letter.txt' } }] });
    const wrong = await run('send', '--to', 'Share', '--attachment', 'letter');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('letter is no attachment')]);
  });

  it('says what destinations hold in older versions, and sends the corrections', async () => {
    const { run, json, files } = await laptop();
    expect(await json('send', '--to', 'Share', '--patient', 'P1')).toMatchObject({ counts: { proven: 1 } });
    expect(await json('ledger', '--outdated')).toMatchObject({ total: 0 });
    expect((await run('outbox', 'correct', '--to', 'Share')).stdout).toContain('EXPORT_NOTHING');
    expect((await run('outbox', 'correct')).code).toBe(2);

    const change = ['--set', 'StudyDescription=Chest, again', '--reason', 'a typing error'];
    await json('modify', uidOf('instance 1'), ...change);
    expect(await json('ledger', '--outdated', '--to', 'Share')).toMatchObject({
      total: 1,
      rows: [{ state: 'proven', newer: { asked: false } }],
    });
    await json('outbox', 'correct', '--to', 'Share');
    expect(await json('ledger', '--outdated')).toMatchObject({ total: 0 });
    const [only, ...others] = files();
    expect(others).toEqual([]);
    expect(only).toContain('Chest, again');
  });
});
