import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { allImages, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { openWatching, quickly, watched } from '../fixtures/background';
import { runCommand, startCommand } from '../fixtures/command-line';
import { addRule, filesBelow, folderRemote, forwarded } from '../fixtures/forwarding';
import { writeInstances } from '../fixtures/instances';
import { syncForTest } from '../fixtures/outbox';

const ROUNDS = 12;
const FILES = 300;
/** Long enough for the process to have begun, to have looked twice, and to be in the middle of taking. */
const [EARLIEST_MS, LATEST_MS] = [2_300, 4_000];

describe('kill -9 at any moment of watching and forwarding', () => {
  it('takes nothing twice, misses nothing, and sends each image once', { timeout: 600_000 }, async () => {
    const folder = temporaryFolder();
    const [archive, source] = [join(folder, 'archive'), join(folder, 'source')];
    const hashes = writeInstances(source, FILES);
    const target = temporaryFolder();
    const setUp = await openForTest(archive);
    await setUp.verbs['watch.create'](watched(source));
    const remote = await folderRemote(syncForTest(setUp), 'Hospital', target);
    await addRule(setUp, remote, { source: 'watch' });
    await setUp.close();
    const seen: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = startCommand(['watch', 'run', '--archive', archive]);
      const exit = once(child, 'close');
      await wait(randomInt(EARLIEST_MS, LATEST_MS));
      child.kill('SIGKILL');
      await exit;
      const engine = await openForTest(archive);
      const images = await allImages(engine);
      seen.push(images.length);
      expect(new Set(images.map(({ image }) => image)).size).toBe(images.length);
      await engine.close();
      if (images.length === FILES) break;
    }
    expect(seen.at(-1)).toBeGreaterThan(0);
    const ended = await runCommand('watch', 'run', '--once', '--archive', archive, '--json');
    expect([ended.code, ended.json()]).toMatchObject([0, { rows: [{ taken: FILES, waiting: 0, problems: 0 }] }]);
    const engine = await openWatching(archive);
    expect(quickly.watch?.settle).toBeLessThan(1000);
    await wait(1000);
    expect(new Set((await allImages(engine)).map(({ image }) => image as string))).toEqual(new Set(hashes.values()));
    syncForTest(engine).sync.start();
    await expect
      .poll(async () => (await forwarded(engine)).counts, { timeout: 30_000 })
      .toMatchObject({ proven: FILES, waiting: 0, arrived: 0, refused: 0, parked: 0 });
    const queue = await forwarded(engine);
    expect(queue.gathering).toEqual([]);
    expect(queue.rows.reduce((sum, { total }) => sum + total, 0)).toBe(FILES);
    const sent = filesBelow(target);
    expect(sent.filter((path) => path.endsWith('.part'))).toEqual([]);
    expect(sent).toHaveLength(FILES);
    for (const [path, hash] of [...hashes].slice(0, 20)) {
      expect(readFileSync(path).equals(readFileSync(join(archive, 'objects', hash.slice(0, 2), hash)))).toBe(true);
    }
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({ missing: [], corrupt: [], orphaned: [] });
  });
});
