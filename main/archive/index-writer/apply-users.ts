import type { Database } from 'better-sqlite3';
import { foldText } from '../catalog/folding';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const userAppliers: Appliers<'user.saved' | 'user.secret' | 'user.removed' | 'archive.settings'> = {
  'user.saved': applySaved,
  'user.secret': applySecret,
  'user.removed': (db, record) => {
    const { user } = record.body;
    statement(db, 'UPDATE user SET active = 0, removed = 1, password = NULL, pin = NULL WHERE key = ?').run(user);
    addLogEntry(db, record, 'USER_REMOVED', {}, { person: user });
  },
  'archive.settings': (db, record) => {
    const save = statement(
      db,
      'INSERT INTO archive_setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    for (const [name, value] of Object.entries(record.body)) save.run(name, JSON.stringify(value));
    addLogEntry(db, record, 'SETTINGS_CHANGED');
  },
};

function applySaved(db: Database, record: RecordOf<'user.saved'>): void {
  const { body } = record;
  const isNew = statement(db, 'SELECT 1 FROM user WHERE key = ?').get(body.user) === undefined;
  statement(
    db,
    `INSERT INTO user (key, login, login_folded, name, role, active, initials, colour)
     VALUES (@user, @login, @loginFolded, @name, @role, @active, @initials, @colour)
     ON CONFLICT (key) DO UPDATE SET login = excluded.login, login_folded = excluded.login_folded, name = excluded.name,
       role = excluded.role, active = excluded.active, initials = excluded.initials, colour = excluded.colour`,
  ).run({ ...body, active: body.active ? 1 : 0, loginFolded: foldText(body.login) });
  addLogEntry(db, record, isNew ? 'USER_ADDED' : 'USER_CHANGED', {}, { person: body.user });
}

const LINES = { password: 'PASSWORD_SET', pin: 'PIN_SET' } as const;

function applySecret(db: Database, record: RecordOf<'user.secret'>): void {
  const { user, way, secret } = record.body;
  statement(db, `UPDATE user SET ${way} = ? WHERE key = ?`).run(secret === null ? null : JSON.stringify(secret), user);
  addLogEntry(db, record, secret === null ? 'PIN_REMOVED' : LINES[way], {}, { person: user });
}
