import type { Database } from 'better-sqlite3';
import type { OutboxSummary } from '@shared/contract/sync';
import { remotes } from '../../archive/outbox/queue';
import { countsOf } from '../../archive/outbox/views';
import { proofsOf } from '../remotes/registry';

/** The outbox in a few numbers. What arrived where nothing can be proven is as far as it gets, and is not counted as open. */
export function summaryOf(db: Database, sending: number, blocked: number): OutboxSummary {
  const { waiting, refused, parked } = countsOf(db, {});
  const provable = remotes(db).filter(({ settings }) => proofsOf(settings).length > 0);
  const unproven = provable.reduce((sum, { remote }) => sum + countsOf(db, { remote }).arrived, 0);
  return { waiting: waiting - sending, sending, unproven, refused, parked, blocked };
}
