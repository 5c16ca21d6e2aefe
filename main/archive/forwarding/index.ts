import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import type { ForwardRow, ForwardRuleRow } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import { ForwardRuleKey, TransactionKey } from '@shared/model/ids';
import { actAs } from '../actor';
import type { EngineContext } from '../context';
import { type Remote, remoteByKey } from '../outbox/queue';
import { countsOf, noneInFlight, transactionRows } from '../outbox/views';
import { oneAfterTheOther } from '../people/in-turn';
import type { NewRecord } from '../records/record';
import { refuseCycles } from './cycles';
import { type Discard, Forwarder, type ForwardTimings } from './forwarder';
import { gatherings, waitingOf } from './gathering';
import { hasRules, ruleEver, rules } from './rules';

type ForwardVerb = 'forward.rules' | 'forward.addRule' | 'forward.changeRule' | 'forward.removeRule' | 'forward.queue';

export interface Forwarding {
  readonly verbs: Handlers<ForwardVerb>;
  /** Begins to ask the outbox for what rules have gathered. */
  start(): void;
  stop(): Promise<void>;
  /** Does all that can be done now, and ends. */
  once(signal: AbortSignal): Promise<void>;
}

/** Records after which whoever shows rules and what they send asks again. */
const SHOWN: ReadonlySet<NewRecord['type']> = new Set([
  'object.stored',
  'send.requested',
  'send.delivery',
  'forward.rule-saved',
  'forward.rule-removed',
]);

/** Records after which a rule may have something to correct at its remote. */
const CORRECTING: ReadonlySet<NewRecord['type']> = new Set([
  'images.replaced',
  'images.moved',
  'images.moveUndone',
  'images.restored',
  'send.delivery',
  'remote.withdrawn',
  'forward.rule-saved',
]);

/** Items of one record of the chain at most. */
const CANCELLED_TOGETHER = 1_000;

/**
 * Rules that send images on by themselves. What arrives is gathered in the transaction that puts it into the index
 * (index-writer/apply-forwarding.ts); here the rules are kept, and the outbox is asked for what has gathered. Sending, trying
 * again and proving are the outbox's (docs/decisions/0023-forwarding-by-the-outbox.md).
 */
export function createForwarding(
  ctx: EngineContext,
  timings: ForwardTimings,
  discard: Discard,
  onChange: () => void,
): Forwarding {
  const { db } = ctx;
  const inTurn = oneAfterTheOther();
  const rule = (key: ForwardRuleKey): ForwardRuleRow => {
    const row = rules(db).find((each) => each.rule === key);
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'rule' });
    return row;
  };
  const save = async (row: Omit<ForwardRuleRow, 'sourceName' | 'remoteName'>): Promise<ForwardRuleRow> => {
    const { rule: key, source, sourceRef, remote: to, keepImages, anonymise, priority, corrections, active } = row;
    const remote = remoteByKey(db, to);
    if (!remote) throw new FieldboxError('NOT_FOUND', { what: 'remote' });
    refuseLosing(ctx, remote, row);
    refuseCycles(db, { rule: { rule: key, source, sourceRef, remote: to } });
    const body = { rule: key, source, sourceRef, remote: to, keepImages, anonymise, priority, corrections, active };
    await ctx.commit([{ type: 'forward.rule-saved', body }]);
    return rule(key);
  };
  const forwarder = new Forwarder(ctx, timings, discard);
  let deaf: (() => void) | null = null;

  return {
    verbs: {
      'forward.rules': async () => Promise.resolve({ rows: rules(db) }),
      'forward.addRule': (input) =>
        inTurn(async () => {
          const { source, sourceRef, remote } = input;
          if (source === null && sourceRef !== '') throw new FieldboxError('BAD_REQUEST', { what: 'sourceRef' });
          const twin = rules(db).find(
            (row) => row.source === source && row.sourceRef === sourceRef && row.remote === remote,
          );
          if (!twin) return save({ ...input, rule: ForwardRuleKey.parse(randomUUID()), active: true });
          if (!isSameManner(twin, input)) throw new FieldboxError('FORWARD_CONFLICT');
          return twin;
        }),
      'forward.changeRule': ({ rule: key, ...changes }) => inTurn(() => save({ ...rule(key), ...changes })),
      'forward.removeRule': ({ rule: key }) =>
        inTurn(async () => {
          rule(key);
          await ctx.commit([{ type: 'forward.rule-removed', body: { rule: key } }, ...cancelled(ctx, key)]);
          return {};
        }),
      'forward.queue': async ({ remote, openOnly, offset, limit }) => {
        const page = transactionRows(db, { remote, openOnly, offset, limit, cause: 'rule' }, noneInFlight);
        return Promise.resolve({
          gathering: gatherings(db, remote ?? null),
          total: page.total,
          rows: page.rows.map((row) => withSource(ctx, row)),
          counts: countsOf(db, { remote, cause: 'rule' }),
        });
      },
    },
    start: () => {
      deaf ??= ctx.listen((records) => {
        if (records.some(({ type }) => SHOWN.has(type))) onChange();
        if (records.some(({ type }) => CORRECTING.has(type))) forwarder.lookForCorrections();
      });
      actAs(null, () => forwarder.start()); // Fieldbox does it by itself, whoever has made the rule
    },
    stop: async () => {
      deaf?.();
      deaf = null;
      await forwarder.stop();
    },
    once: (signal) => actAs(null, () => forwarder.once(signal)),
  };
}

