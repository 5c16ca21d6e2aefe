import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { Conditions, type SeriesRuleRow } from '@shared/model/classification';
import { RuleKey, type SeriesTypeKey } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { InTurn } from '../people/in-turn';
import { Breath } from './breath';
import { checkRule } from './check-rule';
import { requireRow } from './known';
import { matchByIndex } from './matching';
import { compileRule } from './rules';
import type { Sorter } from './sorter';

export type TypeRuleVerb =
  | 'seriesTypes.rules'
  | 'seriesTypes.addRule'
  | 'seriesTypes.changeRule'
  | 'seriesTypes.removeRule'
  | 'seriesTypes.preview'
  | 'seriesTypes.reassign'
  | 'seriesTypes.status';

const RULE = `SELECT series_rule.key AS rule, series_type.key AS type, conditions FROM series_rule
  JOIN series_type ON series_type.id = type_id`;
/** Series read at once for a preview. */
const PREVIEW_PAGE = 500;

/** Rules of series types: a series has the type when one of the rules fits one of its images. */
export function createTypeRules(ctx: EngineContext, inTurn: InTurn, sorter: Sorter): Handlers<TypeRuleVerb> {
  const { db } = ctx;
  const rulesOf = (type: SeriesTypeKey): SeriesRuleRow[] =>
    statement(db, `${RULE} WHERE series_type.key = ? ORDER BY series_rule.id`).all(type).map(rowOf);
  const find = (rule: RuleKey): SeriesRuleRow => {
    const row = statement(db, `${RULE} WHERE series_rule.key = ?`).get(rule);
    if (row === undefined) throw new FieldboxError('NOT_FOUND', { what: rule });
    return rowOf(row);
  };
  const save = async (rule: RuleKey, type: SeriesTypeKey, conditions: Conditions): Promise<SeriesRuleRow> => {
    const checked = checkRule(conditions);
    if (rulesOf(type).some((other) => other.rule !== rule && sameText(other.conditions) === sameText(checked))) {
      throw new FieldboxError('RULE_DOUBLE');
    }
    await ctx.commit([{ type: 'seriesRule.saved', body: { rule, type, conditions: checked } }]);
    return find(rule);
  };
  let previewing = new AbortController();
  return {
    'seriesTypes.rules': async ({ type }) => {
      requireRow(db, 'series_type', type);
      return Promise.resolve({ rows: rulesOf(type) });
    },
    'seriesTypes.addRule': ({ type, conditions }) =>
      inTurn(() => {
        requireRow(db, 'series_type', type);
        return save(RuleKey.parse(randomUUID()), type, conditions);
      }),
    'seriesTypes.changeRule': ({ rule, conditions }) => inTurn(() => save(rule, find(rule).type, conditions)),
    'seriesTypes.removeRule': ({ rule }) =>
      inTurn(async () => {
        requireRow(db, 'series_rule', rule);
        await ctx.commit([{ type: 'seriesRule.removed', body: { rule } }]);
        return {};
      }),
    'seriesTypes.preview': async ({ conditions }) => {
      const checked = checkRule(conditions);
      previewing.abort();
      previewing = new AbortController();
      return preview(ctx, checked, new Breath(previewing.signal));
    },
    'seriesTypes.reassign': async () => Promise.resolve({ job: sorter.restart() }),
    'seriesTypes.status': async () => Promise.resolve(sorter.status()),
  };
}

function rowOf(row: unknown): SeriesRuleRow {
  const { conditions, ...keys } = row as { rule: RuleKey; type: SeriesTypeKey; conditions: string };
  return { ...keys, conditions: Conditions.parse(JSON.parse(conditions)) };
}

/** Conditions in an order that does not depend on how they were entered. */
function sameText(conditions: Conditions): string {
  return conditions
    .map((condition) => JSON.stringify(Object.entries(condition).sort(([a], [b]) => (a < b ? -1 : 1))).toLowerCase())
    .sort()
    .join('\n');
}

async function preview(
  { db }: EngineContext,
  conditions: Conditions,
  breath: Breath,
): Promise<{ matching: number; series: number; exact: boolean }> {
  const rule = compileRule(0, conditions);
  const page = statement(db, `SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ${String(PREVIEW_PAGE)}`);
  let matching = 0;
  let series = 0;
  let after = 0;
  for (;;) {
    const ids = page.all(after) as { id: number }[];
    for (const { id } of ids) {
      const { types, candidates } = await matchByIndex(db, id, [rule], breath);
      if (types.size > 0 || candidates.length > 0) matching += 1;
      await breath.take();
    }
    series += ids.length;
    const last = ids.at(-1);
    if (!last) return { matching, series, exact: rule.file.length === 0 };
    after = last.id;
  }
}
