import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { type Table, TABLES } from './columns';
import { type Condition, type Params, valuesIn } from './condition';
import { once, rowCount } from './counts';
import { Known } from './known';
import { restrict } from './restrict';
import { sourceOf } from './walk';

/** What at most so many rows fulfil is looked up once and then known by their ids. */
const MOST_KNOWN = 10_000;
/** The same of conditions that cost more looks into an index than this, both to ask of a row and to look up. */
const MOST_DEAR_KNOWN = 30_000;
/** When a sample says that more rows than this fulfil such a condition, they are not looked up. */
const MOST_EXPECTED = 20_000;
const DEAR = 3;
/** By way of so few rows all that fit are gathered, however many could be walked past meanwhile. */
const FEW = 3000;
/** With so few series left, it is sooner asked of each what else is wanted. */
const FEW_LEFT = 300;
/** Rows that are gathered within a few milliseconds. */
const MOST_GATHERED = 12_000;
/** Tables of at most so many rows are gone through whole. */
const SMALL_TABLE = 20_000;
/** Rows counted along one index: at first, and at most. */
const FIRST_COUNTED = 20_000;
const MOST_COUNTED = 50_000;
/** Looks into indexes while walking past rows for one page; when it would take more, what is asked for is rare and is gathered. */
const MOST_LOOKS = 12_000;
/** The same when no index helps with gathering. */
const MOST_LOOKS_AT_ALL = 50_000;
/** Finding the rows below a row takes so many looks more. */
const BELOW = 2;
/** What it costs to gather one row. */
const LOOKS_TO_GATHER = 4;
/** A list is judged by rows from so many places, of which as many are asked as cost so many looks into an index. */
const SAMPLES = 50;
const SAMPLE_LOOKS = 750;
/** The same where it is worth looking again. */
const MORE_SAMPLE_LOOKS = 4000;

/** Multiples of it are spread evenly between whole numbers. */
const GOLDEN = 0.6180339887;

/** What is wanted of a list: so many rows at a time, and whether in the order in which they came. */
export interface Wanted {
  readonly page: number;
  readonly arrival: boolean;
}

/** How a question is answered. */
export interface Plan {
  readonly total: number;
  readonly totalIsExact: boolean;
  /** All rows that fit, in no order; undefined when they are many: then the list is walked along in its order. */
  readonly ids: readonly number[] | undefined;
  /** How many looks into an index it takes to come to a row that fits on a walk. */
  readonly looks: number;
  /** The conditions; what few rows fulfil is known by their ids. */
  readonly conditions: readonly Condition[];
  /** Conditions that few rows fulfil. */
  readonly sets: readonly Condition[];
  /** The condition by way of which all rows that fit are found; undefined when they are many, or the whole table is gone through. */
  readonly driver: Condition | undefined;
  /** How many rows the driver's index gives, as far as they were counted. */
  readonly driverRows: number;
  /** The condition by way of which a walk in the order of arrival passes by the fewest rows. */
  readonly arrival: Condition | undefined;
  /** What `conditions` speak of besides the values of the question. */
  readonly known: Known;
}

/**
 * Decides how to find the rows of a table that fulfil conditions. What few rows fulfil is gathered by way of an index; what
 * many fulfil is met soon enough on a walk along the list. Which of both it is, the indexes and a sample of the list tell.
 */
export function planFor(
  db: Database,
  level: Table,
  conditions: readonly Condition[],
  params: Params,
  wanted: Wanted,
): Plan {
  if (conditions.length === 0) {
    const none = {
      ids: undefined,
      looks: 1,
      conditions,
      sets: [],
      driver: undefined,
      driverRows: 0,
      arrival: undefined,
      known: new Known(),
    };
    return { total: rowCount(db, level), totalIsExact: true, ...none };
  }
  const terms = restrict(level, conditions);
  const key = `plan ${level} ${JSON.stringify(wanted)} ${terms.join(' ')} ${JSON.stringify(params.values)}`;
  return once(db, key, () => new Planner(db, level, params, wanted).decide(conditions));
}

/** A condition, and how many rows fulfil it: counted up to where they are no longer few. */
interface Measured {
  readonly condition: Condition;
  readonly rows: number;
}

