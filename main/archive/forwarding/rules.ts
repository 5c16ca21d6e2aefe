import type { Database } from 'better-sqlite3';
import { DestinationRow, ForwardRuleRow } from '@shared/contract/sources';
import { statement } from '../index-writer/statements';
import { nameOfSource } from '../source-names';

interface RawDestination extends Omit<DestinationRow, 'settings'> {
  readonly settings: string;
}

/** The destinations there are, by name. */
export function destinations(db: Database): DestinationRow[] {
  const rows = statement(
    db,
    `SELECT key AS destination, name, type, settings,
       (SELECT count(*) FROM forward_rule WHERE forward_rule.destination = destination.key AND forward_rule.removed = 0) AS rules
     FROM destination WHERE removed = 0 ORDER BY name, id`,
  ).all() as RawDestination[];
  return rows.map((row) => DestinationRow.parse({ ...row, settings: JSON.parse(row.settings) as unknown }));
}

interface RawRule extends Omit<ForwardRuleRow, 'keepImages' | 'active' | 'sourceName'> {
  readonly keepImages: number;
  readonly active: number;
}

/** The rules there are, in the order they were made. */
export function rules(db: Database): ForwardRuleRow[] {
  const rows = statement(
    db,
    `SELECT forward_rule.key AS rule, source, source_ref AS sourceRef, destination, destination.name AS destinationName,
       keep_images AS keepImages, active
     FROM forward_rule JOIN destination ON destination.key = forward_rule.destination
     WHERE forward_rule.removed = 0 ORDER BY forward_rule.id`,
  ).all() as RawRule[];
  return rows.map((row) =>
    ForwardRuleRow.parse({
      ...row,
      keepImages: row.keepImages === 1,
      active: row.active === 1,
      sourceName: row.source === null ? null : nameOfSource(db, row.source, row.sourceRef),
    }),
  );
}
