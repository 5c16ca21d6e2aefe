import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import type { ForwardRuleKey, RemoteKey, WatchKey } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import { overlap } from '../folders';
import { type Remote, remotes } from '../outbox/queue';
import { watchedFolders } from '../watching/folders';
import { rules } from './rules';
import { isSameMachine } from './same-machine';

/** What is about to be added or changed. */
export interface Planned {
  readonly watch?: { readonly watch: WatchKey; readonly path: string };
  readonly rule?: PlannedRule;
  readonly remote?: PlannedRemote;
}

interface PlannedRule {
  readonly rule: ForwardRuleKey;
  readonly source: SourceType | null;
  readonly sourceRef: string;
  readonly remote: RemoteKey;
}
type PlannedRemote = Pick<Remote, 'remote' | 'name' | 'settings'>;

/**
 * Refuses what would bring images back to where they are forwarded from: a rule leads to another one when the folder it
 * writes to is watched and the other one forwards what comes from there, over any number of rules; and a rule that takes from a
 * machine must not send to it. Rules that are switched off count as well. Throws FORWARD_CYCLIC.
 */
export function refuseCycles(db: Database, planned: Planned): void {
  const all = replaced(rules(db), planned.rule, (rule) => rule.rule);
  const watches = replaced(watchedFolders(db), planned.watch, (watch) => watch.watch);
  const targets = new Map(
    replaced<PlannedRemote>(remotes(db), planned.remote, (remote) => remote.remote).map((remote) => [
      remote.remote,
      remote,
    ]),
  );
  const next = (rule: PlannedRule): PlannedRule[] => {
    const settings = targets.get(rule.remote)?.settings;
    if (settings?.kind !== 'folder') return [];
    const reached = watches.filter((watch) => overlap(watch.path, settings.path));
    return all.filter((other) => reached.some(({ watch }) => takesFrom(other, watch)));
  };
  const finished = new Set<ForwardRuleKey>();
  const visit = (rule: PlannedRule, before: readonly ForwardRuleKey[]): void => {
    if (before.includes(rule.rule)) throw new FieldboxError('FORWARD_CYCLIC');
    if (finished.has(rule.rule)) return;
    for (const other of next(rule)) visit(other, [...before, rule.rule]);
    finished.add(rule.rule);
  };
  for (const rule of all) {
    const target = targets.get(rule.remote);
    if (target && isSameMachine(target, rule.source, rule.sourceRef)) throw new FieldboxError('FORWARD_CYCLIC');
    visit(rule, []);
  }
}

function takesFrom({ source, sourceRef }: PlannedRule, watch: WatchKey): boolean {
  return source === null || (source === 'watch' && (sourceRef === '' || sourceRef === watch));
}

function replaced<T>(rows: readonly T[], planned: T | undefined, keyOf: (row: T) => string): readonly T[] {
  return planned === undefined ? rows : [...rows.filter((row) => keyOf(row) !== keyOf(planned)), planned];
}
