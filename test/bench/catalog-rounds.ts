import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countsOf, find } from '../../main/archive/catalog/find';
import { makeReady } from '../../main/archive/catalog/idle';
import { addSqlFunctions } from '../../main/archive/catalog/sql-functions';
import { cacheKibibytes } from '../../main/archive/database/cache-size';
import { migrations } from '../../main/archive/database/migrations';
import { Filter, FindInput } from '../../shared/contract/catalog';
import { emptyCatalog } from '../fixtures/catalog';
import { fillCatalog, type Sizes } from '../fixtures/large-catalog';
import { countsFor, questionsFor } from './catalog-questions';
import { say } from './report';

/** Milliseconds: "any list page, filter or structured query under 20 ms p99". */
const GOAL = 20;
const ROUNDS = 200;
const NEWEST = migrations.at(-1)?.version ?? 0;

/** The sizes of an archive with so many images. */
export function sizesFor(images: number): Sizes {
  return { patients: images / 5, studies: (images * 3) / 10, series: (images * 4) / 10, images };
}

/**
 * Fills an index and asks it everything. With the variable FIELDBOX_BENCH_KEEP the index is kept in that folder for the next time, and
 * brought to newer migrations then.
 */
export function measureCatalog(images: number): void {
  const keep = process.env['FIELDBOX_BENCH_KEEP'];
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'fieldbox-bench-'));
  const path = join(folder, `index-${String(images)}.sqlite`);
  try {
    if (!existsSync(path)) fill(path, images);
    const db = new Database(path);
    db.pragma('synchronous = NORMAL');
    db.pragma('temp_store = MEMORY');
    db.pragma(`cache_size = -${String(cacheKibibytes())}`);
    addSqlFunctions(db);
    migrate(db);
    const pages = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
    say(`The index has ${(pages / 1e6).toFixed(0)} MB.`);
    askEverything(db, sizesFor(images));
    db.close();
  } finally {
    if (keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function fill(path: string, images: number): void {
  const db = emptyCatalog(path);
  const started = performance.now();
  fillCatalog(db, sizesFor(images));
  db.pragma(`user_version = ${String(NEWEST)}`);
  process.stderr.write(`filled in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  db.close();
}

function migrate(db: Database.Database): void {
  const from = Number(db.pragma('user_version', { simple: true }));
  if (from === NEWEST) return;
  const started = performance.now();
  db.transaction(() => {
    for (const { version, sql } of migrations) if (version > from) db.exec(sql);
    db.pragma(`user_version = ${String(NEWEST)}`);
  })();
  process.stderr.write(
    `brought from ${String(from)} to ${String(NEWEST)} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
  );
}

/** What one kind of question took, in milliseconds. */
interface Measured {
  readonly first: number;
  readonly times: readonly number[];
  readonly work: readonly number[];
}

/**
 * Asks every question so often that its slowest rounds show; before each something is written, so that nothing is remembered. What an
 * open archive makes ready by itself between other things is made ready before; what the first question of a kind takes is said apart.
 */
export function askEverything(db: Database.Database, sizes: Sizes, rounds = ROUNDS): void {
  const started = performance.now();
  makeReady(db);
  say(`Made ready in ${((performance.now() - started) / 1000).toFixed(2)} s.`);
  const questions = Object.entries(questionsFor(sizes)).map(
    ([name, question]) =>
      [name, () => FindInput.parse(question()), (input: FindInput) => void find(db, input)] as const,
  );
  const counts = Object.entries(countsFor()).map(
    ([name, question]) => [name, () => Filter.parse(question()), (input: Filter) => void countsOf(db, input)] as const,
  );
  const measured = [
    ...questions.map(([name, question, ask]) => report(name, measure(db, question, ask, rounds))),
    ...counts.map(([name, question, ask]) => report(name, measure(db, question, ask, rounds))),
  ];
  const beyond = (share: number, which: 'times' | 'work'): string =>
    String(measured.filter((each) => at(each[which], share) > GOAL).length);
  say(
    `Of ${String(measured.length)} kinds beyond ${String(GOAL)} ms: at p99 ${beyond(0.99, 'work')} at work, ${beyond(0.99, 'times')} in time; in the median ${beyond(0.5, 'work')} at work, ${beyond(0.5, 'times')} in time.`,
  );
}

function measure<T>(db: Database.Database, question: () => T, ask: (input: T) => void, rounds: number): Measured {
  const touch = db.prepare(
    `INSERT INTO meta (key, value) VALUES ('bench', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  const times: number[] = [];
  const work: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const input = question();
    touch.run(String(round));
    const from = performance.now();
    const before = process.cpuUsage();
    ask(input);
    const { user, system } = process.cpuUsage(before);
    times.push(performance.now() - from);
    work.push((user + system) / 1000);
    if (round === 0) makeReady(db);
  }
  return { first: work[0] ?? 0, times: times.slice(1), work: work.slice(1) };
}

function report(name: string, measured: Measured): Measured {
  const { first, times, work } = measured;
  say(
    `${name.padEnd(50)} first ${shown(first)}   time p50 ${shown(at(times, 0.5))}   p99 ${shown(at(times, 0.99))}   at work p50 ${shown(at(work, 0.5))}   p99 ${shown(at(work, 0.99))}   ${(at(work, 0.99) / GOAL).toFixed(2)} of the goal`,
  );
  return measured;
}

function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function shown(milliseconds: number): string {
  return `${milliseconds.toFixed(2).padStart(8)} ms`;
}
