import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { QuietCheckpoint } from '../../../main/archive/database/quiet-checkpoint';

let folder = '';
let db: Database.Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fieldbox-checkpoint-'));
  db = new Database(join(folder, 'index.sqlite'));
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  db.exec('CREATE TABLE thing (id INTEGER PRIMARY KEY, text TEXT) STRICT');
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(rows: number): void {
  const insert = db.prepare('INSERT INTO thing (text) VALUES (?)');
  db.transaction(() => {
    for (let row = 0; row < rows; row += 1) insert.run('x'.repeat(100));
  })();
}

const size = (): number => statSync(join(folder, 'index.sqlite')).size;

test('what was written is copied into the index when nothing is written for a while', async () => {
  const quiet = new QuietCheckpoint(db, 100);
  const before = size();
  for (let time = 0; time < 3; time += 1) {
    write(2000);
    quiet.noteWritten();
    expect(size()).toBe(before); // not while there is more to come
  }
  await vi.waitFor(() => expect(size()).toBeGreaterThan(before + 6000 * 100), { timeout: 5000 });
  quiet.stop();
});

test('a few rows are left for later', async () => {
  const quiet = new QuietCheckpoint(db, 20);
  const before = size();
  write(100);
  quiet.noteWritten();
  await pause(200);
  expect(size()).toBe(before);
  quiet.stop();
});

test('a log that cannot be copied harms nobody', async () => {
  const quiet = new QuietCheckpoint(db, 20);
  write(3000);
  quiet.noteWritten();
  db.prepare('BEGIN').run();
  await pause(200);
  db.prepare('COMMIT').run();
  expect(db.prepare('SELECT count(*) FROM thing').pluck().get()).toBe(3000);
  quiet.stop();
});