class Planner {
  private readonly known = new Known();
  /** The rows of conditions that few fulfil. */
  private readonly rows = new Map<Condition, readonly number[]>();
  /** The shares of rows that samples showed, by what was asked of them. */
  private readonly shares = new Map<string, number>();

  constructor(
    private readonly db: Database,
    private readonly level: Table,
    private readonly params: Params,
    private readonly wanted: Wanted,
  ) {}

  decide(asked: readonly Condition[]): Plan {
    const { db, level } = this;
    const few = asked.length > 1 ? this.fewest(asked) : undefined;
    if (few) {
      const plan = this.gatherFew(few.conditions, few.driver, [few.driver]);
      if (plan) return plan;
    }
    const all = rowCount(db, level);
    const joined = few || all <= SMALL_TABLE ? undefined : this.together(asked);
    if (joined?.few) {
      const plan = this.gatherFew(joined.conditions, joined.driver, []);
      if (plan) return plan;
    }
    const { conditions, measured } = this.measureAll(asked);
    measured.sort((a, b) => a.rows - b.rows);
    const [best] = measured;
    const sets = measured.flatMap(({ condition }) => (this.rows.has(condition) ? [condition] : []));
    const single = conditions.length === 1 && conditions[0]?.table === level ? conditions[0] : undefined;
    const found = single && this.rows.get(single);
    if (found) return this.gathered(conditions, single, sets, found);
    if (best && best.rows <= FEW) {
      const plan = this.gatherFew(conditions, best.condition, sets);
      if (plan) return plan;
    }
    // What leads to known rows saves asking all others.
    const known = best && this.rows.has(best.condition) ? best.condition : undefined;
    if (all <= SMALL_TABLE) return this.gatherAll(conditions, known, sets);
    const looks = this.looksOf(conditions, sets);
    const along = this.wanted.arrival
      ? this.rarest(measured.filter(({ condition }) => condition.arrival !== undefined))
      : undefined;
    const arrival = along?.condition;
    const many = { ids: undefined, conditions, sets, driver: undefined, driverRows: 0, arrival, known: this.known };
    if (single?.column !== undefined || single?.arrival !== undefined) {
      const rows = single.rows ?? this.count(single, MOST_COUNTED);
      if (rows <= MOST_COUNTED || single.rows !== undefined)
        return { total: rows, totalIsExact: true, looks: (all / Math.max(1, rows)) * looks, ...many };
    }
    const passed = along && along.rows < MOST_COUNTED ? along.rows / all : 1;
    const walkedAt = (share: number): number => (this.wanted.page / share) * looks * passed;
    // Handing many known ids to a statement takes longer than looking at many rows by them: then it is done once.
    const isLarge = sets.some((condition) => (this.rows.get(condition)?.length ?? 0) > FEW);
    const sampleLooks = isLarge ? MORE_SAMPLE_LOOKS : SAMPLE_LOOKS;
    let share = this.knownShare(conditions) ?? this.sampleShare(conditions, sets, looks, sampleLooks);
    // Where few rows of a small sample fit, that may be chance, and gathering what is not rare at all costs far more than looking again.
    const isDearToGather = !joined && best !== undefined && best.rows * LOOKS_TO_GATHER > MOST_LOOKS;
    if (walkedAt(share) > MOST_LOOKS && isDearToGather && !isLarge)
      share = this.knownShare(conditions) ?? this.sampleShare(conditions, sets, looks, MORE_SAMPLE_LOOKS);
    const walked = walkedAt(share);
    const walk: Plan = { total: Math.round(all * share), totalIsExact: false, looks: looks / share, ...many };
    if (walked <= MOST_LOOKS) return walk;
    if (joined) return this.gatherAll(joined.conditions, joined.driver, sets);
    // As many as have been found of the rarest may be enough to tell.
    if (best && walked <= best.rows * LOOKS_TO_GATHER) return walk;
    const rare = this.rarest(measured);
    if (walked <= (rare ? rare.rows * LOOKS_TO_GATHER : Math.min(all, MOST_LOOKS_AT_ALL))) return walk;
    const driver = rare?.condition ?? conditions.find((condition) => condition.ids !== undefined);
    return this.gatherAll(conditions, driver, sets);
  }

