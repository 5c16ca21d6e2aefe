import type { Database } from 'better-sqlite3';
import { ForwardRuleRow } from '@shared/contract/sources';
import type { RemoteKey } from '@shared/model/ids';
import { statement } from '../index-writer/statements';
import { nameOfSource } from '../source-names';

interface RawRule extends Omit<ForwardRuleRow, 'keepImages' | 'corrections' | 'active' | 'anonymise' | 'sourceName'> {
  readonly keepImages: number;
  readonly corrections: number;
  readonly active: number;
  readonly anonymise: string | null;
}

const RULE = `SELECT forward_rule.key AS rule, source, source_ref AS sourceRef, remote, remote.name AS remoteName,
    keep_images AS keepImages, anonymise, priority, corrections, active
  FROM forward_rule JOIN remote ON remote.key = forward_rule.remote`;

function ruleOf(db: Database, row: RawRule): ForwardRuleRow {
  return ForwardRuleRow.parse({
    ...row,
    keepImages: row.keepImages === 1,
    corrections: row.corrections === 1,
    active: row.active === 1,
    anonymise: row.anonymise === null ? null : (JSON.parse(row.anonymise) as unknown),
    sourceName: row.source === null ? null : nameOfSource(db, row.source, row.sourceRef),
  });
}

/** The rules there are, in the order they were made. */
export function rules(db: Database): ForwardRuleRow[] {
  const rows = statement(db, `${RULE} WHERE forward_rule.removed = 0 ORDER BY forward_rule.id`).all() as RawRule[];
  return rows.map((row) => ruleOf(db, row));
}

/** A rule by its key, also one that is removed: what it has asked for is still told with its source. */
export function ruleEver(db: Database, key: string): ForwardRuleRow | undefined {
  const row = statement(db, `${RULE} WHERE forward_rule.key = ?`).get(key) as RawRule | undefined;
  return row && ruleOf(db, row);
}

/** Whether a rule still forwards to a remote. */
export function hasRules(db: Database, remote: RemoteKey): boolean {
  return statement(db, 'SELECT 1 FROM forward_rule WHERE remote = ? AND removed = 0 LIMIT 1').get(remote) !== undefined;
}
