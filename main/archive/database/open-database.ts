import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import { systemCode } from '../../platform/durable';
import { addSqlFunctions } from '../catalog/sql-functions';
import type { ArchivePaths } from '../paths';
import { cacheKibibytes } from './cache-size';
import { migrations } from './migrations';

export interface OpenedDatabase {
  readonly db: Database.Database;
  /** There was no usable index: it is empty now and must be filled from objects and records. */
  readonly empty: boolean;
  /** Where a damaged index was put aside. */
  readonly putAside: string | null;
}

/**
 * From this many pages on (47 MiB) the write-ahead log is copied into the index in the middle of what is being written; as a rule it is
 * copied before, when nothing is (quiet-checkpoint.ts). While many images come in, most of the pages that one transaction writes are
 * written again by the next; copying them less often costs less. It fits into the space that stays free (RESERVED_BYTES of committer.ts).
 */
const CHECKPOINT_PAGES = 12_000;

const LATEST = migrations.at(-1)?.version ?? 0;

/**
 * Opens the index and brings it to the newest schema. A damaged index is put aside, never deleted, and a new empty one is
 * made, since everything in it can be made again. Throws ARCHIVE_TOO_NEW.
 *
 * WAL with synchronous=NORMAL: a power cut may take the last transactions of the index, never its integrity; the flushed
 * records bring those transactions back (docs/architecture.md, "Order of a write").
 */
export async function openDatabase(paths: ArchivePaths, now: Date): Promise<OpenedDatabase> {
  try {
    return { ...connect(paths, now), putAside: null };
  } catch (error) {
    if (!isDamage(error)) throw error;
    const stamp = now.toISOString().replaceAll(':', '-');
    await mkdir(paths.quarantine, { recursive: true });
    for (const suffix of ['', '-wal', '-shm']) {
      await renameIfThere(`${paths.index}${suffix}`, join(paths.quarantine, `index-${stamp}.sqlite${suffix}`));
    }
    return { ...connect(paths, now), empty: true, putAside: join(paths.quarantine, `index-${stamp}.sqlite`) };
  }
}

function connect(paths: ArchivePaths, now: Date): { db: Database.Database; empty: boolean } {
  const db = new Database(paths.index);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    // What is erased is overwritten, in the pages it stood on and in those that become free.
    db.pragma('secure_delete = ON');
    db.pragma('temp_store = MEMORY');
    db.pragma(`wal_autocheckpoint = ${String(CHECKPOINT_PAGES)}`);
    db.pragma(`cache_size = -${String(cacheKibibytes())}`);
    addSqlFunctions(db);
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > LATEST) throw new FieldboxError('ARCHIVE_TOO_NEW', { found: version, known: LATEST });
    if (version > 0 && !closedCleanly(db)) {
      const verdict: unknown = db.pragma('quick_check(1)', { simple: true });
      if (verdict !== 'ok') throw new FieldboxError('INDEX_DAMAGED');
    }
    migrate(db, version, paths, now);
    return { db, empty: version === 0 };
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database.Database, from: number, paths: ArchivePaths, now: Date): void {
  for (const { version, sql } of migrations) {
    if (version <= from) continue;
    if (from > 0) {
      const stamp = now.toISOString().replaceAll(':', '-');
      db.prepare('VACUUM INTO ?').run(join(paths.backups, `index-v${String(version - 1)}-${stamp}.sqlite`));
    }
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${String(version)}`);
    })();
  }
}

function closedCleanly(db: Database.Database): boolean {
  const row = db.prepare<[], { value: string }>(`SELECT value FROM meta WHERE key = 'closed'`).get();
  return row?.value === 'cleanly';
}

/** Notes that the index is in use, or has been closed in order; after an unclean end it is checked at the next start. */
export function markClosed(db: Database.Database, state: 'cleanly' | 'open'): void {
  db.prepare(
    `INSERT INTO meta (key, value) VALUES ('closed', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  ).run(state);
}

function isDamage(error: unknown): boolean {
  if (error instanceof FieldboxError) return error.code === 'INDEX_DAMAGED';
  const code = systemCode(error);
  return code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB');
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
