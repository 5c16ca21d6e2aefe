import type { Database } from 'better-sqlite3';

/** How long nothing was written before the write-ahead log is copied into the index, milliseconds. */
const QUIET_MS = 3000;
/** Rows that were written since; what fewer wrote takes no time worth choosing. */
const WORTH_ROWS = 2000;

/**
 * Copies the write-ahead log into the index when much was written and then nothing for a while. SQLite would do it in the middle of what
 * is being written, and whoever waits for that would wait for the disk once more. Nothing depends on it: what is flushed are the
 * records, and a log that has grown long is copied in any case (open-database.ts).
 */
export class QuietCheckpoint {
  private timer: NodeJS.Timeout | undefined;
  private copied: number;

  constructor(
    private readonly db: Database,
    private readonly quietMs = QUIET_MS,
  ) {
    this.copied = this.rowsWritten();
  }

  /** To be called after each commit. */
  noteWritten(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.copy(), this.quietMs);
    this.timer.unref();
  }

  /** Before the index is closed. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private copy(): void {
    if (!this.db.open || this.db.inTransaction) return;
    const written = this.rowsWritten();
    if (written - this.copied < WORTH_ROWS) return;
    this.copied = written;
    try {
      this.db.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // The log stays as long as it is; whoever writes next, or closes the archive, hears of a disk that is full or fails.
    }
  }

  private rowsWritten(): number {
    return Number(this.db.prepare('SELECT total_changes()').pluck().get());
  }
}
