import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const scpAppliers: Appliers<'scp.saved'> = {
  'scp.saved': (db, record) => {
    const { enabled, AETitle, port, peers } = record.body;
    statement(
      db,
      'INSERT INTO scp_settings (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
    ).run(JSON.stringify(record.body));
    if (enabled) addLogEntry(db, record, 'SCP_ON', { AETitle, port, peers: peers.length });
    else addLogEntry(db, record, 'SCP_OFF');
  },
};
