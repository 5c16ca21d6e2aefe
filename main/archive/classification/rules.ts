import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import { Conditions } from '@shared/model/classification';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { statement } from '../index-writer/statements';
import { type CompiledCondition, compileCondition, indexedValues } from './condition';

/** A rule ready to be tried: what the index can tell first, then what only the file says. */
export interface CompiledRule {
  readonly type: number;
  readonly indexed: readonly CompiledCondition[];
  readonly file: readonly CompiledCondition[];
}

export interface RuleSet {
  /** Another one after every change of the rules. */
  readonly generation: string;
  readonly rules: readonly CompiledRule[];
}

const cache = new WeakMap<Database, RuleSet>();

/** All rules of the archive; read and compiled again only when they have changed. */
export function ruleSet(db: Database): RuleSet {
  const { generation } = statement(db, 'SELECT generation FROM local_type_pass').get() as { generation: string };
  const known = cache.get(db);
  if (known?.generation === generation) return known;
  const rows = statement(db, 'SELECT type_id AS type, conditions FROM series_rule ORDER BY id').all() as {
    type: number;
    conditions: string;
  }[];
  const rules = rows.flatMap(({ type, conditions }) => compileStored(type, JSON.parse(conditions)));
  const set = { generation, rules };
  cache.set(db, set);
  return set;
}

/** A rule that a newer Fieldbox wrote and this one cannot understand fits nothing; it must not keep images from being indexed. */
function compileStored(type: number, conditions: unknown): readonly CompiledRule[] {
  const parsed = Conditions.safeParse(conditions);
  if (!parsed.success) return [];
  try {
    return [compileRule(type, parsed.data)];
  } catch (error) {
    if (error instanceof FieldboxError) return [];
    throw error;
  }
}

/** Throws TAG_PATH_MALFORMED, PATTERN_MALFORMED, PATTERN_TOO_LARGE. */
export function compileRule(type: number, conditions: Conditions): CompiledRule {
  const compiled = conditions.map(compileCondition);
  return {
    type,
    indexed: compiled.filter(({ indexed }) => indexed !== null),
    file: compiled.filter(({ indexed }) => indexed === null),
  };
}

/** Whether the conditions that the index can tell hold. */
export function fitsIndex(rule: CompiledRule, attributes: IndexAttributes): boolean {
  return rule.indexed.every(({ indexed, test }) => indexed === null || test(indexedValues(attributes, indexed)));
}

/** Whether the conditions that only the file can tell hold; `values` by path. */
export function fitsFile(rule: CompiledRule, values: Readonly<Record<string, readonly string[]>>): boolean {
  return rule.file.every(({ path, test }) => test(values[path] ?? []));
}
