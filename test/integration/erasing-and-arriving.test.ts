import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { contract } from '../../shared/contract';
import type { ImageId } from '../../shared/model/ids';
import type { Engine } from '../../main/archive/engine';
import { Receiver } from '../../main/archive/ingest/receiver';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { chosen, ended, expectSound, register } from '../fixtures/identity';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { cornerSamples, jpegOf } from '../fixtures/photos';

const SENDER = { source: 'box', sourceRef: 'far', label: 'far' } as const;

interface Case {
  readonly engine: Engine;
  /** Where the same bytes lie outside of the archive. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An archive in which the only image lies in the trash. */
async function trashed(bytes: Uint8Array): Promise<Case> {
  const folder = temporaryFolder();
  const path = join(folder, 'same');
  writeFileSync(path, bytes);
  const engine = await openForTest(join(folder, 'archive'));
  await importInto(engine, [path]);
  const images = (await allImages(engine)).map(({ image }) => image);
  await engine.verbs['images.trash']({ selection: chosen({ images }), reason: '' });
  return { engine, path, bytes: new Uint8Array(bytes) };
}

/** Holds what comes in right after it was seen that its bytes are here already. */
function heldAfter(engine: Engine, look: 'takeIn' | 'takeInGroup' | 'exists') {
  let seen: () => void = () => undefined;
  let go: () => void = () => undefined;
  const looked = new Promise<void>((resolve) => (seen = resolve));
  const gate = new Promise<void>((resolve) => (go = resolve));
  const { pool, objects } = engine.context;
  const hold = async (): Promise<void> => {
    seen();
    await gate;
  };
  if (look === 'exists') {
    const exists = objects.exists.bind(objects);
    vi.spyOn(objects, 'exists').mockImplementation(async (object) => {
      const there = await exists(object);
      await hold();
      return there;
    });
  } else {
    const run = pool.run.bind(pool);
    vi.spyOn(pool, 'run').mockImplementation(async (task, input, options) => {
      const output = await run(task, input, options);
      const isLook: boolean = task === look;
      if (isLook) await hold();
      return output;
    });
  }
  return { looked, go: () => go() };
}

const ways: readonly (readonly [string, 'takeIn' | 'takeInGroup', (given: Case) => Promise<unknown>])[] = [
  [
    'comes over the network',
    'takeIn',
    async ({ engine, path }) => (await Receiver.open(engine.context, SENDER, unwatched)).take(path, 'a'),
  ],
  [
    'comes over the network together with others',
    'takeInGroup',
    async ({ engine, bytes }) => {
      const files = [{ start: 0, bytes: bytes.length, expected: sha256Of(bytes) }];
      const receiver = await Receiver.open(engine.context, SENDER, unwatched);
      const [taken] = await receiver.takeGroup({ whole: new Uint8Array(bytes), giveBack: () => undefined, files }, [
        'a',
      ]);
      if (taken instanceof Error) throw taken;
    },
  ],
  [
    'another program adds to a session',
    'takeIn',
    async ({ engine, bytes }) => {
      const { session } = await engine.intake.createSession('a');
      await engine.intake.addToSession(session, bytes, 'a');
    },
  ],
];

/** Empties the trash when it was seen that bytes are here already, and lets their arrival go on after a moment. */
async function erasedDuring(
  engine: Engine,
  arriving: Promise<unknown>,
  looked: Promise<unknown>,
  go: () => void,
): Promise<void> {
  await looked;
  const erasing = engine.verbs['trash.erase']({ images: [], olderThanDays: 0 }).then((begun) => ended(engine, begun));
  await Promise.race([erasing, wait(1000)]);
  go();
  await arriving;
  await erasing;
}

describe('emptying the trash', () => {
  it.each(ways)('does not take away what %s and was seen to be here', async (_, look, arrive) => {
    const given = await trashed(instanceBytes({ seed: 1 }));
    const { engine } = given;
    const { looked, go } = heldAfter(engine, look);
    await erasedDuring(engine, arrive(given), looked, go);
    expect((await allImages(engine)).map(({ image }) => String(image))).toEqual([sha256Of(given.bytes)]);
    const report = await engine.verifyNow(true, unwatched);
    expect([report.missing, report.corrupt, report.orphaned]).toEqual([[], [], []]);
    await expectSound(engine);
  });

  it('does not take away a file that is being attached and is the original of an image there', async () => {
    const bytes = new Uint8Array(await jpegOf(cornerSamples(64, 48)));
    const { engine, path } = await trashed(bytes);
    const { patient } = await register(engine, 'Ann');
    const { looked, go } = heldAfter(engine, 'exists');
    const attaching = engine.verbs['attachments.add'](
      contract['attachments.add'].input.parse({ patient, file: { path }, description: '' }),
    );
    await erasedDuring(engine, attaching, looked, go);
    expect(readFileSync(engine.context.objects.path(sha256Of(bytes) as ImageId))).toEqual(Buffer.from(bytes));
    await expectSound(engine);
  });
});
