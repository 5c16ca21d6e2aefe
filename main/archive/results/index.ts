import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Handlers, Parsed } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { ImageId, ResultKey, type SeriesKey } from '@shared/model/ids';
import type { ResultValue } from '@shared/model/results';
import type { EngineContext } from '../context';
import { keepFile } from '../files';
import { idOf, statement } from '../index-writer/statements';
import { type InTurn, oneAfterTheOther } from '../people/in-turn';
import type { NewRecord } from '../records/record';
import { saveResults } from './give-out';
import { getResult, listResults } from './rows';

export type ResultVerb = 'results.add' | 'results.list' | 'results.get' | 'results.remove' | 'results.save';

/** What algorithms found in series and images: kept for ever, several of a name side by side, the newest first. */
export function createResults(ctx: EngineContext): Handlers<ResultVerb> {
  const inTurn: InTurn = oneAfterTheOther();
  return {
    'results.add': async (input) => {
      const inputs = inputsOf(ctx, input);
      const result = ResultKey.parse(randomUUID());
      const { series, image, type, name, algorithm, product, version, threshold, madeAt } = input;
      const added = (value: ResultValue): NewRecord => ({
        type: 'result.added',
        body: { result, series, image, type, name, algorithm, product, version, threshold, value, inputs, madeAt },
      });
      await record(ctx, input.value, added);
      return getResult(ctx.db, result);
    },
    'results.list': async ({ limit, offset, ...filter }) =>
      Promise.resolve(listResults(ctx.db, filter, { limit, offset })),
    'results.get': async ({ result }) => Promise.resolve(getResult(ctx.db, result)),
    'results.remove': ({ result, reason }) =>
      inTurn(async () => {
        if (getResult(ctx.db, result).removed !== null) throw new FieldboxError('RESULT_REMOVED_BEFORE');
        await ctx.commit([{ type: 'result.removed', body: { result, reason } }]);
        return getResult(ctx.db, result);
      }),
    'results.save': ({ results, target }) => saveResults(ctx, results, target),
  };
}

/** The images a result was computed from. Throws NOT_FOUND, RESULT_IMAGE_ELSEWHERE. */
function inputsOf(ctx: EngineContext, input: Parsed<'results.add'>): ImageId[] {
  const { series, image } = input;
  if (idOf(ctx.db, 'series', series) === undefined) throw new FieldboxError('NOT_FOUND', { what: 'series' });
  const all = imagesOf(ctx, series);
  const named = input.inputs ?? (image === null ? [] : [image]);
  for (const each of image === null ? named : [image, ...named]) {
    if (!all.includes(each)) throw new FieldboxError('RESULT_IMAGE_ELSEWHERE');
  }
  return named.length > 0 || input.inputs !== undefined ? [...new Set(named)] : all;
}

function imagesOf(ctx: EngineContext, series: SeriesKey): ImageId[] {
  const rows = statement(
    ctx.db,
    `SELECT image.object FROM image JOIN series ON series.id = image.series_id WHERE series.key = ?
     ORDER BY image.instance_order, image.id`,
  ).all(series) as { object: string }[];
  return rows.map(({ object }) => ImageId.parse(object));
}

/** Writes a result down, together with its file if it has one. Throws FILE_*, PATH_NOT_FOUND, DISK_*. */
async function record(
  ctx: EngineContext,
  value: Parsed<'results.add'>['value'],
  added: (value: ResultValue) => NewRecord,
): Promise<void> {
  if (value.kind === 'number' || value.kind === 'text') {
    await ctx.commit([added(value)]);
    return;
  }
  const from = value.kind === 'path' ? { path: value.path } : { bytes: value.bytes };
  const fileName = (value.kind === 'path' ? basename(value.path) : value.fileName).slice(0, 255);
  await keepFile(ctx, from, ({ sha256, bytes }) => [added({ kind: 'file', object: sha256, bytes, fileName })]);
}