  /** All rows that fit; undefined when they are not few. */
  private gatherFew(conditions: readonly Condition[], driver: Condition, sets: readonly Condition[]): Plan | undefined {
    const ids = this.gather(conditions, driver, MOST_GATHERED + 1);
    return ids.length <= MOST_GATHERED ? this.gathered(conditions, driver, sets, ids) : undefined;
  }

  private gatherAll(conditions: readonly Condition[], driver: Condition | undefined, sets: readonly Condition[]): Plan {
    const ids = this.gather(conditions, driver, rowCount(this.db, this.level));
    return this.gathered(conditions, driver, sets, ids);
  }

  private gathered(
    conditions: readonly Condition[],
    driver: Condition | undefined,
    known: readonly Condition[],
    ids: readonly number[],
  ): Plan {
    const sets = known.filter((condition) => conditions.includes(condition));
    const looks = (rowCount(this.db, this.level) / Math.max(1, ids.length)) * this.looksOf(conditions, sets);
    const driverRows = driver ? (this.rows.get(driver)?.length ?? MOST_COUNTED) : 0;
    return {
      total: ids.length,
      totalIsExact: true,
      ids,
      looks,
      conditions,
      sets,
      driver,
      driverRows,
      arrival: undefined,
      known: this.known,
    };
  }

  /** The condition that fewest rows fulfil, if they are few, with these looked up; what is dear to look up is not thought of. */
  private fewest(asked: readonly Condition[]): { conditions: readonly Condition[]; driver: Condition } | undefined {
    let best: { readonly condition: Condition; readonly rows: number } | undefined;
    for (const condition of asked) {
      if (condition.ids === undefined || condition.slow !== undefined || isDear(condition)) continue;
      const rows = this.count(condition, FEW);
      if (rows <= (best?.rows ?? FEW)) best = { condition, rows };
    }
    if (!best) return undefined;
    const { condition } = best;
    const driver = this.measure(condition).condition;
    return { driver, conditions: asked.map((each) => (each === condition ? driver : each)) };
  }

  /** Looks up what so few rows fulfil that they can be known. */
  private measureAll(asked: readonly Condition[]): { conditions: readonly Condition[]; measured: Measured[] } {
    const looked = asked.map((condition) => this.measure(condition));
    return {
      conditions: looked.map(({ condition }) => condition),
      measured: looked.flatMap(({ condition, rows }) => (rows === undefined ? [] : [{ condition, rows }])),
    };
  }

  /** Looks up the rows that fulfil a condition; when they are not too many, it is answered from these from then on. */
  private measure(condition: Condition): { readonly condition: Condition; readonly rows: number | undefined } {
    const { ids, slow, column, arrival, isOneValue } = condition;
    if (ids === undefined || slow !== undefined) return { condition, rows: undefined };
    const most = isDear(condition) ? MOST_DEAR_KNOWN : MOST_KNOWN;
    const expected = condition.rows ?? (isDear(condition) ? this.expectedRows(condition) : 0);
    if (expected > Math.min(most, MOST_EXPECTED)) return { condition, rows: expected };
    // One stretch of an index.
    const isPlain = isOneValue !== undefined || arrival !== undefined;
    if (isPlain && this.hasMore(ids, most)) return { condition, rows: most + 1 };
    const each = this.remembered(`ids ${String(most)} ${ids}`, () => {
      const found = statement(this.db, `SELECT * FROM (${ids} LIMIT ${String(most + 1)})`)
        .pluck(true)
        .all(this.params.values) as number[];
      return found.length <= most && column === undefined ? eachOnce(found) : found;
    });
    if (each.length > most) return { condition, rows: each.length };
    const known = { ...condition, ids: this.list(each) };
    this.rows.set(known, each);
    return { condition: known, rows: each.length };
  }

  /** Whether a SELECT has more rows than so many: sooner told than with all of them at hand. */
  private hasMore(ids: string, most: number): boolean {
    const sql = `SELECT 1 FROM (${ids}) LIMIT 1 OFFSET ${String(most)}`;
    return this.remembered(sql, () => statement(this.db, sql).get(this.params.values) !== undefined);
  }

