import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Condition } from '../../shared/model/classification';
import { RuleKey, SeriesKey, SeriesTagKey, SeriesTypeKey } from '../../shared/model/ids';
import { importInto, nobody, openForTest, unwatched } from '../fixtures/archive';
import {
  archiveWith,
  classificationIndex,
  equals,
  newType,
  seriesNamed,
  sorted,
  typesOf,
} from '../fixtures/classification';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

test('tags are put on series, renamed, counted, taken off and deleted', async () => {
  const { engine, files } = await archiveWith();
  await importInto(engine, [files]);
  const [chest, hand] = [await seriesNamed(engine, 'chest'), await seriesNamed(engine, 'hand')];
  const { verbs } = engine;
  const tag = await verbs['seriesTags.add']({ series: [chest, hand, chest], name: 'Teaching' });
  expect(tag).toMatchObject({ name: 'Teaching', series: 2 });
  // The same word in other letters is the same tag.
  expect(await verbs['seriesTags.add']({ series: [chest], name: 'TEACHING' })).toEqual(tag);
  const other = await verbs['seriesTags.add']({ series: [hand], name: 'Urgent' });
  expect((await verbs['seriesTags.of']({ series: [hand, chest] })).rows).toEqual([
    {
      series: hand,
      tags: [
        { tag: tag.tag, name: 'Teaching' },
        { tag: other.tag, name: 'Urgent' },
      ],
    },
    { series: chest, tags: [{ tag: tag.tag, name: 'Teaching' }] },
  ]);
  await verbs['seriesTags.remove']({ series: [hand], tag: other.tag });
  expect((await verbs['seriesTags.list']({ inUse: true })).rows.map(({ name }) => name)).toEqual(['Teaching']);
  expect((await verbs['seriesTags.list']({ inUse: false })).rows).toHaveLength(2);
  await expect(verbs['seriesTags.rename']({ tag: other.tag, name: 'teaching' })).rejects.toEqual(code('NAME_TAKEN'));
  expect(await verbs['seriesTags.rename']({ tag: other.tag, name: 'urgent' })).toMatchObject({
    name: 'urgent',
    series: 0,
  });
  await verbs['seriesTags.delete']({ tag: tag.tag });
  expect((await verbs['seriesTags.of']({ series: [chest] })).rows[0]?.tags).toEqual([]);
});

test('unknown keys are refused and nothing is half done', async () => {
  const { engine, files } = await archiveWith();
  await importInto(engine, [files]);
  const { verbs } = engine;
  const chest = await seriesNamed(engine, 'chest');
  const noSeries = SeriesKey.parse('0'.repeat(32));
  const type = await newType(engine, 'Chest');
  const before = classificationIndex(engine);
  const missing = code('NOT_FOUND');
  const tag = SeriesTagKey.parse(randomUUID());
  const noType = SeriesTypeKey.parse(randomUUID());
  const rule = RuleKey.parse(randomUUID());
  const conditions = [equals('Modality', 'CR')];
  await expect(verbs['seriesTags.add']({ series: [chest, noSeries], name: 'New' })).rejects.toEqual(missing);
  await expect(verbs['seriesTags.of']({ series: [noSeries] })).rejects.toEqual(missing);
  await expect(verbs['seriesTags.remove']({ series: [chest], tag })).rejects.toEqual(missing);
  await expect(verbs['seriesTags.rename']({ tag, name: 'x' })).rejects.toEqual(missing);
  await expect(verbs['seriesTags.delete']({ tag })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.rename']({ type: noType, name: 'x' })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.remove']({ type: noType })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.rules']({ type: noType })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.addRule']({ type: noType, conditions })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.changeRule']({ rule, conditions })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.removeRule']({ rule })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.assign']({ series: [chest, noSeries], type })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.unassign']({ series: [noSeries], type: null })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.of']({ series: [noSeries] })).rejects.toEqual(missing);
  await expect(verbs['seriesTypes.create']({ name: 'CHEST' })).rejects.toEqual(code('NAME_TAKEN'));
  const bad: readonly [Condition[], string][] = [
    [[equals('Modalitie', 'CR')], 'TAG_PATH_MALFORMED'],
    [[{ operator: 'pattern', path: 'Modality', value: '(' }], 'PATTERN_MALFORMED'],
    [[{ operator: 'pattern', path: 'Modality', value: '((a{200}){200}){200}' }], 'PATTERN_TOO_LARGE'],
    [[equals('Modality', 'CR'), equals('Modality', 'CT')], 'RULE_CONFLICT'],
    [[{ operator: 'range', path: 'Modality', from: 1, to: 2 }], 'RULE_IMPOSSIBLE'],
  ];
  for (const [conditions, wanted] of bad) {
    await expect(verbs['seriesTypes.addRule']({ type, conditions })).rejects.toEqual(code(wanted));
    await expect(verbs['seriesTypes.preview']({ conditions })).rejects.toEqual(code(wanted));
  }
  expect(classificationIndex(engine)).toEqual(before);
});

