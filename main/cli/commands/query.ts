import { parseArgs } from 'node:util';
import { FindInput, type SourceChoice } from '@shared/contract/catalog';
import { QueryOperator, type QueryCondition } from '@shared/contract/query';
import { FieldboxError } from '@shared/errors';
import { Listing, SourceType } from '@shared/model/vocabulary';
import type { Engine } from '../../archive/engine';
import { tagNamed, typeNamed } from '../classification';
import { answerPage } from '../page';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';
import { queryRemote } from './query-remote';

const none: string[] = [];

const options = {
  ...commonOptions,
  from: { type: 'string' },
  match: { type: 'string', multiple: true, default: none },
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

/** `query`: one page of patients, studies, series, images or flat series that fulfil conditions; with --from of what a remote has. */
export async function queryCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.from !== undefined) return queryRemote({ ...values, from: values.from }, terminal);
  if (values.match.length > 0)
    throw new UsageError('--match goes with --from; what is here is asked for with --where.');
  const level = Listing.safeParse(values.level);
  if (!level.success) throw new UsageError(`--level is one of ${Listing.options.join(', ')}.`);
  const sources = values.source.map(sourceOf);
  const input = FindInput.safeParse({
    level: level.data,
    where: values.where.map(conditionOf),
    contains: values.contains,
    descending: values.descending,
    ...(values.sort !== undefined && { sort: values.sort }),
    ...(values.offset !== undefined && { offset: Number(values.offset) }),
    ...(values.limit !== undefined && { limit: Number(values.limit) }),
    ...(values.after !== undefined && { after: values.after }),
  });
  if (!input.success) {
    const [issue] = input.error.issues;
    throw new UsageError(`--${String(issue?.path[0] ?? 'query')}: ${issue?.message ?? 'not understood'}`);
  }
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const answer = await engine.verbs['query.run']({
      ...input.data,
      sources: await sourcesNamed(engine, sources),
      seriesTypes: await Promise.all(values.type.map((name) => typeNamed(engine, name))),
      seriesTags: await Promise.all(values.tag.map((name) => tagNamed(engine, name))),
    });
    answerPage(terminal, answer);
    return 0;
  });
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

/** `TYPE`, or `TYPE:NAME` for one of its kind. Throws UsageError. */
function sourceOf(text: string): { readonly source: SourceType; readonly name: string } {
  const [type = '', ...name] = text.split(':');
  const source = SourceType.safeParse(type);
  if (!source.success)
    throw new UsageError(`--source is TYPE or TYPE:NAME, with one of ${SourceType.options.join(', ')}: "${text}"`);
  return { source: source.data, name: name.join(':') };
}

/** Sources by the name or the key that `sources.list` tells. Throws NOT_FOUND. */
async function sourcesNamed(engine: Engine, wanted: readonly ReturnType<typeof sourceOf>[]): Promise<SourceChoice[]> {
  const { rows } = await engine.verbs['sources.list']({});
  return wanted.map(({ source, name }) => {
    if (name === '') return { source, sourceRef: '' };
    const row = rows.find((each) => each.source === source && (each.name === name || each.sourceRef === name));
    if (!row) throw new FieldboxError('NOT_FOUND', { what: `${source}:${name}` });
    return { source, sourceRef: row.sourceRef };
  });
}
