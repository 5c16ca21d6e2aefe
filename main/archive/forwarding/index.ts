import { randomUUID } from 'node:crypto';
import type { Handlers } from '@shared/contract';
import type { DestinationRow, ForwardRuleRow } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import { DestinationKey, ForwardRuleKey } from '@shared/model/ids';
import { actAs } from '../actor';
import { foldText } from '../catalog/folding';
import type { EngineContext } from '../context';
import { oneAfterTheOther } from '../people/in-turn';
import { refuseCycles } from './cycles';
import { destinationType } from './destination-types';
import { cancelForward, cancelOfRule, forwardImages, forwardRow, queuePage, retryForward } from './queue';
import { destinations, rules } from './rules';
import { type Discard, type ForwardTimings, Sender } from './sender';

type ForwardVerb =
  | 'destinations.list'
  | 'destinations.create'
  | 'destinations.change'
  | 'destinations.remove'
  | 'forward.rules'
  | 'forward.addRule'
  | 'forward.changeRule'
  | 'forward.removeRule'
  | 'forward.queue'
  | 'forward.images'
  | 'forward.retry'
  | 'forward.cancel';

export interface Forwarding {
  readonly verbs: Handlers<ForwardVerb>;
  /** Begins to send what is due. */
  start(): void;
  stop(): Promise<void>;
  /** Sends what is due now, and ends. */
  once(signal: AbortSignal): Promise<void>;
}

/**
 * Rules that send images on by themselves. What arrives is queued in the transaction that puts it into the index
 * (index-writer/apply-forwarding.ts); here the rules are kept and the queue is worked off. `discard` is how images that are not
 * to be kept are moved to the trash; without it they stay and are remembered.
 */
export function createForwarding(
  ctx: EngineContext,
  timings: ForwardTimings,
  discard: Discard | null,
  onChange: () => void,
): Forwarding {
  const { db } = ctx;
  const inTurn = oneAfterTheOther();
  const destination = (key: DestinationKey): DestinationRow => {
    const row = destinations(db).find((each) => each.destination === key);
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'destination' });
    return row;
  };
  const rule = (key: ForwardRuleKey): ForwardRuleRow => {
    const row = rules(db).find((each) => each.rule === key);
    if (!row) throw new FieldboxError('NOT_FOUND', { what: 'rule' });
    return row;
  };
  const saveDestination = async (key: DestinationKey, input: Omit<DestinationRow, 'destination' | 'rules'>) => {
    const { name, type } = input;
    if (destinations(db).some((row) => row.destination !== key && foldText(row.name) === foldText(name))) {
      throw new FieldboxError('DESTINATION_NAME_TAKEN');
    }
    const settings = { ...(await destinationType(type).check(ctx, input.settings)) };
    refuseCycles(db, { destination: { destination: key, type, settings } });
    await ctx.commit([{ type: 'destination.saved', body: { destination: key, name, type, settings } }]);
    onChange();
    return destination(key);
  };
  const saveRule = async (row: Omit<ForwardRuleRow, 'sourceName' | 'destinationName'>): Promise<ForwardRuleRow> => {
    const { rule: key, source, sourceRef, destination: to, keepImages, active } = row;
    refuseCycles(db, { rule: { rule: key, source, sourceRef, destination: to } });
    await ctx.commit([
      {
        type: 'forward.rule-saved',
        body: { rule: key, source, sourceRef, destination: to, keepImages, active },
      },
    ]);
    onChange();
    return rule(key);
  };
  let sender: Sender | null = null;

  return {
    verbs: {
      'destinations.list': async () => Promise.resolve({ rows: destinations(db) }),
      'destinations.create': (input) => inTurn(() => saveDestination(DestinationKey.parse(randomUUID()), input)),
      'destinations.change': ({ destination: key, changes }) =>
        inTurn(() => saveDestination(destination(key).destination, changes)),
      'destinations.remove': ({ destination: key }) =>
        inTurn(async () => {
          if (destination(key).rules > 0) throw new FieldboxError('DESTINATION_IN_USE');
          await ctx.commit([{ type: 'destination.removed', body: { destination: key } }]);
          onChange();
          return {};
        }),
      'forward.rules': async () => Promise.resolve({ rows: rules(db) }),
      'forward.addRule': ({ source, sourceRef, destination: to, keepImages }) =>
        inTurn(async () => {
          destination(to);
          if (source === null && sourceRef !== '') throw new FieldboxError('BAD_REQUEST', { what: 'sourceRef' });
          const same = rules(db).find(
            (row) => row.source === source && row.sourceRef === sourceRef && row.destination === to,
          );
          if (same) return same;
          const key = ForwardRuleKey.parse(randomUUID());
          return saveRule({ rule: key, source, sourceRef, destination: to, keepImages, active: true });
        }),
      'forward.changeRule': ({ rule: key, keepImages, active }) =>
        inTurn(() => saveRule({ ...rule(key), keepImages, active })),
      'forward.removeRule': ({ rule: key }) =>
        inTurn(async () => {
          rule(key);
          await ctx.commit([{ type: 'forward.rule-removed', body: { rule: key } }]);
          cancelOfRule(db, key, ctx.now().getTime());
          onChange();
          return {};
        }),
      'forward.queue': async ({ state, destination: to, offset, limit }) =>
        Promise.resolve(queuePage(db, { state: state ?? null, destination: to ?? null, offset, limit })),
      'forward.images': async ({ forward, offset, limit }) =>
        Promise.resolve(forwardImages(db, forward, offset, limit)),
      'forward.retry': async ({ forward }) => {
        retryForward(db, forward);
        onChange();
        return Promise.resolve(forwardRow(db, forward));
      },
      'forward.cancel': async ({ forward }) => {
        cancelForward(db, forward, ctx.now().getTime());
        onChange();
        return Promise.resolve(forwardRow(db, forward));
      },
    },
    start: () => {
      sender ??= new Sender(ctx, timings, discard, onChange);
      actAs(null, () => sender?.start()); // Fieldbox does it by itself, whoever has made the rule
    },
    stop: async () => {
      await sender?.stop();
      sender = null;
    },
    once: (signal) => new Sender(ctx, timings, discard, onChange).once(signal),
  };
}
