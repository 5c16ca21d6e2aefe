import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const journalAppliers: Appliers<'log.noted' | 'log.removed'> = {
  'log.noted': (db, record) => addLogEntry(db, record, record.body.code, record.body.details, record.body.about),
  'log.removed': (db, record) => {
    // What says that lines were removed stays.
    const remove = statement(db, `DELETE FROM log WHERE seq = ? AND code <> 'LOG_REMOVED'`);
    for (const seq of record.body.seqs) remove.run(seq);
    addLogEntry(db, record, 'LOG_REMOVED', { lines: record.body.seqs.length });
  },
};
