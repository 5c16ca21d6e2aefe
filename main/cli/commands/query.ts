import { parseArgs } from 'node:util';
import { FindInput } from '@shared/contract/catalog';
import { QueryOperator, type QueryCondition } from '@shared/contract/query';
import { Listing, SourceType } from '@shared/model/vocabulary';
import { answerPage } from '../page';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';

const none: string[] = [];

const options = {
  ...commonOptions,
  level: { type: 'string', default: 'image' },
  where: { type: 'string', multiple: true, default: none },
  contains: { type: 'string', default: '' },
  source: { type: 'string', multiple: true, default: none },
  type: { type: 'string', multiple: true, default: none },
  tag: { type: 'string', multiple: true, default: none },
  sort: { type: 'string' },
  descending: { type: 'boolean', default: false },
  offset: { type: 'string' },
  limit: { type: 'string' },
  after: { type: 'string' },
} as const;

/** `query`: one page of patients, studies, series, images or flat series that fulfil conditions. */
export async function queryCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  const level = Listing.safeParse(values.level);
  if (!level.success) throw new UsageError(`--level is one of ${Listing.options.join(', ')}.`);
  const input = FindInput.safeParse({
    level: level.data,
    where: values.where.map(conditionOf),
    contains: values.contains,
    sources: values.source.map(sourceOf),
    seriesTypes: values.type,
    seriesTags: values.tag,
    descending: values.descending,
    ...(values.sort !== undefined && { sort: values.sort }),
    ...(values.offset !== undefined && { offset: Number(values.offset) }),
    ...(values.limit !== undefined && { limit: Number(values.limit) }),
    ...(values.after !== undefined && { after: values.after }),
  });
  if (!input.success) {
    const [issue] = input.error.issues;
    throw new UsageError(`--${optionOf(issue?.path[0])}: ${issue?.message ?? 'not understood'}`);
  }
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    answerPage(terminal, await engine.verbs['query.run'](input.data));
    return 0;
  });
}

/** The option a part of the question comes from. */
function optionOf(part: PropertyKey | undefined): string {
  const options: Readonly<Record<string, string>> = { sources: 'source', seriesTypes: 'type', seriesTags: 'tag' };
  const name = String(part ?? 'query');
  return options[name] ?? name;
}

/** Longest first, so that `<=` is not taken for `<`. */
const OPERATORS = [...QueryOperator.options].sort((a, b) => b.length - a.length);

/**
 * `PROPERTY OPERATOR VALUE`, as in `StudyDate >= 20260101`; signs may stand without spaces. `in` takes values with commas
 * between them, `exists` and `empty` take none. Throws UsageError.
 */
function conditionOf(text: string): QueryCondition {
  const found = /^\s*([A-Za-z]+)\s*(<=|>=|!=|=|<|>|\s(?:like|startsWith|in|exists|empty)\b)\s*([\s\S]*)$/.exec(text);
  const operator = OPERATORS.find((each) => each === found?.[2]?.trim());
  const property = found?.[1];
  if (!operator || property === undefined)
    throw new UsageError(
      `--where is PROPERTY OPERATOR VALUE, with one of ${QueryOperator.options.join(' ')}: "${text}"`,
    );
  const value = found?.[3]?.trim() ?? '';
  if (operator === 'exists' || operator === 'empty')
    return value === '' ? { property, operator } : { property, operator, value };
  return { property, operator, value: operator === 'in' ? value.split(',').map((one) => one.trim()) : value };
}

function sourceOf(text: string): SourceType {
  const source = SourceType.safeParse(text);
  if (!source.success) throw new UsageError(`--source is one of ${SourceType.options.join(', ')}: "${text}"`);
  return source.data;
}
