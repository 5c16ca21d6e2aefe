import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { Receiver } from '../../main/archive/ingest/receiver';
import {
  IncomingBook,
  type IncomingPlace,
  type IncomingCounts,
  type IncomingOutcome,
} from '../../main/sync/boxes/incoming-book';
import { PartialFiles } from '../../main/sync/boxes/partial-files';
import { ImageId, RemoteKey } from '../../shared/model/ids';
import { allImages, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { instanceBytes, sha256Of } from '../fixtures/instances';

const SENDER = { source: 'box' as const, sourceRef: 'far', label: 'far' };

async function receiving(): Promise<{ readonly engine: Engine; readonly receiver: Receiver; readonly folder: string }> {
  const engine = await openForTest(join(temporaryFolder(), 'archive'));
  const receiver = await Receiver.open(engine.context, SENDER, unwatched);
  onTestFinished(() => receiver.end('done'));
  return { engine, receiver, folder: engine.context.paths.incoming };
}

describe('files that lie in the archive already when they are taken in', () => {
  it.each([
    ['small', 32],
    ['large', 3000],
  ])('get a second name when they are ours, and are copied when not: %s', async (_name, side) => {
    const { engine, receiver, folder } = await receiving();
    for (const [seed, ours] of [
      [1, true],
      [2, false],
    ] as const) {
      const path = join(folder, `came-${String(seed)}.part`);
      const bytes = instanceBytes({ seed, side });
      writeFileSync(path, bytes);
      const { image, isNew } = await receiver.take(path, 'x.dcm', { expected: sha256Of(bytes), ours });
      expect([image, isNew]).toEqual([sha256Of(bytes), true]);
      expect(statSync(path).ino === statSync(engine.context.objects.path(image)).ino).toBe(ours);
    }
    expect(readdirSync(folder).sort()).toEqual(['came-1.part', 'came-2.part']);
  });

  it('stay where they are when their bytes are here already', async () => {
    const { engine, receiver, folder } = await receiving();
    const bytes = instanceBytes({ seed: 1 });
    const paths = ['a.part', 'b.part'].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, bytes);
    const taken = await Promise.all(paths.map((path) => receiver.take(path, 'x.dcm', { ours: true })));
    expect(taken.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
    expect(await allImages(engine)).toHaveLength(1);
  });

  it('are not taken when they are not what was announced', async () => {
    const { engine, receiver, folder } = await receiving();
    const path = join(folder, 'came.part');
    writeFileSync(path, instanceBytes({ seed: 1 }));
    const expected = sha256Of(instanceBytes({ seed: 2 }));
    await expect(receiver.take(path, 'x.dcm', { expected, ours: true })).rejects.toMatchObject({
      code: 'OBJECT_DAMAGED',
    });
    expect(await allImages(engine)).toHaveLength(0);
  });
});

describe('the beginning of a transfer when the program dies', () => {
  const remote = RemoteKey.parse('00000000-0000-4000-8000-000000000001');
  const bytes = instanceBytes({ seed: 1 });
  const name = sha256Of(bytes);

  /** An archive with a whole transfer that lies in the cache. */
  async function withTransfer(): Promise<{ readonly root: string; readonly engine: Engine; readonly path: string }> {
    const root = join(temporaryFolder(), 'archive');
    const engine = await openForTest(root);
    const path = join(root, 'cache', 'partial', `${remote}-${name}`);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, bytes);
    return { root, engine, path };
  }

  it('is there as before when it had its second name and no record', async () => {
    const { root, engine, path } = await withTransfer();
    linkSync(path, join(engine.context.paths.incoming, name));
    await engine.close();
    const again = await openForTest(root);
    expect(readdirSync(again.context.paths.incoming)).toEqual([]);
    const partial = new PartialFiles(again.context.paths);
    expect(partial.bytesOf(remote, name)).toBe(bytes.length);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('is removed when the image is in the archive, and never written to', async () => {
    const { engine, path } = await withTransfer();
    const receiver = await Receiver.open(engine.context, SENDER, unwatched);
    const { image } = await receiver.take(path, 'x.dcm', { ours: true });
    await receiver.end('done');
    const stored = engine.context.objects.path(image);
    expect(statSync(stored).nlink).toBe(2);
    const partial = new PartialFiles(engine.context.paths);
    await partial.tidy(new Date(), () => true);
    expect([existsSync(path), statSync(stored).nlink]).toEqual([false, 1]);

    linkSync(stored, path);
    expect(partial.bytesOf(remote, name)).toBe(0);
    const claim = await partial.claim(remote, name, new AbortController().signal);
    expect([claim?.bytes, existsSync(path)]).toEqual([0, false]);
    expect(readFileSync(stored).equals(bytes)).toBe(true);
  });
});

describe('the book of what comes', () => {
  const remote = RemoteKey.parse('00000000-0000-4000-8000-000000000001');
  const place = (sequence: number): IncomingPlace => ({ remote, number: 7, way: 'brought', sequence, total: 3 });
  const stored = (isNew: boolean) => {
    return { kind: 'stored' as const, image: ImageId.parse('ab'.repeat(32)), isNew, restored: false };
  };

  it('counts each image once however often it comes, also after it has been opened anew or forgotten', async () => {
    const engine = await openForTest(join(temporaryFolder(), 'archive'));
    const { db } = engine.context;
    const now = (): Date => new Date('2026-11-21T10:00:00Z');
    const note = (to: IncomingBook, sequence: number, outcome: IncomingOutcome): IncomingCounts => {
      const [counts] = to.note([{ place: place(sequence), outcome }]);
      if (counts === undefined) throw new Error('One image was booked.');
      return counts;
    };
    const book = new IncomingBook(db, now);
    expect(note(book, 1, stored(true))).toMatchObject({ received: 1, added: 1, completed: false });
    expect(note(book, 1, stored(false))).toMatchObject({ received: 1, added: 1 });
    expect(note(book, 2, { kind: 'rejected', code: 'NOT_DICOM' })).toMatchObject({ received: 2, added: 1 });
    const again = new IncomingBook(db, now);
    expect(note(again, 2, stored(true))).toMatchObject({ received: 2, added: 2, completed: false });
    const { id } = note(again, 3, stored(false));
    expect(again.list({ limit: 1, offset: 0 }).rows[0]).toMatchObject({ received: 3, added: 2, state: 'finished' });
    again.forget(id);
    expect(note(again, 1, stored(true))).toMatchObject({ received: 1, added: 1 });
  });
});
