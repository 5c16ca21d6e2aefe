import type { Database } from 'better-sqlite3';
import { orderBy } from './columns';
import { rowCount } from './counts';
import { DEFAULT_ORDER } from './find';
import { canBeFollowed, climbOn, expectJumps } from './jumps';
import { readWords } from './typing-errors';
import { warmOn } from './warmth';
import { joinOn } from './word-parts';

/** Words of fewer patients are read quickly enough when somebody asks. */
const MANY_NAMES = 20_000;
/** How long the archive has been open before anything is made ready, and how long there are pauses in between, milliseconds. */
const AFTER_OPENING_MS = 3000;
const PAUSE_MS = 20;
/** After a piece that took long, as on a slow disk, the pause is so many times as long. */
const REST = 4;
/** How long is worked in one piece, milliseconds: less than anybody notices. */
const PIECE_MS = 5;

/**
 * Makes ready what finding in a large archive would have to wait for at first: places in the middle of its lists, the words of names, the
 * pages of the index that are looked at most, and indexes of words of few parts. It is done in small pieces between other things, and nothing depends on it.
 */
export class IdleWork {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly db: Database) {
    this.schedule(AFTER_OPENING_MS, () => {
      followLists(this.db);
      this.climb();
    });
  }

  /** Goes on with the order in which somebody has just jumped. */
  wake(): void {
    if (this.timer === undefined) this.schedule(PAUSE_MS, () => this.climb());
  }

  private climb(): void {
    const from = performance.now();
    const isMore = this.db.inTransaction || workOn(this.db);
    if (isMore) this.schedule(Math.max(PAUSE_MS, REST * (performance.now() - from)), () => this.climb());
  }

  private schedule(after: number, work: () => void): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.db.open) work();
    }, after);
    this.timer.unref();
  }
}

/** Follows the usual orders of long lists, and reads the words of names. */
function followLists(db: Database): void {
  for (const list of ['patient', 'study', 'series', 'image'] as const) {
    const order = orderBy(list, DEFAULT_ORDER[list].sort);
    if (order && canBeFollowed(list, order)) expectJumps(db, list, order);
  }
  if (rowCount(db, 'patient') >= MANY_NAMES) readWords(db);
}

/** Works for one piece of time; whether there is more to do. */
function workOn(db: Database): boolean {
  return climbOn(db, PIECE_MS) || warmOn(db, PIECE_MS) || joinOn(db, PIECE_MS);
}

/** Makes everything ready at once. */
export function makeReady(db: Database): void {
  followLists(db);
  while (workOn(db)) continue;
}
