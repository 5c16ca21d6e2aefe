import type { Database } from 'better-sqlite3';
import { ExportResult } from '@shared/contract/release';
import type { LeftOut } from '../../workers/export/plan';

interface Row {
  readonly result: string;
}

/** Notes an export in the index; the record of its end replaces this row. */
export function saveExport(db: Database, result: ExportResult): void {
  db.prepare(
    'INSERT INTO export (key, result) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET result = excluded.result',
  ).run(result.exportKey, JSON.stringify(result));
}

/** The latest exports, newest first. */
export function listExports(db: Database, limit: number): ExportResult[] {
  return db
    .prepare<[number], Row>('SELECT result FROM export ORDER BY id DESC LIMIT ?')
    .all(limit)
    .map((row) => ExportResult.parse(JSON.parse(row.result)));
}

export function findExport(db: Database, exportKey: string): ExportResult | null {
  const row = db.prepare<[string], Row>('SELECT result FROM export WHERE key = ?').get(exportKey);
  return row ? ExportResult.parse(JSON.parse(row.result)) : null;
}

/** What copying found out about stored files is shown like what a check of the archive finds. */
export function noteDamage(db: Database, leftOut: readonly LeftOut[]): void {
  const note = db.prepare('UPDATE object SET state = ? WHERE sha256 = ?');
  db.transaction(() => {
    for (const { code, object } of leftOut) {
      if (object === null) continue;
      if (code === 'OBJECT_DAMAGED') note.run('corrupt', object);
      if (code === 'OBJECT_MISSING') note.run('missing', object);
    }
  })();
}
