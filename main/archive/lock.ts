import { readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { FieldboxError } from '@shared/errors';
import { systemCode, writeFileDurably } from '../platform/durable';
import type { ArchivePaths } from './paths';

const Holder = z.object({ holder: z.string(), pid: z.int(), host: z.string(), since: z.string() });

/**
 * One process at a time. The lock is SQLite's own file lock on a small database of its own: the system lets go of it when
 * the process ends, however it ends, so no stale lock is ever left. A text file beside it says who holds it.
 */
export class ArchiveLock {
  private constructor(
    private readonly database: Database.Database,
    private readonly holderPath: string,
  ) {}

  /** Takes the lock for `holder` ("Fieldbox", "fieldbox import"). Throws ARCHIVE_IN_USE, naming who has it. */
  static async take(paths: ArchivePaths, holder: string, now: Date): Promise<ArchiveLock> {
    const database = new Database(paths.lock, { timeout: 0 });
    try {
      database.pragma('journal_mode = MEMORY');
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (!systemCode(error).startsWith('SQLITE_BUSY')) throw error;
      const other = await readHolder(paths.lockHolder);
      throw new FieldboxError('ARCHIVE_IN_USE', {
        holder: other?.holder ?? 'Fieldbox',
        pid: other?.pid ?? '?',
        host: other?.host ?? '?',
      });
    }
    const own = { holder, pid: process.pid, host: hostname(), since: now.toISOString() };
    await writeFileDurably(paths.lockHolder, `${JSON.stringify(own)}\n`);
    return new ArchiveLock(database, paths.lockHolder);
  }

  async release(): Promise<void> {
    await rm(this.holderPath, { force: true });
    this.database.exec('ROLLBACK');
    this.database.close();
  }
}

async function readHolder(path: string): Promise<z.infer<typeof Holder> | null> {
  try {
    const parsed = Holder.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
