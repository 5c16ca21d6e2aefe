import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ArchiveVerb, Input, Output } from '../../shared/contract';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { askEngine, everyField, projectWith } from '../fixtures/grouping';
import { chosen, ended, expectSound, register, take } from '../fixtures/identity';
import { dumpOf } from '../fixtures/index-dump';

it('takes results, reports, state and archives along when a whole series moves, and brings them back', async () => {
  const engine = await openForTest(join(temporaryFolder(), 'archive'));
  const ask = <V extends ArchiveVerb>(verb: V, input: Input<V>): Promise<Output<V>> => askEngine(engine, verb, input);
  const wrong = await register(engine, 'Wrong^One', { PatientID: 'WRONG' });
  const images = await take(
    engine,
    [1, 2].map((seed) => ({
      seed,
      PatientID: 'WRONG',
      PatientName: 'Wrong^One',
      study: '2.25.100',
      series: '2.25.100.1',
    })),
  );
  const right = await register(engine, 'Right^One');
  const [series] = (await ask('catalog.series', {})).rows;
  const [first, second] = images;
  if (!series || !first || !second) throw new Error('The import gave no series.');
  const { seriesKey } = series;
  const { archive } = await projectWith(engine, 'North', 'van-3');
  await ask('projects.assign', { archive, selection: { series: [seriesKey] } });
  const whole = await projectWith(engine, 'South', 'van-4');
  await ask('projects.assign', { archive: whole.archive, selection: { patients: [wrong.patient] } });
  await ask('series.setStatus', { series: [seriesKey], status: 'read', message: '' });
  const of = { type: 'cad4tb', algorithm: 'CAD4TB', name: 'score', value: { kind: 'number' as const, number: 71 } };
  await ask('results.add', { ...of, series: seriesKey });
  await ask('results.add', { ...of, series: seriesKey, image: first });
  const { form } = await ask('forms.save', { form: null, name: 'Everything', definition: everyField() });
  await ask('entries.save', { entry: null, form, series: seriesKey, state: 'draft', values: { pressure: 14 } });
  const held = async () => {
    const { rows: now } = await ask('catalog.series', {});
    const { rows: results } = await ask('results.list', {});
    const { rows: entries } = await ask('entries.list', {});
    const { rows: projects } = await ask('projects.list', {});
    return {
      patients: new Set(now.map((row) => row.patient)),
      hangOn: new Set([...results.map((row) => row.seriesKey), ...entries.map((row) => row.seriesKey)]),
      image: results.find((row) => row.image !== null)?.image,
      status: now.map((row) => row.status).filter((status) => status !== ''),
      series: projects.flatMap((project) => project.archives.map((each) => [each.name, each.series])),
      now: new Set(now.map((row) => row.seriesKey)),
    };
  };
  const before = await held();
  expect(before).toMatchObject({ patients: new Set([wrong.patient]), hangOn: new Set([seriesKey]), image: first });

  const one = await engine.verbs['images.move']({
    selection: chosen({ images: [first] }),
    patient: right.patient,
    reason: 'wrong',
  });
  await ended(engine, one);
  // One image is still there: what hangs on the series stays with it, what hangs on the other image has gone with that.
  expect((await ask('results.list', { series: seriesKey })).rows).toMatchObject([{ image: null }]);
  expect((await ask('results.list', { patient: right.patient })).rows).toHaveLength(1);

  const rest = await engine.verbs['images.move']({
    selection: chosen({ images: [second] }),
    patient: right.patient,
    reason: 'wrong',
  });
  await ended(engine, rest);
  const moved = await held();
  expect(moved).toMatchObject({ patients: new Set([right.patient]), status: before.status });
  expect(moved.hangOn).toEqual(moved.now); // the part that went first is a study of its own
  expect(moved.now.has(seriesKey)).toBe(false);
  expect(moved.image).not.toBe(first);
  expect((await ask('catalog.image', { image: moved.image ?? first })).patient).toBe(right.patient);
  expect(moved.series).toEqual([
    ['van-3', 1],
    ['van-4', 0],
  ]);

  for (const { act } of [rest, one]) await ask('images.undoMove', { act, reason: '' });
  expect(await held()).toEqual(before);

  const kept = dumpOf(engine.context.db);
  const { job } = await ask('archive.rebuild', {});
  expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
  expect(dumpOf(engine.context.db)).toEqual(kept);
  await expectSound(engine);
});

it('brings a patient known from images only back into the archives of projects', async () => {
  const engine = await openForTest(join(temporaryFolder(), 'archive'));
  const ask = <V extends ArchiveVerb>(verb: V, input: Input<V>): Promise<Output<V>> => askEngine(engine, verb, input);
  const right = await register(engine, 'Right^One');
  const [image] = await take(engine, [{ seed: 1, PatientID: 'FROM-IMAGE', study: '2.25.200', series: '2.25.200.1' }]);
  const [before] = (await ask('catalog.series', {})).rows;
  if (!image || !before) throw new Error('The import gave no series.');
  const whole = await projectWith(engine, 'South', 'van-4');
  await ask('projects.assign', { archive: whole.archive, selection: { patients: [before.patient] } });
  const some = await projectWith(engine, 'North', 'van-3');
  await ask('projects.assign', { archive: some.archive, selection: { series: [before.seriesKey] } });
  const memberships = () => ask('projects.memberships', { patient: before.patient });
  const ofSeries = () => ask('projects.memberships', { series: before.seriesKey });
  const [first, second] = [await memberships(), await ofSeries()];
  expect(first.rows).toContainEqual({ archive: whole.archive, whole: true });
  const same = async (): Promise<void> => {
    expect([await memberships(), await ofSeries()]).toEqual([first, second]);
    const kept = dumpOf(engine.context.db);
    const { job } = await ask('archive.rebuild', {});
    expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
    expect(dumpOf(engine.context.db)).toEqual(kept);
    await expectSound(engine);
  };

  const moved = await engine.verbs['images.move']({
    selection: chosen({ images: [image] }),
    patient: right.patient,
    reason: 'x',
  });
  await ended(engine, moved);
  expect((await ask('catalog.patients', {})).rows.map(({ patient }) => patient)).toEqual([right.patient]);
  await ask('images.undoMove', { act: moved.act, reason: '' });
  await same();

  const { act } = await ask('images.trash', { selection: chosen({ images: [image] }), reason: '' });
  await ask('trash.restore', { images: [], act });
  await same();

  await ask('images.trash', { selection: chosen({ images: [image] }), reason: '' });
  await ended(engine, await ask('trash.erase', { images: [image] }));
  expect(engine.context.db.prepare('SELECT count(*) AS n FROM archive_left').get()).toEqual({ n: 0 });
  await expectSound(engine);
});
