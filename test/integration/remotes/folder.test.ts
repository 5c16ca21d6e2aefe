import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FolderPhotos } from '../../../shared/model/remotes/settings';
import { importInto, temporaryFolder } from '../../fixtures/archive';
import { addRemote, outboxWithImages, sendAll, statesOf } from '../../fixtures/outbox';
import { cornerSamples, jpegOf } from '../../fixtures/photos';
import { describeRemote } from './contract';
import { folderKind } from './kinds';

describeRemote(folderKind);

const WAIT = { timeout: 20_000, interval: 50 };

/** Sends an image that came as DICOM and a photo to a folder; gives what lies there, by the ending of its name. */
async function sent(photos: FolderPhotos, end: 'arrived' | 'proven') {
  const outbox = await outboxWithImages(1);
  const photo = new Uint8Array(await jpegOf(cornerSamples(64, 48)));
  const file = join(outbox.folder, 'face.jpg');
  writeFileSync(file, photo);
  await importInto(outbox.engine, [file]);
  const path = join(temporaryFolder(), 'share');
  mkdirSync(path);
  const remote = await addRemote(outbox.sync, 'Share', { kind: 'folder', path, photos });
  outbox.sync.start();
  const transaction = await sendAll(outbox, remote);
  await expect.poll(() => statesOf(outbox.sync, transaction), WAIT).toMatchObject({ [end]: 2 });
  const there = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const pictures = there.filter(({ name }) => name.endsWith('.jpg')).map((entry) => join(entry.parentPath, entry.name));
  // What lies there already is not written again, nor taken for another one.
  const again = await sendAll(outbox, remote);
  await expect.poll(() => statesOf(outbox.sync, again), WAIT).toMatchObject({ [end]: 2 });
  return {
    endings: there.map(({ name }) => extname(name)).sort(),
    same: pictures.map((each) => hashOf(readFileSync(each)) === hashOf(photo)),
    proofs: (await outbox.sync.verbs['remotes.list']({})).rows[0]?.proofs,
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('photos in a folder', () => {
  it('are DICOM like everything else', async () => {
    expect(await sent('dicom', 'proven')).toEqual({ endings: ['.dcm', '.dcm'], same: [], proofs: ['hash'] });
  });

  it('are the files they were taken as, which prove nothing', async () => {
    expect(await sent('pictures', 'arrived')).toEqual({ endings: ['.dcm', '.jpg'], same: [true], proofs: [] });
  });

  it('are both, and both are proven', async () => {
    expect(await sent('both', 'proven')).toEqual({ endings: ['.dcm', '.dcm', '.jpg'], same: [true], proofs: ['hash'] });
  });
});
