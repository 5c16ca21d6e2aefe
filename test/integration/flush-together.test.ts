import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runAnonymisation } from '../../main/archive/anonymisation';
import type { Engine } from '../../main/archive/engine';
import { AnonymisationRequest } from '../../shared/contract/anonymisation';
import { FieldboxError } from '../../shared/errors';
import { ImageId } from '../../shared/model/ids';
import { allImages, importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { chosen } from '../fixtures/identity';
import { writeInstances } from '../fixtures/instances';

/** More than one portion for a worker, and enough for flushing all at once. */
const FILES = 110;

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function filled(): Promise<{ engine: Engine; archive: string; images: readonly ImageId[] }> {
  const folder = temporaryFolder();
  const archive = join(folder, 'archive');
  writeInstances(join(folder, 'source'), FILES, 8);
  const engine = await openForTest(archive);
  const outcomes = await importInto(engine, [join(folder, 'source')]);
  expect(outcomes.filter(({ outcome }) => outcome === 'added')).toHaveLength(FILES);
  return { engine, archive, images: (await allImages(engine)).map((row) => ImageId.parse(row.image)) };
}

function copiesOf(images: readonly ImageId[]): AnonymisationRequest {
  return AnonymisationRequest.parse({ selection: chosen({ images: [...images] }), masks: 'ignore' });
}

async function expectWhole(engine: Engine, objects: number): Promise<void> {
  const report = await engine.verifyNow(true, unwatched);
  expect([report.objects, report.missing, report.corrupt, report.orphaned]).toEqual([objects, [], [], []]);
  expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
}

describe('files of a group', () => {
  it('are stored, anonymised and whole where the filesystem cannot be flushed at once', async () => {
    const bin = temporaryFolder();
    writeFileSync(join(bin, 'sync'), '#!/bin/sh\n[ "$1" = --version ] && echo "sync (GNU coreutils) 9.1" || exit 1\n');
    chmodSync(join(bin, 'sync'), 0o755);
    vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH'] ?? ''}`);
    const { engine, images } = await filled();
    expect(await runAnonymisation(engine.context, copiesOf(images), unwatched)).toMatchObject({ made: FILES });
    await expectWhole(engine, 2 * FILES);
  });

  it('are not reported when one of them is gone before the commit', async () => {
    const { engine } = await filled();
    const gone = Array.from({ length: 30 }, (_, at) => ImageId.parse(at.toString(16).padStart(64, '0')));
    await expect(
      engine.context.commit(
        [],
        gone.map((sha256) => ({ sha256, bytes: 1, role: 'source' })),
      ),
    ).rejects.toMatchObject({ code: 'DISK_FAILED' });
    await expectWhole(engine, FILES);
  });

  it('are not replaced by a second copy that a crash has torn', async () => {
    const { engine, archive, images } = await filled();
    const [image] = images;
    if (image === undefined) throw new Error('There is no image.');
    const { paths, objects, db } = engine.context;
    const bytes = readFileSync(objects.path(image));
    db.prepare(`UPDATE meta SET value = '0' WHERE key = 'applied_seq'`).run();
    await engine.close();
    mkdirSync(paths.incoming, { recursive: true });
    writeFileSync(join(paths.incoming, image), bytes.subarray(0, 100));
    const again = await openForTest(archive);
    expect(readFileSync(again.context.objects.path(image))).toEqual(bytes);
    await expectWhole(again, FILES);
  });
});

describe('images that are anonymised together', () => {
  it('do not suffer for one that is damaged', async () => {
    const { engine, images } = await filled();
    const [, damaged] = images;
    if (damaged === undefined) throw new Error('There is no image.');
    writeFileSync(engine.context.objects.path(damaged), 'rotten');
    const result = await runAnonymisation(engine.context, copiesOf(images), unwatched);
    expect(result).toMatchObject({
      state: 'done',
      made: FILES - 1,
      leftOut: [{ image: damaged, code: 'OBJECT_DAMAGED' }],
    });
  });

  it('do not suffer for one that ends its worker', async () => {
    const { engine, images } = await filled();
    const [, , deadly] = images;
    const { pool, objects } = engine.context;
    const run = pool.run.bind(pool);
    vi.spyOn(pool, 'run').mockImplementation((task, input, options) => {
      const files = 'files' in input ? input.files : [input];
      const paths = files.flatMap((file) => ('path' in file ? [file.path] : []));
      const isDeadly = deadly !== undefined && paths.includes(objects.path(deadly));
      return isDeadly ? Promise.reject(new FieldboxError('WORKER_DIED')) : run(task, input, options);
    });
    const result = await runAnonymisation(engine.context, copiesOf(images), unwatched);
    expect(result).toMatchObject({ made: FILES - 1, leftOut: [{ image: deadly, code: 'WORKER_DIED' }] });
    vi.restoreAllMocks();
    expect(await runAnonymisation(engine.context, copiesOf(images), unwatched)).toMatchObject({
      made: 1,
      alreadyThere: FILES - 1,
      leftOut: [],
    });
    await expectWhole(engine, 2 * FILES);
  });

  it('are kept as far as they came when it is cancelled', async () => {
    const { engine, images } = await filled();
    const abort = new AbortController();
    const handle = {
      signal: abort.signal,
      update: ({ added = 0 }: { readonly added?: number }) => {
        if (added > 0) abort.abort();
      },
    };
    const result = await runAnonymisation(engine.context, copiesOf(images), handle);
    expect(['cancelled', 'done']).toContain(result.state);
    expect(result.made).toBeGreaterThan(0);
    await expectWhole(engine, FILES + result.made);
    expect(await runAnonymisation(engine.context, copiesOf(images), unwatched)).toMatchObject({
      made: FILES - result.made,
      alreadyThere: result.made,
    });
  });
});