  /** About how many rows of the condition's table fulfil it, as far as the list tells. */
  private expectedRows(condition: Condition): number {
    const all = rowCount(this.db, this.level);
    if (all <= SMALL_TABLE || condition.table !== this.level) return 0;
    return Math.round(all * this.sampleShare([condition], [], this.looksOf([condition], [])));
  }

  /** The same for one condition of several lists, as when it is counted what fits at each level. */
  private remembered<T>(sql: string, find: () => T): T {
    return once(this.db, `${sql} ${JSON.stringify(valuesIn(sql, this.params.values))}`, find);
  }

  /** A SELECT of rows that are known. */
  private list(ids: readonly number[]): string {
    return `SELECT j.value FROM json_each(@${this.known.add(ids)}) AS j`;
  }

  /**
   * Conditions on what series share with their study and patient as one: each may be frequent, and all together rare. Rows above
   * that have no series must not be lost, so for those there must be a condition on series.
   */
  private together(conditions: readonly Condition[]): Joined | undefined {
    const { db, level } = this;
    const shared = conditions.filter((condition) => condition.facet !== undefined);
    const ofSeries =
      level === 'series' || level === 'image' || shared.some((condition) => condition.table === 'series');
    if (shared.length < 2 || !ofSeries) return undefined;
    const rarest = [...shared].sort((a, b) => (a.facet?.share ?? 1) - (b.facet?.share ?? 1));
    // The more words, the longer it takes; when a few of them leave next to nothing, the others are asked of that.
    let left = rowCount(db, 'series');
    const telling = rarest.filter((condition, at) => {
      const isTelling = at < 2 || left > FEW_LEFT;
      if (isTelling) left *= condition.facet?.share ?? 1;
      return isTelling;
    });
    const first = telling.length < shared.length ? this.byFacets(telling, conditions, FEW) : undefined;
    return first?.few ? first : this.byFacets(shared, conditions, MOST_KNOWN);
  }

  private byFacets(shared: readonly Condition[], conditions: readonly Condition[], most: number): Joined {
    const words = shared.map((condition) => `(${condition.facet?.words ?? ''})`).join(' AND ');
    const sql = 'SELECT rowid FROM series_facet WHERE series_facet MATCH ?';
    const found = statement(this.db, `${sql} LIMIT ${String(most + 1)}`)
      .pluck(true)
      .all(words) as number[];
    const few = found.length <= most;
    const check = restrict('series', shared).join(' AND ');
    const driver: Condition = {
      table: 'series',
      check,
      ids: few ? this.list(found) : sql.replace('?', `@${this.known.add(words)}`),
    };
    return { driver, few, conditions: [driver, ...conditions.filter((condition) => !shared.includes(condition))] };
  }

  /** The condition that the fewest rows fulfil; all have been counted up to where they are no longer few. */
  private rarest(measured: readonly Measured[]): Measured | undefined {
    const [best] = measured;
    if (!best || this.rows.has(best.condition)) return best;
    let found = { condition: best.condition, rows: MOST_COUNTED };
    for (const most of [FIRST_COUNTED, MOST_COUNTED]) {
      for (const { condition } of measured) {
        const rows = this.count(condition, Math.min(most, found.rows));
        if (rows < Math.min(most, found.rows)) found = { condition, rows };
      }
      if (found.rows < most) break;
    }
    return found;
  }

  /** How many rows a condition's index has, counted up to one more than `most`. */
  private count(condition: Condition, most: number): number {
    const { ids = '' } = condition;
    const rows = condition.rows ?? this.rows.get(condition)?.length;
    if (rows !== undefined) return rows;
    const sql = `SELECT count(*) FROM (${ids} LIMIT ${String(most + 1)})`;
    return this.remembered(sql, () => statement(this.db, sql).pluck(true).get(this.values()) as number);
  }

