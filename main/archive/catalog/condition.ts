import type { Table } from './columns';

/** Values of a statement under names that depend on their order only, so that like questions share a prepared statement. */
export class Params {
  readonly values: Record<string, string | number> = {};
  private count = 0;

  /** The same values, to which more can be added without changing these. */
  copy(): Params {
    const copy = new Params();
    Object.assign(copy.values, this.values);
    copy.count = this.count;
    return copy;
  }

  /** Keeps a value; gives its place in the SQL. */
  add(value: string | number): string {
    const name = `p${String(this.count)}`;
    this.count += 1;
    this.values[name] = value;
    return `@${name}`;
  }

  /** Keeps a list; gives a SELECT of its items, for IN. */
  list(values: readonly (string | number)[]): string {
    return `SELECT j.value FROM json_each(${this.add(JSON.stringify(values))}) AS j`;
  }
}

/** The values that some SQL speaks of, out of all of a question. */
export function valuesIn(sql: string, values: Params['values']): readonly (string | number | undefined)[] {
  return [...new Set(sql.match(/@p\d+/g))].map((name) => values[name.slice(1)]);
}

/** What rows of a table must fulfil. */
export interface Condition {
  readonly table: Table;
  /** Of one row of the table, without any index. Never NULL. */
  readonly check: string;
  /**
   * SELECT of the ids of all rows of the table that fulfil it, by way of an index; without it only `check` tells. An id may
   * come twice where `column` is not given.
   */
  readonly ids?: string;
  /** `ids` reads as much as a whole table: better than asking every row of a list, worse than anything else. */
  readonly slow?: true;
  /** How many rows fulfil it, where that is kept. */
  readonly rows?: number;
  /** How many looks into an index `check` costs. */
  readonly weight?: number;
  /**
   * The same in words of `series_facet`, for conditions on what series share with their study and patient; and which share of all series
   * fulfils it if each value is as frequent as any other.
   */
  readonly facet?: { readonly words: string; readonly share: number };
  /**
   * What gives the images in the order of arrival: the index of the one value that `check` asks for, or a table, a condition on it, and
   * the column that has each id once.
   */
  readonly arrival?: 'own' | { readonly source: string; readonly where: string; readonly id: string };
  /** Of a condition for one value of `column`, where that is kept: how many rows have a lower value, and how many a higher one. */
  readonly beside?: { readonly before: number; readonly behind: number };
  /** A scalar SELECT of the only id. */
  readonly id?: string;
  /** The column of the table of which `check` is a range or a value, which indexes can begin with. */
  readonly column?: string;
  /** The column in whose order the rows lie close together: a walk along it may pass by long stretches in which there are none. */
  readonly clustered?: string;
  /** `check` asks for one value of `column`, whose index then gives the rows in the order of their ids. */
  readonly isOneValue?: true;
}

/** The check of what nothing fulfils. */
export const NEVER = '0';

/** What nothing fulfils. */
export function never(table: Table): Condition {
  return { table, check: NEVER, ids: `SELECT n.id FROM ${table} AS n WHERE 0` };
}
