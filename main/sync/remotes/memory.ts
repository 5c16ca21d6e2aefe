import type { Database } from 'better-sqlite3';
import type { RemoteKey } from '@shared/model/ids';
import { statement } from '../../archive/index-writer/statements';

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
      statement(this.db, 'DELETE FROM local_driver_memory WHERE remote = ? AND name = ?').run(this.remote, name);
    } else {
      statement(
        this.db,
        `INSERT INTO local_driver_memory (remote, name, value) VALUES (?, ?, ?)
         ON CONFLICT (remote, name) DO UPDATE SET value = excluded.value`,
      ).run(this.remote, name, value);
    }
  }

  recall(name: string): string | null {
    if (this.remote === null) return this.passing.get(name) ?? null;
    const row = statement(this.db, 'SELECT value FROM local_driver_memory WHERE remote = ? AND name = ?').get(
      this.remote,
      name,
    ) as { value: string } | undefined;
    return row?.value ?? null;
  }

  remembersAny(prefix: string): boolean {
    if (this.remote === null) return [...this.passing.keys()].some((name) => name.startsWith(prefix));
    const end = `${prefix}\u{10ffff}`; // behind every name that begins so
    const sql = 'SELECT 1 FROM local_driver_memory WHERE remote = ? AND name >= ? AND name < ? LIMIT 1';
    return statement(this.db, sql).get(this.remote, prefix, end) !== undefined;
  }
}