test('arriving series get their types in the transaction that indexes them', async () => {
  const { engine, files } = await archiveWith();
  await newType(engine, 'Children', [{ operator: 'range', path: 'PatientAge', from: 0, to: 17 }]);
  await newType(engine, 'Chest', [
    equals('Modality', 'cr'),
    { operator: 'contains', path: 'SeriesDescription', value: 'thorax' },
  ]);
  await newType(engine, 'Derived', [equals('ImageType', 'DERIVED'), equals('ImageType', 'POST')]);
  await newType(
    engine,
    'Skull or thin',
    [{ operator: 'startsWith', path: 'SeriesDescription', value: 'skull' }],
    [{ operator: 'pattern', path: 'SeriesDescription', value: '.*\\d+ ?mm' }],
  );
  await newType(engine, 'Undescribed', [{ operator: 'missing', path: 'SeriesDescription' }]);
  await newType(engine, 'Everything', [{ operator: 'exists', path: 'Modality' }]);
  await sorted(engine);
  const seen: unknown[] = [];
  await engine.intake.importNow({ paths: [files], context: nobody, source: 'folder' }, unwatched, ({ image }) => {
    // As soon as a file is told to be stored, its series has its types.
    seen.push(
      engine.context.db
        .prepare('SELECT count(*) AS n FROM image JOIN series_type_of USING (series_id) WHERE image.object = ?')
        .get(image),
    );
  });
  expect(seen).toHaveLength(3);
  for (const row of seen) expect((row as { n: number }).n).toBeGreaterThan(0);
  expect(await typesOf(engine, await seriesNamed(engine, 'chest'))).toEqual(['Chest', 'Everything']);
  expect(await typesOf(engine, await seriesNamed(engine, 'hand'))).toEqual(['Children', 'Derived', 'Everything']);
  expect(await typesOf(engine, await seriesNamed(engine, 'head'))).toEqual(['Everything', 'Skull or thin']);
});

test('conditions on attributes outside of the index are read from the file, nested ones by item', async () => {
  const { engine, files } = await archiveWith();
  await newType(engine, 'Any item', [equals('RequestAttributesSequence[*].RequestedProcedureID', 'b-7')]);
  await newType(engine, 'First item', [equals('00400275[1].00401001', 'B-7')]);
  await newType(engine, 'Requested CT', [
    equals('Modality', 'CT'),
    { operator: 'exists', path: 'RequestAttributesSequence' },
  ]);
  await importInto(engine, [files]);
  await sorted(engine);
  expect(await typesOf(engine, await seriesNamed(engine, 'chest'))).toEqual(['Any item']);
  expect(await typesOf(engine, await seriesNamed(engine, 'hand'))).toEqual([]);
  expect(await typesOf(engine, await seriesNamed(engine, 'head'))).toEqual(['Requested CT']);
});

test('what is to be read from files is not forgotten when the archive is closed before it was', async () => {
  const { engine, files, folder } = await archiveWith();
  await newType(engine, 'Any item', [equals('RequestAttributesSequence[*].RequestedProcedureID', 'B-7')]);
  await sorted(engine);
  await importInto(engine, [files]);
  await engine.close();
  const again = await openForTest(join(folder, 'archive'));
  await sorted(again);
  expect(await typesOf(again, await seriesNamed(again, 'chest'))).toEqual(['Any item']);
});

test('a change of the rules sorts everything again, and leaves what people said', async () => {
  const { engine, files } = await archiveWith();
  const { verbs } = engine;
  await importInto(engine, [files]);
  const [chest, hand, head] = await Promise.all(['chest', 'hand', 'head'].map((name) => seriesNamed(engine, name)));
  if (!chest || !hand || !head) throw new Error('series');
  const type = await newType(engine, 'Plain film', [equals('Modality', 'CR')]);
  await sorted(engine);
  expect(await typesOf(engine, hand)).toEqual(['Plain film']);
  await verbs['seriesTypes.assign']({ series: [head, hand], type });
  await verbs['seriesTypes.unassign']({ series: [chest], type });
  const [rule] = (await verbs['seriesTypes.rules']({ type })).rows;
  if (!rule) throw new Error('rule');
  await expect(verbs['seriesTypes.addRule']({ type, conditions: [equals('00080060', 'cr')] })).rejects.toEqual(
    code('RULE_DOUBLE'),
  );
  await verbs['seriesTypes.changeRule']({ rule: rule.rule, conditions: [equals('Modality', 'MR')] });
  await sorted(engine);
  expect((await verbs['seriesTypes.of']({ series: [chest, hand, head] })).rows.map(({ types }) => types)).toEqual([
    [],
    [{ type, name: 'Plain film', byRule: false, byHand: true }],
    [{ type, name: 'Plain film', byRule: false, byHand: true }],
  ]);
  await verbs['seriesTypes.changeRule']({ rule: rule.rule, conditions: [equals('Modality', 'CR')] });
  await sorted(engine);
  expect(await typesOf(engine, chest)).toEqual([]);
  // What was refused comes back when a person gives it, and follows the rules again.
  await verbs['seriesTypes.assign']({ series: [chest], type });
  await sorted(engine);
  expect((await verbs['seriesTypes.of']({ series: [chest] })).rows[0]?.types).toEqual([
    { type, name: 'Plain film', byRule: true, byHand: true },
  ]);
  await verbs['seriesTypes.removeRule']({ rule: rule.rule });
  await sorted(engine);
  expect((await verbs['seriesTypes.list']({})).rows).toEqual([{ type, name: 'Plain film', rules: 0, series: 3 }]);
  expect(await verbs['seriesTypes.rename']({ type, name: 'Film' })).toMatchObject({ name: 'Film' });
  await verbs['seriesTypes.unassign']({ series: [hand], type: null });
  expect(await typesOf(engine, hand)).toEqual([]);
  await verbs['seriesTypes.remove']({ type });
  expect(await typesOf(engine, head)).toEqual([]);
});

