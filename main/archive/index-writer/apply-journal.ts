import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const journalAppliers: Appliers<'log.noted' | 'log.removed'> = {
  'log.noted': (db, record) => addLogEntry(db, record, record.body.code, record.body.details, record.body.about),
  'log.removed': (db, { body }) => {
    const remove = statement(db, 'DELETE FROM log WHERE seq = ?');
    for (const seq of body.seqs) remove.run(seq);
  },
};
