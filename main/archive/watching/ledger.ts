import type { Database } from 'better-sqlite3';
import type { ErrorCode, FieldboxError } from '@shared/errors';
import type { ImageId, WatchKey } from '@shared/model/ids';
import { statement } from '../index-writer/statements';
import type { FoundFile } from './scan';

/** A file of the ledger that has something left to be done. */
export interface OpenFile extends FoundFile {
  readonly tries: number;
  readonly images: readonly ImageId[];
  /** A filter took attributes from it when it was stored. */
  readonly filtered: boolean;
}

/** Longest pause before a file is tried again, milliseconds; a later time stands in the ledger only when the clock was set back. */
const LONGEST_PAUSE_MS = 300_000;
const FIRST_PAUSE_MS = 5_000;

/** 5 s, 15 s, 45 s ... at most 5 minutes. */
export function pauseAfter(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 3 ** Math.min(tries, 10));
}

interface Row {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly tries: number;
  readonly images: string;
  readonly filtered: number;
}

const OPEN_COLUMNS = 'path, size, mtime AS mtimeMs, tries, images, filtered';

/**
 * What is known of the files of one watched folder, durable across restarts: a file is known by path, size and time. It is
 * `seen` until it has stayed the same and was taken in, `stored` until it has been tidied away, `taken` or `refused` then.
 */
export class Ledger {
  constructor(
    private readonly db: Database,
    private readonly watch: WatchKey,
  ) {}

  /** Notes a group of files as they were found; those that are as they were known stay. Gives how many are new or changed. */
  note(files: readonly FoundFile[], now: number, settleMs: number): number {
    const known = statement(
      this.db,
      'SELECT size, mtime AS mtimeMs FROM local_watched_file WHERE watch = ? AND path = ?',
    );
    const changed = files.filter((file) => {
      const row = known.get(this.watch, file.path) as { size: number; mtimeMs: number } | undefined;
      return row?.size !== file.size || row.mtimeMs !== file.mtimeMs;
    });
    if (changed.length > 0) {
      this.db.transaction(() => {
        for (const file of changed) this.see(file, now, settleMs);
      })();
    }
    return changed.length;
  }

  /** A file is new, or not as it was: it has to stay like this for a while. */
  see({ path, size, mtimeMs }: FoundFile, now: number, settleMs: number): void {
    statement(
      this.db,
      `INSERT INTO local_watched_file (watch, path, size, mtime, state, due, at)
       VALUES (@watch, @path, @size, @mtimeMs, 'seen', @due, @now)
       ON CONFLICT (watch, path) DO UPDATE SET size = excluded.size, mtime = excluded.mtime, state = 'seen',
         due = excluded.due, tries = 0, code = NULL, details = '{}', images = '[]', filtered = 0, at = excluded.at`,
    ).run({ watch: this.watch, path, size, mtimeMs, due: now + settleMs, now });
  }

  /** Files that are due, in the order of their paths, behind a path; without `filtered` those that a filter took something from are left. */
  due(state: 'seen' | 'stored', now: number, after: string, limit: number, filtered = true): OpenFile[] {
    // The state stands in the text, so that the index over the few open files is used.
    const rows = statement(
      this.db,
      `SELECT ${OPEN_COLUMNS} FROM local_watched_file WHERE watch = @watch AND state = '${state}' AND path > @after
         AND (due <= @now OR due > @far) AND filtered <= @filtered ORDER BY path LIMIT @limit`,
    ).all({
      watch: this.watch,
      after,
      now,
      far: now + LONGEST_PAUSE_MS,
      limit,
      filtered: filtered ? 1 : 0,
    }) as Row[];
    return rows.map((row) => ({
      ...row,
      images: JSON.parse(row.images) as ImageId[],
      filtered: row.filtered === 1,
    }));
  }

  /** Whether a file, as it was found, has still to be taken in, and now. */
  isDue({ path, size, mtimeMs }: FoundFile, now: number): boolean {
    const row = statement(
      this.db,
      `SELECT 1 FROM local_watched_file WHERE watch = @watch AND path = @path AND size = @size AND mtime = @mtimeMs
         AND state = 'seen' AND (due <= @now OR due > @far)`,
    ).get({ watch: this.watch, path, size, mtimeMs, now, far: now + LONGEST_PAUSE_MS });
    return row !== undefined;
  }

  /** Files that are seen and have not met any fault yet. */
  fresh(): number {
    return this.count(`state = 'seen' AND tries = 0`);
  }

  waiting(): number {
    return this.count(`state = 'seen'`);
  }

  /** Files that are stored and wait for somebody to say that they may go although a filter took something from them. */
  leftFiltered(): number {
    return this.count(`state = 'stored' AND filtered = 1`);
  }

  problems(): number {
    return this.count('code IS NOT NULL');
  }

  /** A file has been dealt with. `stored` means that it is still to be tidied away. */
  settle(
    file: FoundFile,
    state: 'stored' | 'taken' | 'refused',
    now: number,
    { images, error, filtered }: { images: readonly ImageId[]; error: FieldboxError | null; filtered: boolean },
  ): void {
    statement(
      this.db,
      `UPDATE local_watched_file SET state = @state, due = 0, tries = 0, code = @code, details = @details, images = @images,
         filtered = @filtered, at = @now WHERE watch = @watch AND path = @path AND size = @size AND mtime = @mtimeMs`,
    ).run({
      watch: this.watch,
      path: file.path,
      size: file.size,
      mtimeMs: file.mtimeMs,
      state,
      code: error?.code ?? null,
      details: JSON.stringify(error?.details ?? {}),
      images: JSON.stringify(state === 'stored' ? images : []),
      filtered: state === 'stored' && filtered ? 1 : 0,
      now,
    });
  }

  /** A file is to be tried again later; `code` says why, once a person should know. */
  postpone(
    path: string,
    now: number,
    pauseMs: number,
    reason: { readonly code: ErrorCode; readonly details: FieldboxError['details'] } | null,
  ): void {
    statement(
      this.db,
      `UPDATE local_watched_file SET due = @due, tries = tries + 1, code = @code, details = @details, at = @now
       WHERE watch = @watch AND path = @path`,
    ).run({
      watch: this.watch,
      path,
      due: now + pauseMs,
      code: reason?.code ?? null,
      details: JSON.stringify(reason?.details ?? {}),
      now,
    });
  }

  tries(path: string): number {
    const row = statement(this.db, 'SELECT tries FROM local_watched_file WHERE watch = ? AND path = ?').get(
      this.watch,
      path,
    ) as { tries: number } | undefined;
    return row?.tries ?? 0;
  }

  /** A file is gone: one of the same name is a new one. */
  forget(path: string): void {
    statement(this.db, 'DELETE FROM local_watched_file WHERE watch = ? AND path = ?').run(this.watch, path);
  }

  forgetAll(): void {
    statement(this.db, 'DELETE FROM local_watched_file WHERE watch = ?').run(this.watch);
  }

  /** What met a fault is tried again at once. */
  retry(): void {
    statement(
      this.db,
      `UPDATE local_watched_file SET state = CASE state WHEN 'stored' THEN 'stored' ELSE 'seen' END, due = 0, tries = 0,
         code = NULL, details = '{}' WHERE watch = ? AND code IS NOT NULL`,
    ).run(this.watch);
  }

  private count(condition: string): number {
    const { n } = statement(
      this.db,
      `SELECT count(*) AS n FROM local_watched_file WHERE watch = ? AND ${condition}`,
    ).get(this.watch) as { n: number };
    return n;
  }
}
