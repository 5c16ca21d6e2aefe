import { appendFileSync, existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MemorySecrets } from '../../../main/sync/secrets';
import { allImages, openForTest } from '../../fixtures/archive';
import { seeded } from '../../fixtures/chance';
import {
  addRemote,
  freely,
  type OutboxForTest,
  outboxWithImages,
  sendAll,
  statesOf,
  syncForTest,
} from '../../fixtures/outbox';
import { courierKind, folderKind } from '../remotes/kinds';
import { HASTE } from './rude';

const WAIT = { timeout: 90_000, interval: 50 };
const IMAGES = 30;
/** Slow enough that a stick is pulled out in the middle of an image. */
const CAPPED = { ...freely, bytesPerSecond: 24 * 1024 };

/** What a stick may look like when it was pulled out: the end is missing, or is something that was on it before. */
const TEARS: readonly ((file: string) => void)[] = [
  (file) => truncateSync(file, Math.max(0, statSync(file).size - 1)),
  (file) => truncateSync(file, Math.max(0, statSync(file).size - 900)),
  (file) => appendFileSync(file, Buffer.alloc(700)),
  (file) => appendFileSync(file, 'FBXLTR01'),
];

describe.each([courierKind, folderKind])('a stick ($name)', (kind) => {
  it.each([1, 2, 3])(
    'that is pulled out in the middle of writing, torn, and put in again, while the program is closed and opened, by chance %i',
    async (seed) => {
      const chance = seeded(seed);
      const peer = await kind.start();
      if (!('path' in peer.settings)) throw new Error('A stick has a path.');
      const { path } = peer.settings;
      const outbox = await outboxWithImages(IMAGES, HASTE);
      const secrets = new MemorySecrets();
      let running: OutboxForTest = syncForTest(outbox.engine, secrets, HASTE);
      const remote = await addRemote(running.sync, 'far', peer.settings, {}, CAPPED);
      const transaction = await sendAll(running, remote);
      running.sync.start();
      for (let act = 0; act < 4; act += 1) {
        await wait(100 + chance.below(300));
        await peer.leave();
        await expect
          .poll(async () => {
            const [row] = (await running.sync.verbs['remotes.list']({})).rows;
            return row?.counts.proven === IMAGES || row?.activity.condition === 'blocked' || row?.counts.waiting === 0;
          }, WAIT)
          .toBe(true);
        if (chance.below(2) === 0) {
          await running.sync.close();
          await running.engine.close();
          running = syncForTest(await openForTest(outbox.engine.context.paths.root), secrets, HASTE);
          running.sync.start();
        }
        await peer.comeBack();
        if (kind === courierKind && act < 2) tearLast(path, chance.oneOf(TEARS));
      }
      await running.sync.verbs['remotes.save']({
        remote,
        name: 'far',
        settings: peer.settings,
        policy: freely,
        secrets: {},
      });
      // What a torn end has taken with it was on the stick already: a person has it written again.
      await expect
        .poll(async () => {
          const { waiting, sending, proven } = await statesOf(running.sync, transaction);
          return waiting + sending === 0 || proven === IMAGES;
        }, WAIT)
        .toBe(true);
      if (kind === courierKind) await running.sync.verbs['courier.write']({ remote, again: true });
      await expect.poll(() => statesOf(running.sync, transaction), WAIT).toMatchObject({ proven: IMAGES });
      const wanted = (await allImages(running.engine)).map(({ image }) => String(image));
      expect([...new Set(await peer.held())].sort()).toEqual(wanted.sort());
      expect(running.faults).toEqual([]);
    },
  );
});

function tearLast(folder: string, tear: (file: string) => void): void {
  if (!existsSync(folder)) return;
  const bundle = readdirSync(folder).find((name) => name.endsWith('.courier'));
  if (bundle !== undefined) tear(join(folder, bundle));
}
