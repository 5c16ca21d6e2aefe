import type { Database } from 'better-sqlite3';
import type { Listing } from '@shared/model/vocabulary';
import { type Order, type Table, tableOf } from './columns';
import { dataVersion, rowCount } from './counts';
import type { CursorValue } from './cursor';
import { type Foothold, Ladder, STEP } from './ladder';
import { walkedTable, wholeWalk } from './walk';

/** Called by triggers of this connection: the number of an order, then the values of a row in it. */
const TOUCH_FUNCTION = 'fieldbox_touched';
/** So many orders are followed at a time, each of which makes writing a little dearer. */
const MOST_FOLLOWED = 8;

/** The ladders of one order of one list, both ways. */
interface Followed {
  readonly key: string;
  readonly list: Listing;
  readonly number: number;
  readonly triggers: readonly string[];
  readonly up: Ladder;
  readonly down: Ladder;
}

/** What a connection knows of the middle of its lists; the order used last stands last. */
class Jumps {
  private followed: Followed[] = [];
  private count = 0;
  private version: number;

  constructor(private readonly db: Database) {
    this.version = dataVersion(db);
    db.function(TOUCH_FUNCTION, { varargs: true }, (number: unknown, ...values: unknown[]): number => {
      this.touched(Number(number), values as CursorValue[]); // the terms of an order are texts and numbers
      return 0;
    });
  }

  foothold(list: Listing, order: Order, descending: boolean, offset: number): Foothold {
    const used = this.follow(list, order);
    return (descending ? used.down : used.up).foothold(offset);
  }

  /** Makes ready what is followed, for so many milliseconds; gives whether there is more to do. */
  climb(milliseconds: number): boolean {
    this.forgetOld();
    const end = performance.now() + milliseconds;
    for (const { list, up, down } of this.followed) {
      const rows = rowCount(this.db, tableOf(list));
      for (const ladder of [up, down]) {
        while (ladder.height + STEP <= rows) {
          if (performance.now() >= end) return true;
          if (!ladder.climb()) break;
        }
      }
    }
    return false;
  }

  /** Follows an order from now on; gives its ladders. */
  follow(list: Listing, order: Order): Followed {
    this.forgetOld();
    const key = `${tableOf(list)} ${order.terms.map((term) => term.sql).join(', ')}`;
    const known = this.followed.find((each) => each.key === key);
    if (known) {
      this.followed = [...this.followed.filter((each) => each !== known), known];
      return known;
    }
    const [oldest] = this.followed;
    if (this.followed.length >= MOST_FOLLOWED && oldest) this.leave(oldest);
    this.count += 1;
    const triggers = triggersFor(list, order, this.count);
    for (const { name, sql } of triggers) this.db.exec(`CREATE TEMP TRIGGER ${name} ${sql}`);
    const followed = {
      key,
      list,
      number: this.count,
      triggers: triggers.map(({ name }) => name),
      up: new Ladder(this.db, wholeWalk(list, order, false)),
      down: new Ladder(this.db, wholeWalk(list, order, true)),
    };
    this.followed.push(followed);
    return followed;
  }

  private leave(followed: Followed): void {
    for (const name of followed.triggers) this.db.exec(`DROP TRIGGER temp.${name}`);
    this.followed = this.followed.filter((each) => each !== followed);
  }

  private touched(number: number, values: readonly CursorValue[]): void {
    const followed = this.followed.find((each) => each.number === number);
    followed?.up.touch(values);
    followed?.down.touch(values);
  }

  /** Another connection has written, which no trigger here has seen. */
  private forgetOld(): void {
    if (this.version === dataVersion(this.db)) return;
    for (const followed of [...this.followed]) this.leave(followed);
    this.version = dataVersion(this.db);
  }
}

const jumps = new WeakMap<Database, Jumps>();

function jumpsOf(db: Database): Jumps {
  let known = jumps.get(db);
  if (!known) {
    known = new Jumps(db);
    jumps.set(db, known);
  }
  return known;
}