  private gather(conditions: readonly Condition[], driver: Condition | undefined, most: number): readonly number[] {
    const { level } = this;
    const [only, ...others] = conditions;
    // What alone is asked gives the rows themselves: none of them need be looked at.
    if (only?.ids !== undefined && only === driver && only.table === level && others.length === 0) {
      const sql = only.column === undefined ? `SELECT DISTINCT * FROM (${only.ids})` : only.ids;
      return this.numbers(`${sql} LIMIT ${String(most)}`);
    }
    // What is dear to ask of a row and known by its ids is asked by these.
    const sets = conditions.filter((condition) => isDear(condition) && this.rows.has(condition));
    const where = restrict(level, conditions, { driver, sets }).join(' AND ');
    return this.numbers(`SELECT ${level}.id FROM ${level} WHERE ${where} LIMIT ${String(most)}`);
  }

  private numbers(sql: string): readonly number[] {
    return statement(this.db, sql).pluck(true).all(this.values()) as number[];
  }

  /**
   * What it costs to ask one row: the first condition always, the others only of rows that fulfil the ones before. Rows by themselves lie
   * anywhere, but for those of `sets`, which are asked by their ids; rows below have to be found first.
   */
  private looksOf(conditions: readonly Condition[], sets: readonly Condition[]): number {
    const depth = TABLES.indexOf(this.level);
    const weights = conditions.map((condition) => {
      const asked = sets.includes(condition) ? 1 : (condition.weight ?? 1) + 1;
      return TABLES.indexOf(condition.table) > depth ? asked + BELOW : asked;
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const first = Math.max(...weights);
    return first + (sum - first) * 0.3;
  }

  private values(): Readonly<Record<string, string | number>> {
    return { ...this.params.values, ...this.known.values };
  }

  /** The share of rows whose only condition is one on a table above of which all rows are known. */
  private knownShare([condition, ...others]: readonly Condition[]): number | undefined {
    const ids = condition && others.length === 0 ? this.rows.get(condition) : undefined;
    if (!condition || !ids || TABLES.indexOf(condition.table) > TABLES.indexOf(this.level)) return undefined;
    return Math.max(ids.length, 0.5) / Math.max(1, rowCount(this.db, condition.table));
  }

  /** About which part of a table's rows fulfils the conditions; never zero. */
  private sampleShare(
    conditions: readonly Condition[],
    sets: readonly Condition[],
    looks: number,
    sampleLooks = SAMPLE_LOOKS,
  ): number {
    const { db, level } = this;
    // Both ends at once would have all the rows between them read.
    const ends = `SELECT (SELECT min(id) FROM ${level}) AS first, (SELECT max(id) FROM ${level}) AS last`;
    const { first, last } = statement(db, ends).get() as { first: number; last: number };
    const each = Math.max(2, Math.round(sampleLooks / SAMPLES / looks));
    const step = (last - first) / SAMPLES;
    // Not at even distances: numbers that count up would be alike at all of them.
    const starts = JSON.stringify(
      Array.from({ length: SAMPLES }, (_, at) => Math.floor(first + step * (at + ((at * GOLDEN) % 1)))),
    );
    const fits = restrict(level, conditions, { sets }).join(' AND ');
    const key = `${String(each)} ${fits}`;
    const known = this.shares.get(key);
    if (known !== undefined) return known;
    const { rows, hits } = statement(
      db,
      `SELECT count(*) AS rows, total(CASE WHEN ${fits} THEN 1 ELSE 0 END) AS hits FROM json_each(@starts) AS s
       CROSS JOIN ${sourceOf(level)} ON ${level}.id BETWEEN s.value AND s.value + @each`,
    ).get({ ...this.values(), starts, each: each - 1 }) as { rows: number; hits: number };
    const share = rows === 0 ? Number.MIN_VALUE : Math.max(hits, 0.5) / rows;
    this.shares.set(key, share);
    return share;
  }
}

interface Joined {
  readonly driver: Condition;
  /** Whether few series fulfil it. */
  readonly few: boolean;
  readonly conditions: readonly Condition[];
}

/** Ids in their order, each once. */
function eachOnce(ids: readonly number[]): readonly number[] {
  const once: number[] = [];
  for (const id of new Float64Array(ids).sort()) if (id !== once.at(-1)) once.push(id);
  return once;
}

function isDear({ weight = 1 }: Condition): boolean {
  return weight > DEAR;
}
