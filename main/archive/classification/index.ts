import type { Handlers } from '@shared/contract';
import type { EngineContext } from '../context';
import { oneAfterTheOther } from '../people/in-turn';
import { createAttributes } from './attributes';
import { Sorter } from './sorter';
import { createSeriesTags, type SeriesTagVerb } from './tags';
import { createTypeRules, type TypeRuleVerb } from './type-rules';
import { createSeriesTypes, type SeriesTypeVerb } from './types';
import { createTagFilters, type TagFilterVerb } from '../tag-filters';

type ClassificationVerb = SeriesTagVerb | SeriesTypeVerb | TypeRuleVerb | TagFilterVerb | 'attributes.search';

/** Series tags, series types with their rules, and filters for arriving images; goes on with what was left to be sorted. */
export function createClassification(ctx: EngineContext): Handlers<ClassificationVerb> {
  const inTurn = oneAfterTheOther();
  const sorter = new Sorter(ctx);
  ctx.whenChanged(() => sorter.wake());
  sorter.wake();
  return {
    ...createSeriesTags(ctx, inTurn),
    ...createSeriesTypes(ctx, inTurn),
    ...createTypeRules(ctx, inTurn, sorter),
    ...createTagFilters(ctx, inTurn),
    ...createAttributes(),
  };
}
