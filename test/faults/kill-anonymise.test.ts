import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runAnonymisation } from '../../main/archive/anonymisation';
import type { Engine } from '../../main/archive/engine';
import { AnonymisationRequest } from '../../shared/contract/anonymisation';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { startCommand } from '../fixtures/command-line';
import { chosen, expectSound } from '../fixtures/identity';
import { writeInstances } from '../fixtures/instances';

const ROUNDS = 12;
/** Several groups of those that are prepared, anonymised and committed together. */
const FILES = 1000;
const PATIENTS = Array.from({ length: FILES / 10 }, (_, number) => `P${String(number)}`);

/** Anonymises everybody's images in a process of its own; with `replace` the originals go into the trash. */
function startAnonymising(archive: string, replace: boolean): ReturnType<typeof startCommand> {
  const patients = PATIENTS.flatMap((patient) => ['--patient', patient]);
  const mode = replace ? '--replace' : '--copy';
  return startCommand(['anonymize', ...patients, mode, '--ignore-masks', '--archive', archive, '--json']);
}

/** How long it takes when nobody disturbs it. */
async function undisturbed(full: string, archive: string): Promise<number> {
  cpSync(full, archive, { recursive: true });
  const started = performance.now();
  const [code] = (await once(startAnonymising(archive, false), 'close')) as [number];
  expect(code).toBe(0);
  rmSync(archive, { recursive: true });
  return performance.now() - started;
}

/** Kills it at a random moment; gives how many images it had reported as done until then. */
async function killed(archive: string, replace: boolean, withinMs: number): Promise<number> {
  const child = startAnonymising(archive, replace);
  let text = '';
  child.stderr?.on('data', (bytes: Buffer) => (text += bytes.toString('utf8')));
  child.stdout?.resume();
  const exit = once(child, 'close');
  await Promise.race([exit, wait(randomInt(Math.ceil(withinMs)))]);
  child.kill('SIGKILL');
  await exit;
  return Math.max(0, ...[...text.matchAll(/^anonymising (\d+)\/\d+\n/gm)].map(([, done]) => Number(done)));
}

/** Originals and copies that stand in the catalogue. */
function standing({ context: { db } }: Engine): { readonly originals: number; readonly copies: number } {
  const count = (condition: string): number =>
    (
      db
        .prepare(
          `SELECT count(*) AS n FROM image WHERE ${condition} EXISTS
          (SELECT 1 FROM anonymised_image WHERE anonymous = image.object)`,
        )
        .get() as { n: number }
    ).n;
  return { originals: count('NOT'), copies: count('') };
}

async function expectWhole(engine: Engine): Promise<void> {
  const { missing, corrupt, orphaned } = await engine.verifyNow(true, unwatched);
  expect({ missing, corrupt, orphaned }).toEqual({ missing: [], corrupt: [], orphaned: [] });
}

describe('kill -9 while many images are anonymised', () => {
  it(
    `loses nothing that was reported and makes nothing twice, ${String(ROUNDS)} times`,
    { timeout: 900_000 },
    async () => {
      const folder = temporaryFolder();
      const source = join(folder, 'source');
      writeInstances(source, FILES, 8);
      const full = join(folder, 'full');
      const first = await openForTest(full);
      await importInto(first, [source]);
      const images = (await allImages(first)).map((row) => row.image);
      await first.close();
      const whole = await undisturbed(full, join(folder, 'whole'));
      let midway = 0;
      let reportedInAll = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const archive = join(folder, `archive-${String(round)}`);
        const replace = round % 2 === 1;
        cpSync(full, archive, { recursive: true });
        let reported = await killed(archive, replace, whole);
        if (round % 3 === 2) reported = Math.max(reported, await killed(archive, replace, whole));
        reportedInAll += reported;

        const engine = await openForTest(archive);
        const { originals, copies } = standing(engine);
        expect(copies).toBeGreaterThanOrEqual(reported);
        expect(originals).toBe(replace ? FILES - copies : FILES);
        await expectWhole(engine);
        if (copies > 0 && copies < FILES) midway += 1;

        const left = replace
          ? (await allImages(engine)).map((row) => row.image).filter((image) => images.includes(image))
          : images;
        if (left.length > 0) {
          const again = AnonymisationRequest.parse({
            selection: chosen({ images: left }),
            mode: replace ? 'replace' : 'copy',
            masks: 'ignore',
          });
          const result = await runAnonymisation(engine.context, again, unwatched);
          expect(result).toMatchObject({
            state: 'done',
            made: FILES - copies,
            alreadyThere: replace ? 0 : copies,
            leftOut: [],
          });
        }
        expect(standing(engine)).toEqual({ originals: replace ? 0 : FILES, copies: FILES });
        const uids = new Set((await allImages(engine)).map((row) => row.SOPInstanceUID));
        expect(uids.size).toBe(replace ? FILES : 2 * FILES);
        await expectWhole(engine);
        if (round % 8 === 0) await expectSound(engine);
        await engine.close();
        rmSync(archive, { recursive: true });
      }
      // The test would prove nothing if the kills came too early or too late.
      expect(midway).toBeGreaterThan(2);
      expect(reportedInAll).toBeGreaterThan(0);
    },
  );
});
