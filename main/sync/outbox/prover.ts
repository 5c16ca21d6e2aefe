import type { TransactionKey } from '@shared/model/ids';
import { type QueuedItem, type Remote, unprovenItems } from '../../archive/outbox/queue';
import type { Delivery } from '../../archive/records/bodies/outbox';
import type { Outgoing, ProofOutcome, RemoteConnection } from '../remotes/remote';
import type { Corrections } from './corrections';
import { prepare } from './outgoing';
import { itemName } from './item-name';
import type { WorkerParts } from './worker-parts';

/** Items whose proof is sought together. */
const BATCH = 200;
/** So many answers in a row that do not name an image mean that it is not there: over the back-off that is several minutes. */
const PATIENT_ANSWERS = 6;

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
  /** How often an item was not named where it should be. */
  private readonly unnamed = new Map<string, number>();
  private failures = 0;

  constructor(
    private readonly parts: Pick<WorkerParts, 'ctx' | 'makeAnonymous' | 'note' | 'backOff'>,
    private readonly corrections: Corrections,
  ) {}

  forgetFailures(): void {
    this.failures = 0;
    this.next = 0;
  }

  async batch(remote: Remote, connected: () => RemoteConnection, signal: AbortSignal): Promise<ProofRound> {
    const { ctx, makeAnonymous } = this.parts;
    if (performance.now() < this.next) return NOTHING;
    const queued = await this.nextItems(remote, connected, signal);
    const ready: Ready[] = [];
    try {
      for (const item of queued) {
        const prepared = await prepare(ctx, item, remote, makeAnonymous, null);
        if (prepared.kind === 'ready') ready.push({ queued: item, item: prepared.item, done: () => prepared.done() });
      }
      return ready.length === 0 ? NOTHING : await this.ask(ready, connected(), signal);
    } finally {
      await Promise.all(ready.map((one) => one.done()));
    }
  }

  /** The next items to ask about: those that stay unclear do not keep others waiting. */
  private async nextItems(
    remote: Remote,
    connected: () => RemoteConnection,
    signal: AbortSignal,
  ): Promise<readonly QueuedItem[]> {
    const page = (after: number): readonly QueuedItem[] =>
      unprovenItems(this.parts.ctx.db, remote.remote, after, BATCH);
    let found = page(this.after);
    if (found.length === 0 && this.after > 0) found = page(0);
    if (found.length === 0) return [];
    const isAbout = await connected().proofCome?.(signal);
    if (isAbout === undefined) {
      this.after = found.at(-1)?.id ?? 0;
      return found;
    }
    for (found = page(0); found.length > 0; found = page(found.at(-1)?.id ?? 0)) {
      const about = found.filter(isAbout);
      if (about.length > 0) return about;
    }
    this.askLater();
    return [];
  }

  private askLater(): void {
    this.failures += 1;
    this.next = performance.now() + this.parts.backOff(this.failures);
  }

  private async ask(ready: readonly Ready[], connection: RemoteConnection, signal: AbortSignal): Promise<ProofRound> {
    const items = ready.map(({ item }) => item);
    const outcomes = ((await connection.prove?.(items, signal)) ?? []).map((outcome, at) => honest(items[at], outcome));
    const deliveries = ready.flatMap(({ queued }, at) =>
      deliveryOf(queued, this.judged(queued, outcomes[at] ?? { kind: 'unknown' })),
    );
    if (deliveries.length > 0) await this.parts.note(deliveries);
    for (const [at, outcome] of outcomes.entries()) {
      const item = items[at];
      if (item !== undefined && outcome.kind === 'proven') await this.corrections.proven(item, outcome.gone ?? []);
    }
    if (deliveries.length < ready.length) this.askLater();
    else this.failures = 0;
    const sentAgain = deliveries.filter(({ state }) => state === 'waiting');
    return { moved: deliveries.length - sentAgain.length, sentAgain };
  }

  /** What an outcome comes to together with the ones before it. */
  private judged(queued: QueuedItem, outcome: ProofOutcome): ProofOutcome {
    const name = itemName(queued);
    const times = outcome.kind === 'notListed' ? (this.unnamed.get(name) ?? 0) + 1 : 0;
    if (outcome.kind === 'later') return outcome;
    if (times === 0 || times >= PATIENT_ANSWERS) this.unnamed.delete(name);
    else this.unnamed.set(name, times);
    return times >= PATIENT_ANSWERS ? { kind: 'missing' } : outcome;
  }
}

/** That an image of some number is there says nothing of which version it is, where an older one was sent under the same number. */
function honest(item: Outgoing | undefined, outcome: ProofOutcome): ProofOutcome {
  const byNumber = outcome.kind === 'proven' && ['query', 'commitment'].includes(outcome.proof.kind);
  return byNumber && item?.older.some(({ facts }) => facts.SOPInstanceUID === item.facts.SOPInstanceUID) === true
    ? { kind: 'unknown' }
    : outcome;
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
    case 'refused': {
      const { code, details } = outcome;
      return [{ ...base, state: 'refused', fault: { code, details: { ...details } } }];
    }
    case 'unknown':
    case 'notListed':
    case 'later':
      return [];
  }
}
