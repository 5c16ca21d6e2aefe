import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import type { Params } from './condition';
import type { CursorValue } from './cursor';
import { compareValues } from './sort-values';
import { filter, inOrder, partsBehind, partsUpTo, termsOf, type Walk } from './walk';

/** Rows from one rung to the next. */
export const STEP = 1000;
/** With more rows than this between two rungs, there come new ones between them. */
const WIDEST = 4 * STEP;

/** A place in an order, and how many rows there are from the rung before up to it. */
interface Rung {
  readonly values: readonly CursorValue[];
  /** Undefined: something has changed there, so that they are to be counted again. */
  rows: number | undefined;
}

/** From where a walk reaches a row: behind these values (undefined: from the beginning), past so many rows. */
export interface Foothold {
  readonly values: readonly CursorValue[] | undefined;
  readonly skip: number;
}

/**
 * Places all along a list in one order and direction, so that a row in its middle is reached without walking past all those before it.
 * Rungs come when they are needed and stay where they are; what is written only makes the stretch in which it lies be counted again,
 * so that rows of a transaction that was rolled back are never counted.
 */
export class Ladder {
  private readonly rungs: Rung[] = [];
  private readonly sign: 1 | -1;

  constructor(
    private readonly db: Database,
    private readonly walk: Walk,
  ) {
    this.sign = walk.descending ? -1 : 1;
  }

  /** From where the row is reached that has so many rows before it. */
  foothold(offset: number): Foothold {
    let before = 0;
    let values: readonly CursorValue[] | undefined;
    for (let at = 0; at < this.rungs.length; at += 1) {
      if (this.rungs[at]?.rows === undefined) this.countAgain(at, values);
      const rung = this.rungs[at];
      if (!rung) break;
      const rows = rung.rows ?? 0;
      if (before + rows > offset) return { values, skip: offset - before };
      before += rows;
      values = rung.values;
    }
    while (offset - before >= STEP) {
      const next = this.climb();
      if (!next) break;
      before += STEP;
      values = next.values;
    }
    return { values, skip: offset - before };
  }

  /** About how many rows lie up to the last rung. */
  get height(): number {
    return this.rungs.length * STEP;
  }

  /** Adds a rung behind the last one; undefined when the end is nearer than a step. */
  climb(): Rung | undefined {
    const values = this.step(this.rungs.at(-1)?.values);
    if (!values) return undefined;
    const rung = { values, rows: STEP };
    this.rungs.push(rung);
    return rung;
  }

  /** Says that a row came to this place or left it; only the first values may be known. */
  touch(values: readonly CursorValue[]): void {
    const from = this.firstRung((compared) => compared >= 0, values);
    const to = this.firstRung((compared) => compared > 0, values);
    for (let at = from; at <= to; at += 1) {
      const rung = this.rungs[at];
      if (rung) rung.rows = undefined;
    }
  }

  /** The place of the first rung that compares so with the values; the number of rungs when none does. */
  private firstRung(isIt: (compared: number) => boolean, values: readonly CursorValue[]): number {
    let low = 0;
    let high = this.rungs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const rung = this.rungs[middle];
      if (rung && isIt(this.sign * compareValues(this.walk.order.terms, rung.values, values))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Counts the rows up to a rung; when they have become many, there come rungs before it. */
  private countAgain(at: number, before: readonly CursorValue[] | undefined): void {
    const rung = this.rungs[at];
    if (!rung) return;
    let left = this.count(before, rung.values);
    const between: Rung[] = [];
    if (left > WIDEST) {
      for (let next = this.step(before); next && left >= 2 * STEP; next = this.step(next)) {
        between.push({ values: next, rows: STEP });
        left -= STEP;
      }
    }
    rung.rows = left;
    this.rungs.splice(at, 0, ...between);
  }

  /** The values of the row that lies one step behind a place. */
  private step(from: readonly CursorValue[] | undefined): readonly CursorValue[] | undefined {
    const { walk } = this;
    const params = walk.params.copy();
    const terms = termsOf(walk.order, walk.descending);
    const columns = terms.map((term) => term.sql).join(', ');
    const select = `SELECT ${columns} FROM ${walk.source}`;
    const order = `ORDER BY ${inOrder(terms.slice(walk.fixed))} LIMIT 1 OFFSET @skip`;
    const parts = from ? partsBehind(walk, from, params) : [[]];
    let skip = STEP - 1;
    for (const [at, part] of parts.entries()) {
      const row = statement(this.db, `${select}${filter([...walk.where, ...part])} ${order}`)
        .raw(true)
        .get({ ...params.values, ...walk.known, skip }) as CursorValue[] | undefined;
      if (row) return row;
      if (at < parts.length - 1) skip -= countIn(this.db, walk, part, params);
    }
    return undefined;
  }

  private count(from: readonly CursorValue[] | undefined, to: readonly CursorValue[]): number {
    const { walk } = this;
    const params = walk.params.copy();
    return partsUpTo(walk, from, to, params).reduce((sum, part) => sum + countIn(this.db, walk, part, params), 0);
  }
}

/** How many rows there are in a part of a walk. */
export function countIn(db: Database, walk: Walk, part: readonly string[], params: Params): number {
  const sql = `SELECT count(*) FROM ${walk.source}${filter([...walk.where, ...part])}`;
  return statement(db, sql)
    .pluck(true)
    .get({ ...params.values, ...walk.known }) as number;
}
