import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { IndexAttributes } from '../../dicom/index-attributes';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { Breath } from './breath';
import { type CompiledRule, fitsFile, fitsIndex } from './rules';

/** An image that fits as far as the index can tell; what its file says decides. */
export interface Candidate {
  readonly image: ImageId;
  readonly rules: readonly CompiledRule[];
}

export interface IndexMatch {
  readonly types: Set<number>;
  /** Only of rules whose type is not certain yet. */
  readonly candidates: readonly Candidate[];
}

const PAGE = 200;

interface ImageRow {
  readonly id: number;
  readonly place: number;
  readonly image: ImageId;
  readonly attributes: string;
}

/** Tries rules on every image of a series, as far as the index can tell. */
export async function matchByIndex(
  db: Database,
  series: number,
  rules: readonly CompiledRule[],
  breath: Breath,
): Promise<IndexMatch> {
  const types = new Set<number>();
  const candidates: Candidate[] = [];
  const undecided = (): CompiledRule[] => rules.filter(({ type }) => !types.has(type));
  let after = { place: Number.MIN_SAFE_INTEGER, id: 0 };
  for (let open = undecided(); open.length > 0; open = undecided()) {
    const page = statement(
      db,
      `SELECT id, instance_order AS place, object AS image, attributes FROM image
       WHERE series_id = @series AND (instance_order, id) > (@place, @id) ORDER BY instance_order, id LIMIT ${String(PAGE)}`,
    ).all({ series, ...after }) as ImageRow[];
    for (const { image, attributes } of page) {
      const candidate = tryImage(image, JSON.parse(attributes) as IndexAttributes, undecided(), types);
      if (candidate) candidates.push(candidate);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = { place: last.place, id: last.id };
    await breath.take();
  }
  return { types, candidates };
}

function tryImage(
  image: ImageId,
  attributes: IndexAttributes,
  rules: readonly CompiledRule[],
  types: Set<number>,
): Candidate | null {
  const open: CompiledRule[] = [];
  for (const rule of rules) {
    if (types.has(rule.type) || !fitsIndex(rule, attributes)) continue;
    if (rule.file.length === 0) types.add(rule.type);
    else open.push(rule);
  }
  return open.length > 0 ? { image, rules: open } : null;
}

/** Reads the files of candidates until every type is certain; adds those that fit to `types`. Throws CANCELLED, ARCHIVE_CLOSED. */
export async function matchByFiles(
  ctx: Pick<EngineContext, 'pool' | 'objects'>,
  { types, candidates }: IndexMatch,
  breath: Breath,
): Promise<void> {
  for (const candidate of candidates) {
    const rules = candidate.rules.filter(({ type }) => !types.has(type));
    if (rules.length === 0) continue;
    const values = await readValues(ctx, candidate.image, rules, breath.signal);
    for (const rule of rules) if (values && fitsFile(rule, values)) types.add(rule.type);
    await breath.take();
  }
}

/** Undefined when the file cannot be read: it fits nothing, and the check of the archive tells of it. */
async function readValues(
  ctx: Pick<EngineContext, 'pool' | 'objects'>,
  image: ImageId,
  rules: readonly CompiledRule[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, readonly string[]>> | undefined> {
  const paths = [...new Set(rules.flatMap(({ file }) => file.map(({ path }) => path)))];
  try {
    const { values } = await ctx.pool.run(
      'readValues',
      { path: ctx.objects.path(image), paths },
      { signal, priority: -1, whenAborted: 'finish' },
    );
    return values;
  } catch (error) {
    if (!(error instanceof FieldboxError) || STOPS.has(error.code)) throw error;
    return undefined;
  }
}

const STOPS = new Set(['CANCELLED', 'ARCHIVE_CLOSED', 'INTERNAL']);
