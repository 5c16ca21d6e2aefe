import type { Database } from 'better-sqlite3';
import type { RemoteKey } from '@shared/model/ids';

/** The small memory of a driver about one remote, kept over restarts; of a remote that is only tried out, for as long as that lasts. */
export class DriverMemory {
  private readonly passing = new Map<string, string>();

  constructor(
    private readonly db: Database,
    private readonly remote: RemoteKey | null,
  ) {}

  remember(name: string, value: string | null): void {
    if (this.remote === null) {
      if (value === null) this.passing.delete(name);
      else this.passing.set(name, value);
    } else if (value === null) {
      this.db.prepare('DELETE FROM local_driver_memory WHERE remote = ? AND name = ?').run(this.remote, name);
    } else {
      this.db
        .prepare(
          `INSERT INTO local_driver_memory (remote, name, value) VALUES (?, ?, ?)
           ON CONFLICT (remote, name) DO UPDATE SET value = excluded.value`,
        )
        .run(this.remote, name, value);
    }
  }

  recall(name: string): string | null {
    if (this.remote === null) return this.passing.get(name) ?? null;
    const row = this.db
      .prepare<[string, string], { value: string }>(
        'SELECT value FROM local_driver_memory WHERE remote = ? AND name = ?',
      )
      .get(this.remote, name);
    return row?.value ?? null;
  }
}
