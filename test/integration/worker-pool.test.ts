import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkerPool } from '../../main/workers/pool';

/** Enough that a worker is at it long after it was sent something else. */
const LONG_BYTES = 256 * 1024 * 1024;
/** So much that a worker cannot get through it in the time that is given. */
const ENDLESS_BYTES = 1024 * 1024 * 1024 * 1024;

let folder: string;
let pool: WorkerPool;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldbox-pool-'));
  pool = new WorkerPool(3);
});

afterEach(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

/** A file of that many zeros, which takes no room on the disk. */
function zeros(name: string, bytes: number): { readonly path: string } {
  const path = join(folder, name);
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return { path };
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function small(text: string): { readonly path: string } {
  const path = join(folder, text);
  writeFileSync(path, text);
  return { path };
}

describe('tasks that are sent ahead', () => {
  it('are done by as many workers as may, in their order', async () => {
    const ended: string[] = [];
    const told = async ({ path }: { readonly path: string }): Promise<void> => {
      await pool.run('hashFile', { path }, { most: 1 });
      ended.push(basename(path));
    };
    await Promise.all([told(zeros('long', LONG_BYTES)), told(small('second')), told(small('third'))]);
    expect(ended).toEqual(['long', 'second', 'third']);
  });

  it('do not keep other workers from other tasks', async () => {
    const hung = ['endless', 'ahead', 'waiting'].map((name) =>
      pool.run('hashFile', zeros(name, ENDLESS_BYTES), { most: 1 }),
    );
    const outcomes = Promise.allSettled(hung);
    await expect(pool.run('readTags', small('no image'))).rejects.toMatchObject({ code: 'NOT_DICOM' });
    await pool.close();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ARCHIVE_CLOSED' } });
  });

  it('go to another worker when theirs is ended, and are done there', async () => {
    const hangs = pool.run('hashFile', zeros('endless', ENDLESS_BYTES), { most: 1, timeoutMs: 300 });
    const ahead = pool.run('hashFile', small('ahead'), { most: 1 });
    const waiting = pool.run('hashFile', small('waiting'), { most: 1 });
    await expect(hangs).rejects.toMatchObject({ code: 'TIMED_OUT' });
    expect(await Promise.all([ahead, waiting])).toMatchObject([
      { sha256: sha256Of('ahead') },
      { sha256: sha256Of('waiting') },
    ]);
  });

  it('come to their end when the signal is raised; those that were not sent yet do not begin', async () => {
    const abort = new AbortController();
    const options = { most: 1, signal: abort.signal };
    const running = pool.run('hashFile', zeros('long', LONG_BYTES), options);
    const ahead = pool.run('hashFile', small('ahead'), options);
    const waiting = pool.run('hashFile', small('waiting'), options);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await running).sha256).toHaveLength(64);
    expect(await ahead).toMatchObject({ sha256: sha256Of('ahead') });
  });
});

describe('workers that are asked whether they are idle', () => {
  it('are not while one has a task, nor while one waits', async () => {
    expect(pool.isIdle).toBe(true);
    const running = pool.run('hashFile', small('one'));
    expect(pool.isIdle).toBe(false);
    await running;
    expect(pool.isIdle).toBe(true);
  });

  it('compile what comes next without any file', async () => {
    await expect(
      pool.run('warmUp', { patients: 2, options: { masks: [] }, key: { secret: new Uint8Array(32) } }),
    ).resolves.toEqual({});
  });
});
