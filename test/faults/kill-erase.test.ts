import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { startCommand } from '../fixtures/command-line';
import { chosen, expectSound } from '../fixtures/identity';
import { writeInstances } from '../fixtures/instances';

const ROUNDS = 25;
const FILES = 1500;

/** Starts emptying the trash in a process of its own. */
function startEmptying(archive: string): ReturnType<typeof startCommand> {
  return startCommand(['trash', 'empty', '--older-than', '0', '--archive', archive, '--json']);
}

/** How long it takes when nobody disturbs it. */
async function undisturbed(full: string, archive: string): Promise<number> {
  cpSync(full, archive, { recursive: true });
  const started = performance.now();
  await once(startEmptying(archive), 'close');
  return performance.now() - started;
}

describe('kill -9 while the trash is emptied', () => {
  it(`leaves nothing half erased, ${String(ROUNDS)} times`, { timeout: 600_000 }, async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    const kept = writeInstances(source, FILES, 8).size / 2;
    const full = join(folder, 'full');
    const engine = await openForTest(full);
    await importInto(engine, [source]);
    const images = (await allImages(engine)).map((row) => row.image);
    await engine.verbs['images.trash']({ selection: chosen({ images: images.slice(kept) }), reason: '' });
    await engine.close();
    const whole = await undisturbed(full, join(folder, 'whole'));
    let midway = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const archive = join(folder, `archive-${String(round)}`);
      cpSync(full, archive, { recursive: true });
      const child = startEmptying(archive);
      const exit = once(child, 'close');
      await Promise.race([exit, wait(randomInt(Math.ceil(whole)))]);
      child.kill('SIGKILL');
      await exit;
      const again = await openForTest(archive);
      const { total } = await again.verbs['trash.list']({ text: '', offset: 0, limit: 1 });
      if (total > 0 && total < FILES - kept) midway += 1;
      expect(await allImages(again)).toHaveLength(kept);
      const report = await again.verifyNow(true, unwatched);
      expect([report.objects, report.missing, report.corrupt, report.orphaned]).toEqual([kept + total, [], [], []]);
      if (round % 5 === 0) await expectSound(again);
      await again.close();
    }
    // The test would prove nothing if the kills came too early or too late.
    expect(midway).toBeGreaterThan(0);
  });
});
