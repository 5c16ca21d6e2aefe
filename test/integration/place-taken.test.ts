import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { engineVerbs } from '../../shared/contract';
import { ImageId } from '../../shared/model/ids';
import type { Engine } from '../../main/archive/engine';
import { allImages, importInto, nobody, openForTest, temporaryFolder } from '../fixtures/archive';
import { chosen, ended, expectSound, register } from '../fixtures/identity';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { cornerSamples, jpegOf } from '../fixtures/photos';

/** Has the system refuse to move anything into the folders of objects that begin so, as a broken disk may; gives how to mend it. */
function refuse(folders: readonly string[]): () => void {
  const nowhere = join(temporaryFolder(), 'nowhere');
  for (const folder of folders) symlinkSync(nowhere, folder);
  return () => {
    for (const folder of folders) rmSync(folder);
  };
}

/** Every folder of objects that is not there yet. */
function missingFolders(engine: Engine): readonly string[] {
  const all = Array.from({ length: 256 }, (_, at) => ImageId.parse(at.toString(16).padStart(2, '0').padEnd(64, '0')));
  const folders = all.map((image) => dirname(engine.context.objects.path(image)));
  for (const folder of folders) if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  return folders.filter((folder) => {
    mkdirSync(dirname(folder), { recursive: true });
    return !existsSync(folder);
  });
}

const incoming = (engine: Engine): string[] => readdirSync(engine.context.paths.incoming);

it('a picture that could not be moved to its place stays, and is there as soon as it can be', async () => {
  const engine = await openForTest(join(temporaryFolder(), 'archive'));
  const bytes = Uint8Array.from(await jpegOf(cornerSamples()));
  const mend = refuse(missingFolders(engine));
  const keep = engine.verbs['capture.keep']({ bytes, context: nobody, takenAt: new Date().toISOString(), camera: '' });
  await expect(keep).rejects.toMatchObject({ code: 'DISK_FAILED' });
  expect(incoming(engine)).toContain(sha256Of(bytes));
  mend();
  await register(engine, 'Ann');
  expect(await allImages(engine)).toHaveLength(1);
  expect(incoming(engine)).toEqual([]);
  await expectSound(engine);
});

it('a new version that could not be moved to its place stays, and is there when the archive is opened again', async () => {
  const folder = join(temporaryFolder(), 'archive');
  const engine = await openForTest(folder);
  const path = join(temporaryFolder(), 'one.dcm');
  writeFileSync(path, instanceBytes({ seed: 1 }));
  await importInto(engine, [path]);
  const [image] = await allImages(engine);
  if (!image) throw new Error('The image was not taken in.');
  const mend = refuse(missingFolders(engine));
  const input = engineVerbs['images.modify'].input.parse({
    selection: chosen({ images: [image.image] }),
    values: [{ path: 'StudyDescription', value: 'Chest, again' }],
    reason: 'spelling',
  });
  await expect(ended(engine, await engine.verbs['images.modify'](input))).rejects.toMatchObject({
    code: 'DISK_FAILED',
  });
  expect(incoming(engine)).toHaveLength(1);
  mend();
  await engine.close();

  const again = await openForTest(folder);
  const after = await allImages(again);
  expect(after).toHaveLength(1);
  expect(after[0]?.image).not.toBe(image.image);
  await expectSound(again);
});
