import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { runCommand } from '../fixtures/command-line';
import { instanceBytes } from '../fixtures/instances';
import { PASSWORD } from '../fixtures/people';

beforeEach(() => {
  vi.unstubAllEnvs();
  vi.stubEnv('FIELDBOX_PASSWORD', '');
  vi.stubEnv('FIELDBOX_NEW_PASSWORD', '');
});

/** An archive with one image and two people: anna, the superuser, and bob, a user. */
async function withPeople() {
  const folder = temporaryFolder();
  const archive = join(folder, 'archive');
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'one'), instanceBytes({ seed: 1, PatientID: 'A-1', PatientName: 'Otieno^Mary' }));
  expect((await runCommand('import', source, '--archive', archive)).code).toBe(0);
  vi.stubEnv('FIELDBOX_NEW_PASSWORD', PASSWORD);
  expect((await runCommand('users', 'add', 'anna', '--name', 'Anna Nkosi', '--archive', archive)).code).toBe(0);
  vi.stubEnv('FIELDBOX_PASSWORD', PASSWORD);
  const added = await runCommand('users', 'add', 'bob', '--archive', archive, '--user', 'anna', '--json');
  expect(added.json()).toMatchObject({ login: 'bob', role: 'user', initials: 'B' });
  return { folder, archive, source };
}

