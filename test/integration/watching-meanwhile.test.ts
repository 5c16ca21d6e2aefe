import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allImages, openForTest, temporaryFolder } from '../fixtures/archive';
import { quickly, watched } from '../fixtures/background';
import { writeInstances } from '../fixtures/instances';

it('a watched folder gives no file twice that is taken in while newer ones wait for their turn', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  mkdirSync(join(source, 'early'), { recursive: true });
  const late = writeInstances(join(source, 'late'), 60, 768);
  const watch = { look: 1, settle: 5, quiet: 250 };
  const engine = await openForTest(join(folder, 'archive'), { timings: { ...quickly, watch } });
  engine.background.start();
  await engine.verbs['watch.create'](watched(source));
  const row = async () => (await engine.verbs['watch.list']({})).rows[0];
  const sessions = async () => (await engine.verbs['import.sessions']({ text: '', offset: 0, limit: 50 })).rows;
  await expect.poll(async () => (await row())?.state, { interval: 1 }).toBe('taking');
  // Of smaller names: they come first when the folder is looked at again, and the large ones are still on their way then.
  const early = writeInstances(join(source, 'early'), 40, 16);
  const all = late.size + early.size;
  await expect.poll(async () => (await row())?.taken, { timeout: 60_000 }).toBe(all);
  await expect.poll(async () => (await sessions()).every(({ state }) => state === 'done')).toBe(true);
  expect(await allImages(engine)).toHaveLength(all);
  expect((await sessions()).reduce((sum, { files }) => sum + files, 0)).toBe(all);
});
