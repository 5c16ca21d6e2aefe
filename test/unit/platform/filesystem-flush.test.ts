import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FilesystemFlush } from '../../../main/platform/filesystem-flush';
import { temporaryFolder } from '../../fixtures/archive';

/** However much other programs write meanwhile. */
const ANY = Number.MAX_SAFE_INTEGER;
const PATIENCE_MS = 60_000;
const EXT4 = 0xef53;

/** A `sync` that says which one it is, notes what it is asked for and ends with the code in a file. */
function fakeSync(
  folder: string,
  version: string,
): { readonly log: () => string; readonly fail: (code: number) => void } {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const log = join(folder, 'log');
  const code = join(folder, 'code');
  const script = join(bin, 'sync');
  writeFileSync(code, '0');
  writeFileSync(
    script,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo "${version}"; echo more; exit 0; fi\necho "$1 $2" >> "${log}"\nexit "$(cat "${code}")"\n`,
  );
  chmodSync(script, 0o755);
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH'] ?? ''}`);
  return {
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    fail: (value) => writeFileSync(code, String(value)),
  };
}

/** Where the folder lies on a filesystem whose syncfs is trusted, as on the machines this is tested on. */
async function isTrusted(folder: string): Promise<boolean> {
  return process.platform === 'linux' && (await statfs(folder)).type === EXT4;
}

afterEach(() => vi.unstubAllEnvs());

describe('flushing a whole filesystem', () => {
  it('asks for the folder, time after time, and tells when it did not work', async () => {
    const folder = temporaryFolder();
    const trusted = await isTrusted(folder);
    const sync = fakeSync(folder, 'sync (GNU coreutils) 9.1');
    const flush = new FilesystemFlush(folder, PATIENCE_MS);
    expect(await flush.flush(ANY)).toBe(trusted);
    expect(sync.log()).toBe(trusted ? `-f ${folder}\n` : '');
    sync.fail(1);
    expect(await flush.flush(ANY)).toBe(false);
    sync.fail(0);
    expect(await Promise.all([flush.flush(ANY), flush.flush(ANY)])).toEqual([trusted, trusted]);
    flush.close();
    expect(await flush.flush(ANY)).toBe(trusted);
    flush.close();
  });

  it('leaves it to others where the command does not tell of errors', async () => {
    for (const version of ['sync (uutils coreutils) 0.1.0', 'sync (GNU coreutils) 8.23', 'BusyBox v1.36.1']) {
      const folder = temporaryFolder();
      const sync = fakeSync(folder, version);
      const flush = new FilesystemFlush(folder, PATIENCE_MS);
      expect(await flush.flush(ANY)).toBe(false);
      expect(await flush.flush(ANY)).toBe(false);
      expect(sync.log()).toBe('');
      vi.unstubAllEnvs();
    }
  });

  it('leaves it to others where no process can be started', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('PATH', folder);
    expect(await new FilesystemFlush(folder, PATIENCE_MS).flush(ANY)).toBe(false);
  });

  it('does not wait for other programs that write much', async () => {
    const folder = temporaryFolder();
    const sync = fakeSync(folder, 'sync (GNU coreutils) 9.1');
    const flush = new FilesystemFlush(folder, PATIENCE_MS);
    expect(await flush.flush(-ANY)).toBe(false);
    expect(sync.log()).toBe('');
  });
});
