import { expect, test } from 'vitest';
import { FindInput } from '../../shared/contract/catalog';
import { allImages, importInto } from '../fixtures/archive';
import {
  archiveWith,
  classificationIndex,
  equals,
  labels,
  newType,
  seriesNamed,
  sorted,
  typesOf,
} from '../fixtures/classification';
import { chosen, ended, register } from '../fixtures/identity';

test('what people said of a series holds again when it comes back from the trash, also after a rebuild', async () => {
  const { engine, files } = await archiveWith();
  const { verbs } = engine;
  const ruled = await newType(engine, 'Films', [equals('Modality', 'CR')]);
  const given = await newType(engine, 'Given', [equals('Modality', 'MR')]);
  await importInto(engine, [files]);
  await sorted(engine);
  const [chest, hand] = [await seriesNamed(engine, 'chest'), await seriesNamed(engine, 'hand')];
  await verbs['seriesTags.add']({ series: [chest, hand], name: 'Teaching' });
  await verbs['seriesTypes.assign']({ series: [chest], type: given });
  await verbs['seriesTypes.unassign']({ series: [hand], type: ruled });
  const before = labels(engine);
  const { act } = await verbs['images.trash']({ selection: chosen({ series: [chest, hand] }), reason: '' });
  await sorted(engine);
  expect((await verbs['seriesTags.list']({ inUse: true })).rows).toEqual([]);
  expect((await verbs['seriesTypes.list']({})).rows.map(({ series }) => series)).toEqual([0, 0]);
  await verbs['trash.restore']({ images: [], act });
  await sorted(engine);
  expect(labels(engine)).toEqual(before);
  expect(await typesOf(engine, chest)).toEqual(['Films', 'Given']);
  expect(await typesOf(engine, hand)).toEqual([]);
  const restored = classificationIndex(engine);
  const { job } = await verbs['archive.rebuild']({});
  await engine.context.jobs.settled(job);
  await sorted(engine);
  expect(classificationIndex(engine)).toEqual(restored);
});

test('tags and types follow a series that moves to another patient, and come back with it', async () => {
  const { engine, files } = await archiveWith();
  const { verbs } = engine;
  const ruled = await newType(engine, 'Films', [equals('Modality', 'CR')]);
  const given = await newType(engine, 'Given', [equals('Modality', 'MR')]);
  await importInto(engine, [files]);
  await sorted(engine);
  const chest = await seriesNamed(engine, 'chest');
  await verbs['seriesTags.add']({ series: [chest], name: 'Teaching' });
  await verbs['seriesTypes.assign']({ series: [chest], type: given });
  await verbs['seriesTypes.unassign']({ series: [chest], type: ruled });
  const before = labels(engine);
  const { patient } = await register(engine, 'Right^One');
  const move = await verbs['images.move']({ selection: chosen({ series: [chest] }), patient, reason: 'wrong' });
  await ended(engine, move);
  await sorted(engine);
  const { rows } = await verbs['catalog.series'](FindInput.parse({ level: 'series', patient }));
  const [moved] = rows;
  if (!moved) throw new Error('nothing was moved');
  expect(moved.seriesKey).not.toBe(chest);
  expect(await typesOf(engine, moved.seriesKey)).toEqual(['Given']);
  expect((await verbs['seriesTags.of']({ series: [moved.seriesKey] })).rows[0]?.tags).toMatchObject([
    { name: 'Teaching' },
  ]);
  const { job } = await verbs['archive.rebuild']({});
  await engine.context.jobs.settled(job);
  await sorted(engine);
  expect(await typesOf(engine, moved.seriesKey)).toEqual(['Given']);
  await verbs['images.undoMove']({ act: move.act, reason: '' });
  await sorted(engine);
  expect(labels(engine)).toEqual(before);
});

test('an image that is changed is judged by what it says now', async () => {
  const { engine, files } = await archiveWith();
  await newType(engine, 'Films', [equals('Modality', 'CR')]);
  await newType(engine, 'Any item', [equals('RequestAttributesSequence[*].RequestedProcedureID', 'Z-9')]);
  await importInto(engine, [files]);
  await sorted(engine);
  const head = await seriesNamed(engine, 'head');
  expect(await typesOf(engine, head)).toEqual([]);
  const { job } = await engine.verbs['images.modify']({
    selection: chosen({ series: [head] }),
    values: [
      { path: 'Modality', value: 'CR' },
      { path: 'RequestAttributesSequence[1].RequestedProcedureID', value: 'Z-9' },
    ],
    uids: false,
    modification: 'CORRECT',
    reason: 'typing error',
  });
  await ended(engine, { job });
  await sorted(engine);
  expect(await typesOf(engine, await seriesNamed(engine, 'head'))).toEqual(['Any item', 'Films']);
});

test('an image that leaves its series takes the types with it that only it had', async () => {
  const { engine, files } = await archiveWith([
    { seed: 1, series: 'mixed', Modality: 'CR' },
    { seed: 2, series: 'mixed', Modality: 'CR', BodyPartExamined: 'HAND' },
  ]);
  await newType(engine, 'Hands', [equals('BodyPartExamined', 'HAND')]);
  await importInto(engine, [files]);
  const mixed = await seriesNamed(engine, 'mixed');
  expect(await typesOf(engine, mixed)).toEqual(['Hands']);
  const hand = (await allImages(engine)).find((row) => row.InstanceNumber === '2');
  if (!hand) throw new Error('no image');
  await engine.verbs['images.trash']({ selection: chosen({ images: [hand.image] }), reason: '' });
  await sorted(engine);
  expect(await typesOf(engine, mixed)).toEqual([]);
});
