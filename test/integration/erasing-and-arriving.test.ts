import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { contract } from '../../shared/contract';
import type { ImageId } from '../../shared/model/ids';
import type { Engine } from '../../main/archive/engine';
import { runAnonymisation } from '../../main/archive/anonymisation';
import { Receiver } from '../../main/archive/ingest/receiver';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { scan, way } from '../fixtures/anonymising-archive';
import { askEngine, everyField, importInstances } from '../fixtures/grouping';
import { chosen, ended, expectSound, register } from '../fixtures/identity';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { pdfBytes } from '../fixtures/photo-bytes';
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

/** What is held: a task of a worker, or the question whether a file is there. */
type Look = 'takeIn' | 'takeInGroup' | 'exists' | 'keepPdf' | 'reidentifyObject' | 'anonymiseObjects';

/** Holds what comes in right after it was seen that its bytes are here already. */
function heldAfter(engine: Engine, look: Look) {
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

/** Puts images into the trash from which they are about to be erased. */
async function trashImages(engine: Engine, images: readonly ImageId[]): Promise<void> {
  await engine.verbs['images.trash']({ selection: chosen({ images: [...images] }), reason: '' });
}

/** Whether every file that is needed is there, and the index is what the records say. */
async function expectWhole(engine: Engine): Promise<void> {
  const report = await engine.verifyNow(true, unwatched);
  expect([report.missing, report.corrupt, report.orphaned]).toEqual([[], [], []]);
  await expectSound(engine);
}

/** An archive with one picture of a scanner, and its anonymous copy. */
async function withCopy() {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  writeFileSync(join(folder, 'scan'), scan(1, 'P1'));
  await importInto(engine, [join(folder, 'scan')]);
  const [original] = await allImages(engine);
  if (!original) throw new Error('The picture was not taken in.');
  await runAnonymisation(engine.context, way([original]), unwatched);
  const copy = (await allImages(engine)).find(({ image }) => image !== original.image);
  if (!copy) throw new Error('There is no copy.');
  return { engine, original, copy };
}

describe('emptying the trash meanwhile', () => {
  it('takes nothing away of a report that is printed into its study', async () => {
    const folder = temporaryFolder();
    const engine = await openForTest(join(folder, 'archive'));
    const [series] = await importInstances(engine, folder, [{ seed: 1 }]);
    if (!series) throw new Error('The import gave no series.');
    const { form } = await askEngine(engine, 'forms.save', { form: null, name: 'All', definition: everyField() });
    const { entry } = await askEngine(engine, 'entries.save', {
      entry: null,
      form,
      series: series.seriesKey,
      state: 'finished',
      values: { quality: 'good', pressure: 12.5 },
    });
    const input = { entry, bytes: Uint8Array.from(pdfBytes()), title: 'All' };
    const first = await askEngine(engine, 'entries.keepDocument', input);
    await trashImages(engine, [first.image]);
    const { looked, go } = heldAfter(engine, 'keepPdf');
    const printing = askEngine(engine, 'entries.keepDocument', { ...input, bytes: Uint8Array.from(pdfBytes()) });
    await erasedDuring(engine, printing, looked, go);
    const { image } = await printing;
    expect((await allImages(engine)).map((row) => row.image)).toContain(image);
    expect(existsSync(engine.context.objects.path(sha256Of(pdfBytes()) as ImageId))).toBe(true);
    await expectWhole(engine);
  });

  it('takes nothing away of an image whose identity is given back by its key', async () => {
    const { engine, original, copy } = await withCopy();
    await trashImages(engine, [original.image]);
    await ended(engine, await engine.verbs['trash.erase']({ images: [original.image] }));
    const input = { image: copy.image, reason: 'asked by the family' };
    const made = await engine.verbs['anonymisation.reverse'](input);
    await trashImages(engine, [made.image]);
    const { looked, go } = heldAfter(engine, 'reidentifyObject');
    const reversing = engine.verbs['anonymisation.reverse'](input);
    await erasedDuring(engine, reversing, looked, go);
    const { image } = await reversing;
    expect(new Set((await allImages(engine)).map((row) => row.image))).toEqual(new Set([copy.image, image]));
    await expectWhole(engine);
  });

  it('takes nothing away of an anonymous copy that is made', async () => {
    const { engine, original, copy } = await withCopy();
    await trashImages(engine, [copy.image]);
    const { looked, go } = heldAfter(engine, 'anonymiseObjects');
    const anonymising = runAnonymisation(engine.context, way([original]), unwatched);
    await erasedDuring(engine, anonymising, looked, go);
    expect(await anonymising).toMatchObject({ state: 'done', made: 1, leftOut: [] });
    expect(await allImages(engine)).toHaveLength(2);
    await expectWhole(engine);
  });

  it('takes nothing away of what stands in the place of its original', async () => {
    const { engine, original, copy } = await withCopy();
    await trashImages(engine, [copy.image]);
    const { looked, go } = heldAfter(engine, 'anonymiseObjects');
    const anonymising = runAnonymisation(engine.context, way([original], { mode: 'replace' }), unwatched);
    await erasedDuring(engine, anonymising, looked, go);
    expect(await anonymising).toMatchObject({ state: 'done', made: 1, leftOut: [] });
    const images = await allImages(engine);
    expect(images).toHaveLength(1);
    expect(images[0]?.image).not.toBe(original.image);
    const { rows } = await engine.verbs['trash.list']({ text: '', offset: 0, limit: 10 });
    expect(rows.map(({ image }) => image)).toEqual([original.image]);
    await expectWhole(engine);
  });
});
