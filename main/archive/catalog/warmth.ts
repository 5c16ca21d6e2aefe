import type { Database } from 'better-sqlite3';
import { statement } from '../index-writer/statements';
import { rowCount } from './counts';
import type { Table } from './columns';

/** A table, or an index of it that begins with the id of a row above. */
interface Read {
  readonly table: Table;
  readonly index?: string;
  readonly id: string;
  /** About how many bytes a row takes there. */
  readonly bytes: number;
}

/** What questions of every kind look at all over the place, what helps most first. */
const READS: readonly Read[] = [
  { table: 'series', index: 'series_study', id: 'study_id', bytes: 23 },
  { table: 'series', index: 'series_patient', id: 'patient_id', bytes: 23 },
  { table: 'study', index: 'study_patient', id: 'patient_id', bytes: 27 },
  { table: 'image', index: 'image_series', id: 'series_id', bytes: 32 },
  { table: 'series', id: 'id', bytes: 140 },
  { table: 'study', id: 'id', bytes: 130 },
  { table: 'patient', id: 'id', bytes: 215 },
  { table: 'image', index: 'image_patient', id: 'patient_id', bytes: 38 },
  { table: 'image', index: 'image_study', id: 'study_id', bytes: 38 },
];

/** The rest of the cache is for what is asked. */
const SHARE_OF_CACHE = 0.6;
/** Ids read in one go: a few pages, for which even a slow disk does not take long. */
const STEP = 100;

interface Progress {
  readonly reads: Read[];
  /** The id from which to go on in the first of them. */
  from: number;
}

const progresses = new WeakMap<Database, Progress>();

/**
 * Reads on into the cache what is looked at most, once for each connection and as far as the cache has room, for so many milliseconds;
 * whether there is more to read.
 */
export function warmOn(db: Database, milliseconds: number): boolean {
  let progress = progresses.get(db);
  if (!progress) {
    progress = { reads: fitting(db), from: 0 };
    progresses.set(db, progress);
  }
  const end = performance.now() + milliseconds;
  while (progress.reads.length > 0 && performance.now() < end) readStep(db, progress);
  return progress.reads.length > 0;
}

function readStep(db: Database, progress: Progress): void {
  const [read] = progress.reads;
  if (!read) return;
  const { table, index, id } = read;
  const by = index === undefined ? 'NOT INDEXED' : `INDEXED BY ${index}`;
  const next = statement(db, `SELECT min(${id}) FROM ${table} ${by} WHERE ${id} >= ?`)
    .pluck(true)
    .get(progress.from) as number | null;
  if (next === null) {
    progress.reads.shift();
    progress.from = 0;
    return;
  }
  progress.from = next + STEP;
  statement(db, `SELECT count(*) FROM ${table} ${by} WHERE ${id} >= ? AND ${id} < ?`).get(next, progress.from);
}

/** What there is room for. */
function fitting(db: Database): Read[] {
  const size = Number(db.pragma('cache_size', { simple: true }));
  // A negative size is in KiB (sqlite.org/pragma.html#pragma_cache_size).
  const bytes = size < 0 ? -size * 1024 : size * Number(db.pragma('page_size', { simple: true }));
  let room = bytes * SHARE_OF_CACHE;
  return READS.filter((read) => {
    const wanted = rowCount(db, read.table) * read.bytes;
    if (wanted > room) return false;
    room -= wanted;
    return true;
  });
}