test('a preview counts the series that fit, and says when only the files can tell', async () => {
  const { engine, files } = await archiveWith();
  const { verbs } = engine;
  await importInto(engine, [files]);
  expect(await verbs['seriesTypes.preview']({ conditions: [equals('Modality', 'CR')] })).toEqual({
    matching: 2,
    series: 3,
    exact: true,
  });
  expect(
    await verbs['seriesTypes.preview']({
      conditions: [equals('Modality', 'CT'), { operator: 'exists', path: 'RequestAttributesSequence' }],
    }),
  ).toEqual({ matching: 1, series: 3, exact: false });
});

test('attributes are found by name, keyword and tag', async () => {
  const { engine } = await archiveWith();
  const search = async (text: string) => (await engine.verbs['attributes.search']({ text, limit: 10 })).rows;
  expect((await search(''))[0]).toEqual({
    tag: '00080060',
    keyword: 'Modality',
    name: 'Modality',
    vr: 'CS',
    indexed: true,
  });
  expect((await search('body part'))[0]?.keyword).toBe('BodyPartExamined');
  expect((await search('requestattributes')).map(({ keyword }) => keyword)).toContain('RequestAttributesSequence');
  expect((await search('(0018,0015)'))[0]?.keyword).toBe('BodyPartExamined');
  expect(await search('no such thing')).toEqual([]);
});

test('a rebuild gives the same tags, types and rules', async () => {
  const { engine, files } = await archiveWith();
  const { verbs } = engine;
  const early = await newType(
    engine,
    'Films',
    [equals('Modality', 'CR')],
    [equals('RequestAttributesSequence[1].RequestedProcedureID', 'C-1')],
  );
  await importInto(engine, [files]);
  const [chest, hand, head] = await Promise.all(['chest', 'hand', 'head'].map((name) => seriesNamed(engine, name)));
  if (!chest || !hand || !head) throw new Error('series');
  const late = await newType(engine, 'Heads', [{ operator: 'contains', path: 'SeriesDescription', value: 'head' }]);
  await verbs['seriesTypes.unassign']({ series: [hand], type: early });
  await verbs['seriesTypes.assign']({ series: [hand], type: late });
  const gone = await newType(engine, 'Gone', [equals('Modality', 'CT')]);
  await verbs['seriesTypes.remove']({ type: gone });
  await verbs['seriesTags.add']({ series: [chest, hand], name: 'Teaching' });
  const filter = await verbs['tagFilters.create']({ name: 'No names', list: 'blacklist', paths: ['PatientName'] });
  await verbs['tagFilters.associate']({ filter: filter.filter, source: 'zip', sourceRef: '' });
  await sorted(engine);
  const before = classificationIndex(engine);
  expect(await typesOf(engine, head)).toEqual(['Films', 'Heads']);
  const { job } = await verbs['archive.rebuild']({});
  await engine.context.jobs.settled(job);
  await sorted(engine);
  expect(classificationIndex(engine)).toEqual(before);
});

test('sorting everything goes on where it was after a restart', async () => {
  const specs = Array.from({ length: 300 }, (_, at) => ({
    seed: at,
    series: `s${String(at)}`,
    Modality: at % 2 === 0 ? 'CR' : 'CT',
  }));
  const { engine, files, folder } = await archiveWith(specs);
  await importInto(engine, [files]);
  const type = await newType(engine, 'Films', [equals('Modality', 'CR')]);
  await engine.close();
  const again = await openForTest(join(folder, 'archive'));
  await sorted(again);
  expect((await again.verbs['seriesTypes.list']({})).rows).toEqual([{ type, name: 'Films', rules: 1, series: 150 }]);
  const { job } = await again.verbs['seriesTypes.reassign']({});
  expect(await again.verbs['seriesTypes.status']({})).toMatchObject({ running: true, total: 300 });
  expect(await again.context.jobs.settled(job)).toMatchObject({
    state: 'done',
    type: 'classify',
    done: 300,
    total: 300,
  });
  expect(await again.verbs['seriesTypes.status']({})).toEqual({ running: false, done: 300, total: 300, waiting: 0 });
});
