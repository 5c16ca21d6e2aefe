import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { keepFile } from '../../main/archive/files';
import { FieldboxError } from '../../shared/errors';
import { ImageId } from '../../shared/model/ids';
import { importInto, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { chosen, ended } from '../fixtures/identity';
import { instanceBytes } from '../fixtures/instances';

const none = (): [] => [];
const letter = Buffer.from('Referral letter\nleft ear, please look\n');

function sha256(bytes: Uint8Array): ImageId {
  return ImageId.parse(createHash('sha256').update(bytes).digest('hex'));
}

function files(engine: Engine): unknown {
  return {
    objects: engine.context.db.prepare('SELECT sha256, bytes, state FROM object ORDER BY sha256').all(),
    files: engine.context.db.prepare('SELECT * FROM stored_file ORDER BY sha256').all(),
  };
}

async function newArchive(): Promise<{ engine: Engine; folder: string; archive: string }> {
  const folder = temporaryFolder();
  const archive = join(folder, 'archive');
  return { engine: await openForTest(archive), folder, archive };
}

describe('files kept byte for byte', () => {
  it('come from a path or from memory, once for the same bytes, with their type', async () => {
    const { engine, folder } = await newArchive();
    writeFileSync(join(folder, 'letter.exe'), letter);
    const first = await keepFile(engine.context, { path: join(folder, 'letter.exe') }, none);
    expect(first).toEqual({ sha256: sha256(letter), bytes: letter.length, contentType: 'text/plain' });
    const again = await Promise.all([
      keepFile(engine.context, { bytes: letter }, none),
      keepFile(engine.context, { bytes: letter }, none),
    ]);
    expect(again).toEqual([first, first]);
    expect(files(engine)).toMatchObject({ objects: [{ sha256: first.sha256, state: 'good' }], files: [{}] });
    expect(readFileSync(engine.context.objects.path(first.sha256))).toEqual(letter);
    expect(readFileSync(join(folder, 'letter.exe'))).toEqual(letter);
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
  });

  it('are the same after a rebuild, and known to a deep check', async () => {
    const { engine } = await newArchive();
    const { sha256: name } = await keepFile(engine.context, { bytes: letter }, none);
    const before = files(engine);
    const { job } = await engine.verbs['archive.rebuild']({});
    await engine.context.jobs.settled(job);
    expect(files(engine)).toEqual(before);
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({
      objects: 1,
      missing: [],
      corrupt: [],
      orphaned: [],
    });
    writeFileSync(engine.context.objects.path(name), 'Referral letter\nRIGHT ear, please lo\n');
    expect((await engine.verifyNow(true, unwatched)).corrupt).toEqual([name]);
    await keepFile(engine.context, { bytes: letter }, none);
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({ missing: [], corrupt: [] });
    expect(readdirSync(engine.context.paths.quarantine)).toHaveLength(1);
  });

  it('may be images of the archive too, in either order', async () => {
    const { engine, folder } = await newArchive();
    const [a, b] = [instanceBytes({ seed: 1 }), instanceBytes({ seed: 2 })];
    writeFileSync(join(folder, 'a'), a);
    writeFileSync(join(folder, 'b'), b);
    await keepFile(engine.context, { bytes: a }, none);
    const outcomes = await importInto(engine, [join(folder, 'a'), join(folder, 'b')]);
    expect(outcomes.map((outcome) => outcome.outcome)).toEqual(['added', 'added']);
    expect((await keepFile(engine.context, { bytes: b }, none)).contentType).toBe('application/dicom');
    expect((await engine.verbs['archive.status']({})).counts.images).toBe(2);
    expect(await engine.verifyNow(true, unwatched)).toMatchObject({
      objects: 2,
      missing: [],
      corrupt: [],
      orphaned: [],
    });
  });

  it('stay when an image with the same bytes is erased', async () => {
    const { engine, folder } = await newArchive();
    const bytes = instanceBytes({ seed: 1 });
    writeFileSync(join(folder, 'a'), bytes);
    await importInto(engine, [join(folder, 'a')]);
    const { sha256: file } = await keepFile(engine.context, { bytes }, none);
    await engine.verbs['images.trash']({ selection: chosen({ images: [file] }), reason: '' });
    await ended(engine, await engine.verbs['trash.erase']({ images: [], olderThanDays: 0 }));
    expect((await engine.verbs['archive.status']({})).passedOver).toEqual([]);
    expect(readFileSync(engine.context.objects.path(file)).equals(bytes)).toBe(true);
    expect(files(engine)).toMatchObject({ objects: [{ sha256: file }], files: [{ sha256: file }] });
  });

  it('are refused when empty, too large, no file, or not wanted, and leave nothing behind', async () => {
    const { engine, folder } = await newArchive();
    const before = files(engine);
    const refused = async (work: Promise<unknown>): Promise<unknown> => {
      const error: unknown = await work.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      return error instanceof FieldboxError ? error.code : error;
    };
    writeFileSync(join(folder, 'huge'), 'x');
    truncateSync(join(folder, 'huge'), 2 ** 32);
    expect(await refused(keepFile(engine.context, { bytes: new Uint8Array(0) }, none))).toBe('FILE_EMPTY');
    expect(await refused(keepFile(engine.context, { path: join(folder, 'huge') }, none))).toBe('FILE_TOO_LARGE');
    expect(await refused(keepFile(engine.context, { bytes: letter }, none, { maxBytes: 10 }))).toBe('FILE_TOO_LARGE');
    expect(await refused(keepFile(engine.context, { path: folder }, none))).toBe('SPECIAL_FILE');
    expect(await refused(keepFile(engine.context, { path: join(folder, 'none') }, none))).toBe('PATH_NOT_FOUND');
    const unwanted = (): never => {
      throw new FieldboxError('NOT_FOUND', { what: 'patient' });
    };
    expect(await refused(keepFile(engine.context, { bytes: letter }, unwanted))).toBe('NOT_FOUND');
    expect(files(engine)).toEqual(before);
    expect(readdirSync(engine.context.paths.incoming)).toEqual([]);
  });

  it('survive a power cut: recorded ones are moved to their place, others go away', async () => {
    const { engine, folder, archive } = await newArchive();
    const { sha256: name } = await keepFile(engine.context, { bytes: letter }, none);
    await engine.close();
    const indexBefore = join(folder, 'before');
    const fresh = await openForTest(indexBefore);
    await fresh.close();
    // As it is when the power goes between record and rename: the record is written, the index knows nothing yet.
    const cut = join(folder, 'cut');
    cpSync(archive, cut, { recursive: true });
    cpSync(join(indexBefore, 'index.sqlite'), join(cut, 'index.sqlite'));
    renameSync(join(cut, 'objects', name.slice(0, 2), name), join(cut, 'incoming', name));
    const unrecorded = Buffer.from('never acknowledged');
    writeFileSync(join(cut, 'incoming', sha256(unrecorded)), unrecorded);
    writeFileSync(join(cut, 'incoming', 'half.part'), 'ha');
    const after = await openForTest(cut);
    expect(readFileSync(after.context.objects.path(name))).toEqual(letter);
    expect(readdirSync(after.context.paths.incoming)).toEqual([]);
    expect((await after.verbs['archive.status']({})).recovered).toMatchObject({ finished: 1, removed: 2 });
    expect(await after.verifyNow(true, unwatched)).toMatchObject({
      objects: 1,
      missing: [],
      corrupt: [],
      orphaned: [],
    });
  });
});
