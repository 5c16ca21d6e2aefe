import type { TransactionKey } from '@shared/model/ids';
import { type QueuedItem, type Remote, unprovenItems } from '../../archive/outbox/queue';
import type { Delivery } from '../../archive/records/bodies/outbox';
import type { Outgoing, ProofOutcome, RemoteConnection } from '../remotes/remote';
import { backOff } from './backoff';
import { prepare } from './outgoing';
import type { WorkerParts } from './remote-worker';

/** Items whose proof is sought together. */
const BATCH = 200;

interface Ready {
  readonly queued: QueuedItem;
  readonly item: Outgoing;
  done(): Promise<void>;
}

/** What a round of seeking proof came to. */
export interface ProofRound {
  readonly moved: number;
  /** Certainly not there: they wait to be sent again. */
  readonly sentAgain: readonly { readonly transaction: TransactionKey; readonly position: number }[];
}

const NOTHING: ProofRound = { moved: 0, sentAgain: [] };

/** Seeks proof for what has arrived at one remote, and asks again, ever more seldom, for what cannot be seen there yet. */
export class Prover {
  /** When to ask next, on the steady clock. */
  next = 0;
  private after = 0;
  private failures = 0;

  constructor(private readonly parts: Pick<WorkerParts, 'ctx' | 'makeAnonymous' | 'note'>) {}

  forgetFailures(): void {
    this.failures = 0;
    this.next = 0;
  }

  async batch(remote: Remote, connected: () => RemoteConnection, signal: AbortSignal): Promise<ProofRound> {
    const { ctx, makeAnonymous } = this.parts;
    if (performance.now() < this.next) return NOTHING;
    let queued = unprovenItems(ctx.db, remote.remote, this.after, BATCH);
    if (queued.length === 0 && this.after > 0) queued = unprovenItems(ctx.db, remote.remote, 0, BATCH);
    this.after = queued.at(-1)?.id ?? 0; // those that stay unclear do not keep others waiting
    const ready: Ready[] = [];
    try {
      for (const item of queued) {
        const prepared = await prepare(ctx, item, remote.name, makeAnonymous, null);
        if (prepared.kind === 'ready') ready.push({ queued: item, item: prepared.item, done: () => prepared.done() });
      }
      return ready.length === 0 ? NOTHING : await this.ask(ready, connected(), signal);
    } finally {
      await Promise.all(ready.map((one) => one.done()));
    }
  }

  private async ask(ready: readonly Ready[], connection: RemoteConnection, signal: AbortSignal): Promise<ProofRound> {
    const items = ready.map(({ item }) => item);
    const outcomes = (await connection.prove?.(items, signal)) ?? [];
    const deliveries = ready.flatMap(({ queued }, at) => deliveryOf(queued, outcomes[at] ?? { kind: 'unknown' }));
    if (deliveries.length > 0) await this.parts.note(deliveries);
    if (deliveries.length < ready.length) {
      this.failures += 1;
      this.next = performance.now() + backOff(this.failures);
    } else this.failures = 0;
    const sentAgain = deliveries.filter(({ state }) => state === 'waiting');
    return { moved: deliveries.length - sentAgain.length, sentAgain };
  }
}

function deliveryOf({ transaction, position }: QueuedItem, outcome: ProofOutcome): readonly Delivery[] {
  const base = { transaction, position, fault: null, proof: null };
  switch (outcome.kind) {
    case 'proven':
      return [{ ...base, state: 'proven', proof: outcome.proof }];
    case 'missing':
      return [{ ...base, state: 'waiting', fault: { code: 'REMOTE_NOT_KEPT', details: {} } }];
    case 'conflict':
      return [{ ...base, state: 'parked', fault: { code: 'REMOTE_CONFLICT', details: {} } }];
    case 'refused':
      return [{ ...base, state: 'refused', fault: { code: outcome.code, details: {} } }];
    case 'unknown':
    case 'later':
      return [];
  }
}
