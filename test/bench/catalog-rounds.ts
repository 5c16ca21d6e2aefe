import type { Database } from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { find } from '../../main/archive/catalog';
import { FindInput } from '../../shared/contract/catalog';
import { emptyCatalog } from '../fixtures/catalog';
import { fillCatalog, type Sizes } from '../fixtures/large-catalog';
import { questionsFor } from './catalog-questions';
import { say } from './report';

/** Milliseconds: "any list page, filter or structured query under 20 ms p99". */
const GOAL = 20;
const ROUNDS = 200;

/** The sizes of an archive with so many images. */
export function sizesFor(images: number): Sizes {
  return { patients: images / 5, studies: (images * 3) / 10, series: (images * 4) / 10, images };
}

/** Fills an index and asks it everything. */
export function measureCatalog(images: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-'));
  try {
    const db = emptyCatalog(join(folder, 'index.sqlite'));
    const started = performance.now();
    fillCatalog(db, sizesFor(images));
    process.stderr.write(`filled in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    askEverything(db, sizesFor(images));
    db.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Asks every question so often that its slowest rounds show; before each something is written, so that nothing is remembered. */
export function askEverything(db: Database, sizes: Sizes, rounds = ROUNDS, only = ''): void {
  const touch = db.prepare(
    `INSERT INTO meta (key, value) VALUES ('bench', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );
  let slow = 0;
  for (const [name, question] of Object.entries(questionsFor(sizes))) {
    if (!name.includes(only)) continue;
    const times: number[] = [];
    const work: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const input = FindInput.parse(question());
      touch.run(String(round));
      const from = performance.now();
      const before = process.cpuUsage();
      find(db, input);
      const { user, system } = process.cpuUsage(before);
      times.push(performance.now() - from);
      work.push((user + system) / 1000);
    }
    const ratio = at(times, 0.99) / GOAL;
    if (ratio > 1) slow += 1;
    say(
      `${name.padEnd(44)} p50 ${shown(at(times, 0.5))}   p99 ${shown(at(times, 0.99))}   at work p99 ${shown(at(work, 0.99))}   ${ratio.toFixed(2)} of the goal`,
    );
  }
  say(slow === 0 ? 'All within the goal.' : `${String(slow)} beyond the goal.`);
}

function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function shown(milliseconds: number): string {
  return `${milliseconds.toFixed(2).padStart(8)} ms`;
}