describe('the command line of an archive with people', () => {
  it('asks who it is, and for the password; without them nothing is done', async () => {
    const { archive } = await withPeople();
    const find = (...args: string[]) => runCommand('find', '--archive', archive, '--json', ...args);
    const unnamed = await find();
    expect(unnamed).toMatchObject({ code: 2 });
    expect(unnamed.json()).toMatchObject({ error: { code: 'NOT_SIGNED_IN' } });
    expect(unnamed.stderr).toContain('--user NAME');
    expect((await find('--user=anna')).json()).toMatchObject({ total: 1 });
    vi.stubEnv('FIELDBOX_PASSWORD', 'something else');
    expect((await find('--user', 'anna')).json()).toMatchObject({ error: { code: 'WRONG_SECRET' } });
    vi.stubEnv('FIELDBOX_PASSWORD', '');
    const untyped = await find('--user', 'anna');
    expect(untyped.code).toBe(2);
    expect(untyped.stderr).toContain('FIELDBOX_PASSWORD');
  });

  it('does everything in the name of the person, and no more than they may', async () => {
    const { archive, folder } = await withPeople();
    const more = join(folder, 'more');
    mkdirSync(more);
    writeFileSync(join(more, 'two'), instanceBytes({ seed: 2, PatientID: 'A-1', PatientName: 'Otieno^Mary' }));
    expect((await runCommand('import', more, '--archive', archive, '--user', 'bob')).code).toBe(0);
    const refused = await runCommand('rebuild', '--archive', archive, '--user', 'bob', '--json');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.json()).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
    for (const command of [['verify'], ['show', 'A-1'], ['export', '--patient', 'A-1', '--out', join(folder, 'out')]]) {
      const outcome = await runCommand(...command, '--archive', archive, '--json');
      expect(outcome.json()).toMatchObject({ error: { code: 'NOT_SIGNED_IN' } });
    }
    expect(existsSync(join(folder, 'out'))).toBe(false);
    const engine = await openForTest(archive);
    const { rows } = await engine.verbs['users.list']({});
    const bob = rows.find(({ login }) => login === 'bob');
    const stored = engine.context.db.prepare('SELECT stored_by AS by FROM image ORDER BY id').all();
    expect(stored).toEqual([{ by: null }, { by: bob?.user }]);
  });

  it('lists, promotes, gives passwords and removes', async () => {
    const { archive } = await withPeople();
    const users = (...args: string[]) => runCommand('users', ...args, '--archive', archive, '--user', 'anna', '--json');
    expect((await users('role', 'bob', 'administrator')).json()).toMatchObject({ login: 'bob', role: 'administrator' });
    expect((await users('role', 'bob', 'king')).code).toBe(2);
    vi.stubEnv('FIELDBOX_NEW_PASSWORD', 'wind in the trees');
    expect((await users('password', 'BOB')).code).toBe(0);
    expect((await users('password', 'anna')).code).toBe(0);
    vi.stubEnv('FIELDBOX_PASSWORD', 'wind in the trees');
    expect((await users('remove', 'anna')).json()).toMatchObject({ error: { code: 'LAST_SUPERUSER' } });
    expect((await users('remove', 'bob')).code).toBe(0);
    expect((await users('list')).json()).toMatchObject({ rows: [{ login: 'anna' }, { login: 'bob', removed: true }] });
    expect((await users('remove', 'nobody')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect((await users('dance')).code).toBe(2);
    const text = await runCommand('users', 'list', '--archive', archive, '--user', 'anna');
    expect(text.stdout).toMatch(/^anna +superuser +active +Anna Nkosi$/m);
  });

  it('lists the log with filters, writes it to a file, and takes lines off', async () => {
    const { archive, folder } = await withPeople();
    const log = (...args: string[]) => runCommand('log', ...args, '--archive', archive, '--user', 'anna', '--json');
    expect((await log('list', '--subject', 'users', '--text', 'added')).json()).toMatchObject({
      rows: [
        { code: 'USER_ADDED', byName: 'Anna Nkosi', personName: 'bob' },
        { code: 'USER_ADDED', byName: 'Anna Nkosi' },
      ],
    });
    expect((await log('list', '--by', 'anna', '--from', '2020-01-01', '--limit', '1')).json()).toMatchObject({
      rows: [{ code: 'SIGNED_IN' }],
    });
    expect((await runCommand('verify', '--archive', archive, '--user', 'bob')).code).toBe(0);
    expect((await runCommand('users', 'remove', 'bob', '--archive', archive, '--user', 'anna')).code).toBe(0);
    // What somebody did stays theirs when they have left.
    expect((await log('list', '--by', 'Bob')).json()).toMatchObject({ rows: [{ code: 'SIGNED_IN', byName: 'bob' }] });
    expect((await log('list', '--by', 'nobody')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect((await log('list', '--to', '2020-01-01')).json()).toEqual({ rows: [], next: null });
    expect((await log('list', '--patient', 'A-1')).json()).toEqual({ rows: [], next: null });
    expect((await log('list', '--patient', 'Z-9')).code).toBe(2);
    expect((await log('list', '--from', 'yesterday')).code).toBe(2);
    expect((await log('list', '--subject', 'gossip')).code).toBe(2);
    const csv = join(folder, 'log.csv');
    expect((await log('list', '--csv', csv, '--level', 'info')).json()).toMatchObject({ path: csv });
    expect(readFileSync(csv, 'utf8')).toContain('Person added.');
    expect((await log('remove')).code).toBe(2);
    expect((await log('remove', '--before', '2100-01-01')).code).toBe(0);
    expect((await log('list', '--text', 'taken off')).json()).toMatchObject({ rows: [{ code: 'LOG_REMOVED' }] });
    const text = await runCommand('log', 'list', '--archive', archive, '--user', 'anna');
    expect(text.stdout).toMatch(/Anna Nkosi {2}Lines taken off the log: \d+\./);
  });
});

describe('destinations on the command line of an archive with people', () => {
  it('are set up by administrators, used by everybody, and by nobody who has not signed in', async () => {
    const { archive, folder } = await withPeople();
    const share = join(folder, 'share');
    mkdirSync(share);
    const run = (...args: string[]) => runCommand(...args, '--archive', archive, '--json');
    const add = ['remote', 'add', 'Share', 'folder', '--path', share];
    for (const command of [['remote', 'list'], ['outbox', 'list'], ['ledger'], ['courier', 'key'], add])
      expect((await run(...command)).json()).toMatchObject({ error: { code: 'NOT_SIGNED_IN' } });
    expect((await run(...add, '--user', 'bob')).json()).toMatchObject({ error: { code: 'NOT_ALLOWED' } });
    expect((await run(...add, '--user', 'anna')).json()).toMatchObject({ name: 'Share' });
    expect((await run('remote', 'remove', 'Share', '--user', 'bob')).json()).toMatchObject({
      error: { code: 'NOT_ALLOWED' },
    });
    expect((await run('remote', 'test', 'Share', '--user', 'bob')).json()).toMatchObject({
      error: { code: 'NOT_ALLOWED' },
    });
    const sent = await run('send', '--to', 'Share', '--patient', 'A-1', '--user', 'bob');
    expect(sent.json()).toMatchObject({ counts: { proven: 1 } });
    const engine = await openForTest(archive);
    const { rows } = await engine.verbs['users.list']({});
    const asked = engine.context.db.prepare('SELECT by_user AS by FROM outbox_transaction').all();
    expect(asked).toEqual([{ by: rows.find(({ login }) => login === 'bob')?.user }]);
  });
});