/**
 * Refuses a change of a remote that its rules cannot live with: it would bring images back, or rules that do not keep images
 * would have no proof any more. Throws FORWARD_CYCLIC, FORWARD_NO_PROOF.
 */
export function refuseAgainstRules(ctx: EngineContext, remote: Pick<Remote, 'remote' | 'name' | 'settings'>): void {
  refuseCycles(ctx.db, { remote });
  for (const rule of rules(ctx.db)) if (rule.remote === remote.remote) refuseLosing(ctx, remote, rule);
}

/** Refuses to let a remote go that rules send to. Throws REMOTE_HAS_RULES. */
export function refuseWithRules(ctx: EngineContext, remote: Remote): void {
  if (hasRules(ctx.db, remote.remote)) throw new FieldboxError('REMOTE_HAS_RULES');
}

/** Images only go when the remote can prove that it holds them, as they are. Throws FORWARD_NO_PROOF, FORWARD_ANONYMOUS_ONLY. */
function refuseLosing(
  ctx: EngineContext,
  { settings }: Pick<Remote, 'settings'>,
  { keepImages, anonymise }: Pick<ForwardRuleRow, 'keepImages' | 'anonymise'>,
): void {
  if (keepImages) return;
  if (anonymise !== null) throw new FieldboxError('FORWARD_ANONYMOUS_ONLY');
  if (ctx.proofsOf(settings).length === 0) throw new FieldboxError('FORWARD_NO_PROOF');
}

type Manner = Pick<ForwardRuleRow, 'keepImages' | 'anonymise' | 'priority' | 'corrections'>;

function isSameManner(one: Manner, other: Manner): boolean {
  const { keepImages, priority, corrections } = one;
  if (keepImages !== other.keepImages || priority !== other.priority || corrections !== other.corrections) return false;
  return JSON.stringify(one.anonymise) === JSON.stringify(other.anonymise);
}

/** Records that take back what a rule has asked for and is not sent yet. */
function cancelled(ctx: EngineContext, rule: ForwardRuleKey): readonly NewRecord[] {
  const items = waitingOf(ctx.db, rule).map(({ transaction, position }) => ({
    transaction: TransactionKey.parse(transaction),
    position,
    state: 'cancelled' as const,
    fault: null,
    proof: null,
  }));
  const records: NewRecord[] = [];
  while (items.length > 0)
    records.push({ type: 'send.delivery', body: { items: items.splice(0, CANCELLED_TOGETHER) } });
  return records;
}

function withSource(
  ctx: EngineContext,
  row: Omit<ForwardRow, 'rule' | 'source' | 'sourceRef' | 'sourceName'>,
): ForwardRow {
  const rule = ForwardRuleKey.parse(row.cause.reference);
  const { source = null, sourceRef = '', sourceName = null } = ruleEver(ctx.db, rule) ?? {};
  return { ...row, rule, source, sourceRef, sourceName };
}
