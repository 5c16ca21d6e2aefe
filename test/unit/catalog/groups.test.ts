import { expect, test } from 'vitest';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { find } from '../../../main/archive/catalog/find';
import { openDatabase } from '../../../main/archive/database/open-database';
import { archivePaths } from '../../../main/archive/paths';
import { FindInput } from '../../../shared/contract/catalog';
import { temporaryFolder } from '../../fixtures/archive';
import { fillCatalog } from '../../fixtures/large-catalog';

const MANY = '00000000-0000-4000-8000-000000000001';
const FEW = '00000000-0000-4000-8000-000000000002';
const PROJECT = '00000000-0000-4000-8000-000000000003';

/** More series than are looked up one by one, so that both ways of asking are taken. */
test('an archive and a state find the same rows whether they hold few or many', { timeout: 300_000 }, async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'backups'), { recursive: true });
  const { db } = await openDatabase(archivePaths(folder), new Date());
  fillCatalog(db, { patients: 1500, studies: 3000, series: 6000, images: 6000 });
  db.exec(`
    INSERT INTO project VALUES (1, '${PROJECT}', 'p', 'p', '', 1);
    INSERT INTO project_archive VALUES (1, '${MANY}', 1, 'a', 'a', '', 1, 0), (2, '${FEW}', 1, 'b', 'b', '', 1, 0);
    INSERT INTO archive_series SELECT 1, id FROM series WHERE id % 2 = 0;
    INSERT INTO archive_series SELECT 2, id FROM series WHERE id % 1001 = 0;
    DELETE FROM series_status;
    INSERT INTO series_status SELECT key, CASE WHEN id % 500 = 0 THEN 'failed' ELSE 'done' END, '', '', NULL FROM series WHERE id % 2 = 0;
  `);
  const expected = (level: string, where: string): number => {
    const column = level === 'series' ? 'id' : `${level}_id`;
    const sql =
      level === 'image'
        ? `SELECT count(*) AS n FROM image WHERE series_id IN (SELECT id FROM series WHERE ${where})`
        : `SELECT count(DISTINCT ${column}) AS n FROM series WHERE ${where}`;
    return (db.prepare(sql).get() as { n: number }).n;
  };
  const questions = [
    [{ archive: MANY }, 'id % 2 = 0'],
    [{ archive: FEW }, 'id % 1001 = 0'],
    [{ project: PROJECT }, 'id % 2 = 0 OR id % 1001 = 0'],
    [{ status: 'done' }, 'id % 2 = 0 AND id % 500 <> 0'],
    [{ status: 'failed' }, 'id % 500 = 0'],
    [{ archive: MANY, status: 'failed' }, 'id % 500 = 0'],
  ] as const;
  for (const level of ['patient', 'study', 'series', 'image'] as const) {
    for (const [filter, where] of questions) {
      const { total, rows } = find(db, FindInput.parse({ level, ...filter, limit: 20 }));
      expect([level, filter, total]).toEqual([level, filter, expected(level, where)]);
      expect(rows).toHaveLength(Math.min(20, total));
    }
  }
  const nowhere = FindInput.parse({ level: 'series', archive: '00000000-0000-4000-8000-000000000009' });
  expect(find(db, nowhere).total).toBe(0);
  db.close();
});
