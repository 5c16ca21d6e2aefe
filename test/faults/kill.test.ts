import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { startCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';

const ROUNDS = 60;
/** More than come into one commit. */
const FILES = 900;

/** How long an import of the folder takes in its own process when nobody disturbs it: the kill comes anywhere in it. */
async function undisturbed(source: string, archive: string): Promise<number> {
  const started = performance.now();
  await once(startCommand(['import', source, '--archive', archive, '--json']), 'close');
  rmSync(archive, { recursive: true });
  return performance.now() - started;
}

/** Kills an import at a random moment; gives the images it had reported as added or already stored until then. */
async function killedImport(
  source: string,
  archive: string,
  longestMs: number,
): Promise<{ reported: readonly string[]; finished: boolean }> {
  const child = startCommand(['import', source, '--archive', archive, '--each', '--json']);
  let text = '';
  child.stderr?.on('data', (bytes: Buffer) => (text += bytes.toString('utf8')));
  const exit = once(child, 'close');
  const finished = await Promise.race([exit.then(() => true), wait(randomInt(longestMs)).then(() => false)]);
  child.kill('SIGKILL');
  await exit;
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const reported = whole.flatMap((line) => {
    const [outcome, , image] = line.split('\t');
    return (outcome === 'added' || outcome === 'alreadyStored') && image ? [image] : [];
  });
  return { reported, finished };
}

describe('kill -9 at any moment of an import', () => {
  it(`loses nothing that was reported, ${String(ROUNDS)} times`, { timeout: 900_000 }, async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    const hashes = new Set(writeInstances(source, FILES).values());
    const longestMs = Math.ceil(await undisturbed(source, join(folder, 'whole')));
    let archive = join(folder, 'archive-0');
    let killedMidway = 0;
    let reportedInAll = 0;
    const promised = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const { reported, finished } = await killedImport(source, archive, longestMs);
      for (const image of reported) promised.add(image);
      reportedInAll += reported.length;
      const engine = await openForTest(archive);
      const here = new Set((await allImages(engine)).map((row) => row.image as string));
      expect([...promised].filter((image) => !here.has(image))).toEqual([]);
      expect([...here].filter((image) => !hashes.has(image))).toEqual([]);
      const report = await engine.verifyNow(true, unwatched);
      expect({ missing: report.missing, corrupt: report.corrupt, orphaned: report.orphaned }).toEqual({
        missing: [],
        corrupt: [],
        orphaned: [],
      });
      if (here.size > 0 && here.size < FILES) killedMidway += 1;
      if (finished || here.size === FILES || round === ROUNDS - 1) {
        const outcomes = await importInto(engine, [source]);
        expect(outcomes).toHaveLength(FILES);
        expect(outcomes.every((outcome) => outcome.outcome !== 'rejected')).toBe(true);
        expect(await allImages(engine)).toHaveLength(FILES);
        await engine.close();
        rmSync(archive, { recursive: true });
        archive = join(folder, `archive-${String(round + 1)}`);
        promised.clear();
      } else await engine.close();
    }
    // The test would prove nothing if the kills came too early or too late.
    expect(killedMidway).toBeGreaterThan(ROUNDS / 5);
    expect(reportedInAll).toBeGreaterThan(FILES);
  });
});
