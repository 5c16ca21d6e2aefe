import type { Database } from 'better-sqlite3';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const boxAppliers: Appliers<'hub.saved' | 'box.addressGiven'> = {
  'hub.saved': applyHub,
  'box.addressGiven': (db, record) => {
    const { remote, token } = record.body;
    statement(
      db,
      'INSERT INTO box_token (remote, token) VALUES (?, ?) ON CONFLICT (remote) DO UPDATE SET token = excluded.token',
    ).run(remote, token);
    const row = statement(db, 'SELECT name FROM remote WHERE key = ?').get(remote) as { name: string } | undefined;
    addLogEntry(db, record, 'BOX_ADDRESS_GIVEN', { remote: row?.name ?? '?' });
  },
};

function applyHub(db: Database, record: RecordOf<'hub.saved'>): void {
  const { on, host, port } = record.body;
  statement(
    db,
    'INSERT INTO hub_setting (one, settings) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET settings = excluded.settings',
  ).run(JSON.stringify(record.body));
  if (on) addLogEntry(db, record, 'HUB_SWITCHED_ON', { host, port });
  else addLogEntry(db, record, 'HUB_SWITCHED_OFF');
}
