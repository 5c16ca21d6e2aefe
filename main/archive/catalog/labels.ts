import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { type Condition, never, type Params } from './condition';
import { type Test, testOf } from './matching';

/** The labels of series: what stands in tables beside theirs, of which each may have none, one or several. */
const LABELS = { seriesType: 'type', seriesTag: 'tag' } as const;
type LabelProperty = keyof typeof LABELS;
type Label = (typeof LABELS)[LabelProperty];

/** The properties of series that stand beside them. */
export function isLabelProperty(name: string): name is LabelProperty {
  return Object.hasOwn(LABELS, name);
}
export const labelProperties: readonly string[] = Object.keys(LABELS);

/** That a series has any label of this kind. */
export function hasLabel(property: LabelProperty): Condition {
  return labelled(LABELS[property], '1');
}

/** That the name of any of its labels fulfils a test. */
export function compareLabels(db: Database, property: LabelProperty, test: Test, params: Params): Condition {
  const label = LABELS[property];
  const fits = testOf(test);
  const rows = statement(db, `SELECT id, name FROM series_${label}`).all() as { id: number; name: string }[];
  const ids = rows.flatMap(({ id, name }) => (fits(name) ? [id] : []));
  return anyLabel(label, ids, params);
}

/** Series with any of these types or tags, given by their keys. */
export function labelCondition(db: Database, label: Label, keys: readonly string[], params: Params): Condition {
  const find = statement(db, `SELECT id FROM series_${label} WHERE key = ?`).pluck(true);
  const ids = [...new Set(keys)].flatMap((key) => find.all(key) as number[]);
  return anyLabel(label, ids, params);
}

function anyLabel(label: Label, ids: readonly number[], params: Params): Condition {
  const [only, ...others] = ids;
  if (only === undefined) return never('series');
  return labelled(
    label,
    others.length === 0 ? `o.${label}_id = ${params.add(only)}` : `o.${label}_id IN (${params.list(ids)})`,
  );
}

function labelled(label: Label, where: string): Condition {
  return {
    table: 'series',
    check: `EXISTS (SELECT 1 FROM series_${label}_of AS o WHERE o.series_id = series.id AND ${where})`,
    ids: `SELECT o.series_id FROM series_${label}_of AS o WHERE ${where}`,
  };
}