/**
 * From where a row of a whole list, in an order that can be followed, is reached soonest. Not within a transaction, which may yet be
 * rolled back, and with it the triggers that tell what has changed.
 */
export function footholdIn(db: Database, list: Listing, order: Order, descending: boolean, offset: number): Foothold {
  return jumpsOf(db).foothold(list, order, descending, offset);
}

/** Lists of fewer rows are quick without being made ready. */
const SHORT = 20_000;

/** Follows an order before anybody jumps in it, where the list is long. Not within a transaction. */
export function expectJumps(db: Database, list: Listing, order: Order): void {
  if (rowCount(db, tableOf(list)) >= SHORT) jumpsOf(db).follow(list, order);
}

/**
 * Goes on with what jumps in lists will need, for about so many milliseconds; gives whether there is more to do. Not within a
 * transaction.
 */
export function climbOn(db: Database, milliseconds: number): boolean {
  return jumpsOf(db).climb(milliseconds);
}

interface Trigger {
  readonly name: string;
  readonly sql: string;
}

/** What tells the places in an order at which rows come or go, or move to or from. */
function triggersFor(list: Listing, order: Order, number: number): readonly Trigger[] {
  const level = tableOf(list);
  const from = walkedTable(list, order);
  const told = (values: readonly string[], source = ''): string =>
    ` SELECT ${TOUCH_FUNCTION}(${[String(number), ...values].join(', ')})${source};`;
  const valuesOf = (row: 'OLD' | 'NEW', table: Table): string[] =>
    order.terms.map((term) => (term.table === table ? ofRow(term.sql, table, row) : term.sql));
  /** Of a row of the list, with what stands above it. */
  const ofList = (row: 'OLD' | 'NEW'): string =>
    from === level
      ? told(valuesOf(row, level))
      : told(valuesOf(row, level), ` FROM ${from} WHERE ${from}.id = ${row}.${from}_id`);
  /** Of a row above: wherever what lies below it stands. */
  const ofAbove = (row: 'OLD' | 'NEW'): string =>
    told(order.terms.filter((term) => term.table === from).map((term) => ofRow(term.sql, from, row)));
  const onTable = (table: Table, told: (row: 'OLD' | 'NEW') => string, links: readonly string[]): Trigger[] => {
    const columns = [...new Set([...columnsOf(order, table), ...links])];
    const name = (event: string): string => `jump_${String(number)}_${table}_${event}`;
    return [
      { name: name('added'), sql: `AFTER INSERT ON main.${table} BEGIN${told('NEW')} END` },
      { name: name('removed'), sql: `AFTER DELETE ON main.${table} BEGIN${told('OLD')} END` },
      ...(columns.length === 0
        ? []
        : [
            {
              name: name('changed'),
              sql: `AFTER UPDATE OF ${columns.join(', ')} ON main.${table} BEGIN${told('OLD')}${told('NEW')} END`,
            },
          ]),
    ];
  };
  return [
    ...onTable(level, ofList, from === level ? [] : [`${from}_id`]),
    ...(from === level ? [] : onTable(from, ofAbove, [])),
  ];
}

function ofRow(sql: string, table: Table, row: 'OLD' | 'NEW'): string {
  return sql.replace(new RegExp(`\\b${table}\\.`, 'g'), `${row}.`);
}

/** The columns of a table that an order speaks of. */
function columnsOf(order: Order, table: Table): readonly string[] {
  const names = order.terms.flatMap((term) =>
    [...term.sql.matchAll(new RegExp(`\\b${table}\\.(\\w+)`, 'g'))].map((match) => match[1] ?? ''),
  );
  return names.filter((name) => name !== 'id');
}

/** Whether each row's place in an order follows from its own columns and those of one table above. */
export function canBeFollowed(list: Listing, order: Order): boolean {
  const known: readonly Table[] = [tableOf(list), walkedTable(list, order)];
  return order.walk && order.terms.every((term) => known.includes(term.table) && !term.sql.includes('SELECT'));
}
