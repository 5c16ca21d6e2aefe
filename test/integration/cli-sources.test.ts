import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../fixtures/archive';
import { runCommand, startCommand } from '../fixtures/command-line';
import { folderOf } from '../fixtures/forwarding';
import { writeInstances } from '../fixtures/instances';

let folder: string;
let archive: string;
let source: string;
let target: string;
beforeEach(() => {
  folder = temporaryFolder();
  archive = join(folder, 'archive');
  source = join(folder, 'source');
  target = join(folder, 'target');
  mkdirSync(target);
  writeInstances(source, 3);
});

const run = (...args: string[]) => runCommand(...args, '--archive', archive, '--json');
const Rows = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

describe('the command line: where images come from and go to', () => {
  it('watches, forwards and lists', async () => {
    const added = await run('watch', 'add', source, '--name', 'X-ray', '--skip', '*.txt', '--delete-filtered');
    expect([added.code, added.json()]).toMatchObject([
      0,
      { name: 'X-ray', path: source, skip: ['*.txt'], state: 'stopped', deleteFiltered: true, leftFiltered: 0 },
    ]);
    expect((await run('remote', 'add', 'Hospital', 'folder', '--path', target)).code).toBe(0);
    const rule = await run('forward', 'rule', 'add', '--to', 'hospital', '--from', 'watch:x-ray');
    expect([rule.code, rule.json()]).toMatchObject([
      0,
      { source: 'watch', sourceName: 'X-ray', keepImages: true, corrections: true },
    ]);
    const other = ['forward', 'rule', 'add', '--to', 'hospital', '--from', 'camera', '--no-corrections'];
    const camera = await run(...other);
    expect([camera.code, camera.json()]).toMatchObject([0, { corrections: false }]);
    expect((await run('forward', 'rule', 'remove', (camera.json() as { rule: string }).rule)).code).toBe(0);
    expect((await run('remote', 'add', 'Back', 'folder', '--path', source, '--photos', 'both')).code).toBe(0);
    expect((await run('remote', 'add', 'Odd', 'folder', '--path', source, '--photos', 'paper')).code).toBe(2);
    const back = await run('forward', 'rule', 'add', '--to', 'Back', '--from', 'watch');
    expect([back.code, back.json()]).toMatchObject([2, { error: { code: 'FORWARD_CYCLIC', number: 2127 } }]);
    expect((await run('remote', 'remove', 'Back')).code).toBe(0);

    const once = await run('watch', 'run', '--once');
    expect([once.code, once.json()]).toMatchObject([0, { rows: [{ taken: 3, waiting: 0 }], problems: [] }]);
    expect(
      readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
    ).toHaveLength(3);
    expect((await run('forward', 'queue')).json()).toMatchObject({
      total: 1,
      gathering: [],
      rows: [{ total: 3, sourceName: 'X-ray', remoteName: 'Hospital', counts: { proven: 3 } }],
    });
    expect((await run('forward', 'queue', '--open')).json()).toMatchObject({ total: 0, counts: { proven: 3 } });
    expect((await run('sessions', '--source', 'watch')).json()).toMatchObject({
      total: 1,
      rows: [{ label: 'X-ray', added: 3 }],
    });
    const more = folderOf(folder, 'more', [99]);
    writeFileSync(join(source, 'words'), 'no picture');
    const again = await run('watch', 'run', '--once');
    expect([again.code, again.json()]).toMatchObject([
      1,
      { problems: [{ folder: 'X-ray', path: 'words', code: 'FILE_UNKNOWN' }] },
    ]);

    expect((await run('forward', 'rule', 'add', '--to', 'Hospital', '--from', 'cli', '--discard')).code).toBe(0);
    expect((await run('import', join(more, '99'))).code).toBe(0);
    const sent = await run('forward', 'queue', '--run');
    expect([sent.code, sent.json()]).toMatchObject([0, { total: 2, counts: { proven: 4 } }]);
    expect((await run('trash', 'list')).json()).toMatchObject({ rows: [{ reason: 'forwarded' }] });
    const secretly = ['--from', 'box', '--anonymize', '--profile', 'modified-dates', '--priority=-2'];
    const anonymised = await run('forward', 'rule', 'add', '--to', 'Hospital', ...secretly);
    expect(anonymised.json()).toMatchObject({ priority: -2, anonymise: { profile: { dates: 'modified' } } });

    const [row] = Rows.parse((await run('forward', 'rule', 'list')).json()).rows;
    expect((await run('forward', 'rule', 'remove', String(row?.['rule']))).code).toBe(0);
    expect((await run('watch', 'remove', 'x-ray')).code).toBe(0);
    expect((await run('watch', 'list')).json()).toEqual({ rows: [] });
    const text = await runCommand('sessions', '--archive', archive);
    expect(text.stdout).toContain('X-ray');
  });

  it('sends the newer version of what was corrected while its destination was away, all at one go', async () => {
    for (const act of [
      ['import', folderOf(folder, 'before', [6])],
      ['remote', 'add', 'Hospital', 'folder', '--path', target],
      ['forward', 'rule', 'add', '--to', 'Hospital', '--from', 'cli'],
      ['import', folderOf(folder, 'after', [7])],
    ])
      expect((await run(...act)).code).toBe(0);
    renameSync(target, join(folder, 'away'));
    writeFileSync(target, 'no folder'); // else it is made again
    const waits = await run('forward', 'queue', '--run');
    expect([waits.code, waits.json()]).toMatchObject([1, { counts: { waiting: 1 } }]);
    const [row] = Rows.parse((await run('find', '--sort', 'arrival', '--descending')).json()).rows;
    const change = ['--set', 'StudyDescription=Knee', '--reason', 'a typing error'];
    expect((await run('modify', String(row?.['SOPInstanceUID']), ...change)).code).toBe(0);
    rmSync(target);
    renameSync(join(folder, 'away'), target);
    const sent = await run('forward', 'queue', '--run');
    expect(sent.json()).toMatchObject({ total: 2, counts: { waiting: 0, proven: 1 } });
    const files = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files).toHaveLength(1);
  });

  it('watches until it is stopped', async () => {
    await run('watch', 'add', source);
    const child = startCommand(['watch', 'run', '--archive', archive, '--json']);
    let text = '';
    child.stdout?.on('data', (bytes: Buffer) => (text += bytes.toString('utf8')));
    let said = '';
    child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await expect.poll(() => said, { timeout: 60_000 }).toContain('Watching');
    // What is under way when it is stopped is finished; the archive is this program's until then.
    const stored = (): number =>
      readdirSync(join(archive, 'objects'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
        .length;
    await expect.poll(stored, { timeout: 60_000 }).toBe(3);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ rows: [{ taken: 3, state: 'stopped' }] });
  });

  it.each([
    [['watch'], 2],
    [['watch', 'add'], 2],
    [['watch', 'add', 'x', '--after', 'burn'], 2],
    [['watch', 'add', 'x', '--after', 'move'], 2],
    [['forward', 'rule'], 2],
    [['forward', 'rule', 'add'], 2],
    [['forward', 'rule', 'constructor'], 2],
    [['forward', 'queue', '--limit', '0'], 2],
    [['forward', 'rule', 'add', '--to', 'x', '--priority', '11'], 2],
    [['forward', 'rule', 'add', '--to', 'x', '--anonymize', '--profile', 'all'], 2],
    [['sessions', '--source', 'moon'], 2],
    [['sessions', '--limit', '9999'], 2],
  ])('%j is wrong use', async (args, code) => {
    expect((await run(...args)).code).toBe(code);
  });
});
