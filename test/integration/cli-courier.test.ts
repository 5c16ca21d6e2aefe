import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { temporaryFolder } from '../fixtures/archive';
import { runCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';

/** A command of one of two boxes, each with a key file of its own. */
async function box(folder: string, name: string) {
  const archive = join(folder, name);
  const source = join(folder, `${name}-source`);
  writeInstances(source, name === 'clinic' ? 3 : 0);
  expect((await runCommand('import', source, '--archive', archive)).code).toBe(0);
  return (...args: string[]) => {
    vi.stubEnv('FIELDBOX_KEY_FILE', join(folder, `${name}.key`));
    return runCommand(...args, '--archive', archive, '--json');
  };
}

it('writes a stick, reads it at the other box, and marks what the receipt confirms', async () => {
  const folder = temporaryFolder();
  const [clinic, hospital] = [await box(folder, 'clinic'), await box(folder, 'hospital')];
  const stick = join(folder, 'stick');
  mkdirSync(stick);
  const { key } = (await hospital('courier', 'key')).json() as { key: string };
  expect((await hospital('courier', 'key')).json()).toEqual({ key });
  expect(statSync(join(folder, 'hospital.key')).mode & 0o077).toBe(0);
  expect((await clinic('remote', 'add', 'Hospital', 'courier', '--key', key)).code).toBe(0);
  expect((await clinic('remote', 'add', 'Typo', 'courier', '--key', `${key}X`)).json()).toMatchObject({
    error: { code: 'COURIER_KEY' },
  });
  expect((await clinic('send', '--to', 'Hospital', '--patient', 'P0', '--only-queue')).code).toBe(1);
  expect((await clinic('courier', 'write', '--to', 'Hospital')).json()).toMatchObject({
    counts: { waiting: 3 },
    fault: { code: 'COURIER_NO_STICK' },
  });
  const written = await clinic('courier', 'write', '--to', 'Hospital', '--into', stick);
  expect([written.code, written.json()]).toEqual([0, expect.objectContaining({ fault: null })]);
  expect(written.json()).toMatchObject({ counts: { arrived: 3, proven: 0 } });
  const read = await hospital('courier', 'read', stick);
  expect([read.code, read.json()]).toMatchObject([0, { bundles: [{ added: 3, fault: null }], receipts: [] }]);
  expect(readdirSync(stick).some((name) => name.endsWith('.receipt'))).toBe(true);
  const back = await clinic('courier', 'read', stick, '--only-receipts');
  expect(back.json()).toMatchObject({ receipts: [{ stored: 3, from: { name: 'Hospital' } }] });
  expect((await clinic('outbox', 'list')).json()).toMatchObject({ rows: [{ counts: { proven: 3 } }] });
  vi.unstubAllEnvs();
  const text = await runCommand('courier', 'read', stick, '--archive', join(folder, 'clinic'));
  expect([text.code, text.stderr]).toEqual([2, expect.stringContaining('FIELDBOX_KEY_FILE')]);
  expect((await runCommand('courier', 'dance', '--archive', join(folder, 'clinic'))).code).toBe(2);
});
