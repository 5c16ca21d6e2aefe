import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const releaseAppliers: Appliers<'export.finished'> = {
  'export.finished': (db, record) => {
    const { exportKey, result } = record.body;
    statement(
      db,
      'INSERT INTO export (key, result) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET result = excluded.result',
    ).run(exportKey, JSON.stringify(result));
    const { images, files } = result;
    if (result.state === 'proven') addLogEntry(db, record, 'EXPORTED', { images, files });
    else addLogEntry(db, record, 'EXPORT_NOT_DONE', { reason: result.error?.code ?? result.state });
  },
};
