import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Condition } from '../../shared/model/classification';
import { importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { newType, seriesNamed, sorted, typesOf, writeSorted } from '../fixtures/classification';

/** Patterns on which an engine that goes back and tries again needs longer than anybody lives. */
const WILD = [
  '(a+)+$',
  '(a|a)*$',
  '(a|aa)+$',
  '(a*)*b',
  '(.*a){12}',
  '([a-z]+)*x',
  '(a{0,40}){0,5}b',
  '(.*.*.*.*){20}b',
];
const description = 'a'.repeat(64);

test('patterns that run wild elsewhere neither hold up the archive nor keep images out of it', async () => {
  const folder = temporaryFolder();
  const engine = await openForTest(join(folder, 'archive'));
  const all: Condition[] = WILD.map((value) => ({ operator: 'pattern', path: 'SeriesDescription', value }));
  const never = await newType(
    engine,
    'Wild',
    ...all.map((condition): Condition[] => [condition, { operator: 'equals', path: 'Modality', value: 'CT' }]),
    ...WILD.map((value): Condition[] => [
      { operator: 'pattern', path: 'RequestAttributesSequence[*].RequestedProcedureID', value: `${value}!` },
    ]),
  );
  const files = writeSorted(
    join(folder, 'files'),
    Array.from({ length: 20 }, (_, seed) => ({
      seed,
      series: 'long',
      Modality: 'CR',
      SeriesDescription: `${description.slice(1)}!`,
      procedures: Array.from({ length: 300 }, () => 'a'.repeat(16)),
    })),
  );
  // The clock ticks beside it all: how long the thread was held up at most is what a person would feel.
  let longest = 0;
  let last = performance.now();
  const clock = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  try {
    expect((await importInto(engine, [files])).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 20 }, () => 'added'),
    );
    await sorted(engine);
  } finally {
    clearInterval(clock);
  }
  expect(await typesOf(engine, await seriesNamed(engine, 'long'))).toEqual([]);
  // With going back, one value alone would take 2^63 steps; a slow machine under load is still far below this.
  expect(longest).toBeLessThan(20_000);
  expect((await engine.verbs['seriesTypes.preview']({ conditions: all.slice(0, 1) })).matching).toBe(0);
  expect((await engine.verbs['seriesTypes.rules']({ type: never })).rows).toHaveLength(2 * WILD.length);
});

test('a pattern that would make too many steps is refused before anything is changed', async () => {
  const engine = await openForTest(join(temporaryFolder(), 'archive'));
  const { type } = await engine.verbs['seriesTypes.create']({ name: 'Wild' });
  for (const value of ['((a{200}){200}){200}', '((((((a{0}){200}){200}){200}){200}){200}){200}']) {
    const conditions: Condition[] = [{ operator: 'pattern', path: 'SeriesDescription', value }];
    await expect(engine.verbs['seriesTypes.addRule']({ type, conditions })).rejects.toMatchObject({
      code: 'PATTERN_TOO_LARGE',
    });
  }
  expect((await engine.verbs['seriesTypes.rules']({ type })).rows).toEqual([]);
});
