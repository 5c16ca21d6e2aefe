import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TagFilterKey } from '../../shared/model/ids';
import type { FilterSource } from '../../shared/model/classification';
import { BufferSource } from '../../main/dicom/buffer-source';
import { readDicom } from '../../main/dicom/reader';
import { Tags } from '../../main/dicom/tags';
import type { Engine } from '../../main/archive/engine';
import { Receiver } from '../../main/archive/ingest/receiver';
import { allImages, importInto, nobody, openForTest, temporaryFolder, unwatched } from '../fixtures/archive';
import { classificationIndex } from '../fixtures/classification';
import { instanceBytes, sha256Of, uidOf } from '../fixtures/instances';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

async function filterOn(
  engine: Engine,
  paths: string[],
  from: Partial<FilterSource>,
  list: 'blacklist' | 'whitelist' = 'blacklist',
) {
  const { filter } = await engine.verbs['tagFilters.create']({ name: `${list} ${paths.join(' ')}`, list, paths });
  return engine.verbs['tagFilters.associate']({ filter, source: 'folder', sourceRef: '', ...from });
}

function write(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('what a filter names is taken out before an image is stored, and the same file is known again', async () => {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  await filterOn(engine, ['PatientName', 'PatientBirthDate'], {});
  const offered = instanceBytes({ seed: 1 });
  const path = write(folder, 'a.dcm', offered);
  const [added] = await importInto(engine, [path]);
  expect(added?.outcome).toBe('added');
  const [image] = await allImages(engine);
  if (!image) throw new Error('no image');
  expect(image).toMatchObject({ PatientName: '', PatientID: 'P1' });
  const stored = new Uint8Array(readFileSync(engine.context.objects.path(image.image)));
  expect(sha256Of(stored)).toBe(image.image);
  const { dataset } = readDicom(new BufferSource(stored));
  expect([dataset.has(Tags.PatientName), dataset.has(Tags.PixelData)]).toEqual([false, true]);
  expect(stored.length).toBeLessThan(offered.length);
  // The file that was offered is only read.
  expect(new Uint8Array(readFileSync(path))).toEqual(offered);
  expect((await importInto(engine, [path])).map(({ outcome, image: id }) => [outcome, id])).toEqual([
    ['alreadyStored', image.image],
  ]);
  const log = engine.context.db.prepare(`SELECT code, details FROM log WHERE code = 'IMAGES_FILTERED'`).all();
  expect(log).toEqual([{ code: 'IMAGES_FILTERED', details: '{"images":1}' }]);
  expect((await engine.verbs['archive.status']({})).counts.conflicts).toBe(0);
});

test('a file too large for memory is filtered on the disk', async () => {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  await filterOn(engine, ['PatientName'], {});
  const path = write(folder, 'large.dcm', instanceBytes({ seed: 1, side: 3000 }));
  expect((await importInto(engine, [path])).map(({ outcome }) => outcome)).toEqual(['added']);
  const [image] = await allImages(engine);
  expect(image?.PatientName).toBe('');
  expect((await importInto(engine, [path])).map(({ outcome }) => outcome)).toEqual(['alreadyStored']);
  expect(await engine.verifyNow(true, unwatched)).toMatchObject({ missing: [], corrupt: [], orphaned: [], objects: 1 });
});

test('filters belong to ways in, and to one of a kind where it is named', async () => {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  await filterOn(engine, ['PatientName'], { source: 'watch', sourceRef: 'ward' });
  await filterOn(engine, ['PatientSex'], { source: 'watch' });
  const names = async (seed: number, source: 'watch' | 'folder', sourceRef: string): Promise<unknown> => {
    const path = write(folder, `${String(seed)}.dcm`, instanceBytes({ seed, PatientID: `P${String(seed)}` }));
    await engine.intake.importNow({ paths: [path], context: nobody, source, sourceRef }, unwatched);
    return engine.context.db
      .prepare(
        `SELECT image.attributes ->> 'PatientName' AS name, image.attributes ->> 'PatientSex' AS sex FROM image WHERE SOPInstanceUID = ?`,
      )
      .get(uidOf(`instance ${String(seed)}`));
  };
  expect(await names(1, 'folder', 'ward')).toEqual({ name: 'Name^P1', sex: 'F' });
  expect(await names(2, 'watch', 'door')).toEqual({ name: 'Name^P2', sex: null });
  expect(await names(3, 'watch', 'ward')).toEqual({ name: null, sex: null });
});

test('what a machine on the cable sends is filtered too, by its name', async () => {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  await filterOn(engine, ['PatientName'], { source: 'scp', sourceRef: 'ULTRASOUND' });
  for (const [seed, label] of [
    [1, 'ULTRASOUND'],
    [2, 'XRAY'],
  ] as const) {
    const receiver = await Receiver.open(engine.context, { source: 'scp', sourceRef: label, label }, unwatched);
    await receiver.take(write(folder, `${label}.dcm`, instanceBytes({ seed, PatientID: label })), label);
    await receiver.end('done');
  }
  expect((await allImages(engine)).map(({ PatientID, PatientName }) => [PatientID, PatientName])).toEqual([
    ['ULTRASOUND', ''],
    ['XRAY', 'Name^XRAY'],
  ]);
  expect(engine.context.db.prepare(`SELECT details FROM log WHERE code = 'IMAGES_FILTERED'`).all()).toHaveLength(1);
});

test('a whitelist keeps what it names and what an image cannot do without', async () => {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  await filterOn(engine, ['PatientID', 'StudyDate'], {}, 'whitelist');
  await importInto(engine, [write(folder, 'a.dcm', instanceBytes({ seed: 1 }))]);
  const [image] = await allImages(engine);
  if (!image) throw new Error('no image');
  expect(image).toMatchObject({ PatientID: 'P1', PatientName: '', StudyDate: '20261120', Rows: 32, hasPixels: true });
  const png = await engine.pictures.thumbnail(image.image, new AbortController().signal);
  expect(png.length).toBeGreaterThan(100);
});

test('filters are listed, changed, switched and removed; what cannot be is refused', async () => {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  const { verbs } = engine;
  const made = await verbs['tagFilters.create']({
    name: 'No people',
    list: 'blacklist',
    paths: ['(0010,0010)', '00100010', 'RequestAttributesSequence[1]', 'ContentSequence.PersonName'],
  });
  expect(made).toMatchObject({
    paths: ['PatientName', 'RequestAttributesSequence[1]', 'ContentSequence[*].PersonName'],
    sources: [],
  });
  const { filter } = made;
  const unknown = TagFilterKey.parse(randomUUID());
  const input = (paths: string[], name = 'Other') => ({ name, list: 'blacklist' as const, paths });
  await verbs['tagFilters.associate']({ filter, source: 'scp', sourceRef: 'ULTRASOUND' });
  const before = classificationIndex(engine);
  await expect(verbs['tagFilters.create'](input(['SOPInstanceUID']))).rejects.toEqual(code('TAG_PROTECTED'));
  await expect(verbs['tagFilters.create'](input(['PixelData']))).rejects.toEqual(code('TAG_PROTECTED'));
  await expect(verbs['tagFilters.create'](input(['Patient Name']))).rejects.toEqual(code('TAG_PATH_MALFORMED'));
  await expect(verbs['tagFilters.create'](input(['PatientName'], 'no PEOPLE'))).rejects.toEqual(code('NAME_TAKEN'));
  await expect(verbs['tagFilters.change']({ filter: unknown, changes: input(['PatientName']) })).rejects.toEqual(
    code('NOT_FOUND'),
  );
  await expect(verbs['tagFilters.remove']({ filter: unknown })).rejects.toEqual(code('NOT_FOUND'));
  await expect(verbs['tagFilters.associate']({ filter: unknown, source: 'scp', sourceRef: '' })).rejects.toEqual(
    code('NOT_FOUND'),
  );
  await expect(verbs['tagFilters.associate']({ filter, source: 'camera', sourceRef: '' })).rejects.toEqual(
    code('FILTER_SOURCE_UNFIT'),
  );
  await expect(verbs['tagFilters.dissociate']({ filter, source: 'box', sourceRef: '' })).rejects.toEqual(
    code('NOT_FOUND'),
  );
  expect(classificationIndex(engine)).toEqual(before);
  const changed = await verbs['tagFilters.change']({
    filter,
    changes: { name: 'No people', list: 'whitelist', paths: ['SOPInstanceUID'] },
  });
  expect(changed).toMatchObject({ list: 'whitelist', sources: [{ source: 'scp', sourceRef: 'ULTRASOUND' }] });
  expect((await verbs['tagFilters.list']({})).rows).toEqual([changed]);
  expect((await verbs['tagFilters.dissociate']({ filter, source: 'scp', sourceRef: 'ULTRASOUND' })).sources).toEqual(
    [],
  );
  await verbs['tagFilters.remove']({ filter });
  expect((await verbs['tagFilters.list']({})).rows).toEqual([]);
});

test('says once of a session that another program adds to from how many images something was taken out', async () => {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  await filterOn(engine, ['PatientName'], { source: 'api' });
  const { session } = await engine.intake.createSession('van 3');
  for (const seed of [1, 2]) await engine.intake.addToSession(session, instanceBytes({ seed }), `${String(seed)}.dcm`);
  const said = (from: Engine): unknown =>
    from.context.db.prepare(`SELECT details FROM log WHERE code = 'IMAGES_FILTERED'`).all();
  await engine.intake.finishAdding();
  expect(said(engine)).toEqual([{ details: '{"images":2}' }]);
  await engine.intake.addToSession(session, instanceBytes({ seed: 3 }), '3.dcm');
  await engine.close();
  const again = await openForTest(join(folder, 'archive'));
  expect(said(again)).toEqual([{ details: '{"images":2}' }, { details: '{"images":1}' }]);
});
