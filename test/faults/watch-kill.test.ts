import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { allImages, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { openWatching, quickly, watched } from '../fixtures/background';
import { runCommand, startCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';

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
    const { destination } = await setUp.verbs['destinations.create']({
      name: 'Hospital',
      type: 'folder',
      settings: { folder: target },
    });
    await setUp.verbs['forward.addRule']({ source: 'watch', sourceRef: '', destination, keepImages: true });
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
    await expect
      .poll(
        async () =>
          (await engine.verbs['forward.queue']({ offset: 0, limit: 100 })).rows.every(({ state }) => state === 'done'),
        { timeout: 30_000 },
      )
      .toBe(true);
    const { rows } = await engine.verbs['forward.queue']({ offset: 0, limit: 100 });
    expect(rows.reduce((sum, { sent }) => sum + sent, 0)).toBe(FILES);
    const sent = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(sent.filter(({ name }) => name.endsWith('.part'))).toEqual([]);
    expect(sent).toHaveLength(FILES);
    for (const [path, hash] of [...hashes].slice(0, 20)) {
      expect(readFileSync(path).equals(readFileSync(join(archive, 'objects', hash.slice(0, 2), hash)))).toBe(true);
    }
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({ missing: [], corrupt: [], orphaned: [] });
  });
});
