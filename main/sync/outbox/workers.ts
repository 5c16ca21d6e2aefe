import type { RemoteKey, TransactionKey } from '@shared/model/ids';
import type { EngineContext } from '../../archive/context';
import type { Remote } from '../../archive/outbox/queue';
import type { InFlight } from '../../archive/outbox/views';
import type { Delivery } from '../../archive/records/bodies/outbox';
import { driverFor } from '../remotes/registry';
import type { RemoteConnection, Trouble } from '../remotes/remote';
import type { BackOff } from './backoff';
import { itemName } from './item-name';
import type { MakeAnonymous } from './outgoing';
import { RemoteWorker } from './remote-worker';
import type { Throttles } from './throttle';

export interface WorkersParts {
  readonly ctx: EngineContext;
  readonly makeAnonymous: MakeAnonymous;
  readonly throttles: Throttles;
  /** Writes down what became of items of a remote. */
  readonly note: (remote: RemoteKey, items: readonly Delivery[]) => Promise<void>;
  /** Throws NOT_FOUND. */
  readonly connect: (remote: RemoteKey) => RemoteConnection;
  /** What is wrong with a remote that fetches for itself. */
  readonly troubleServing: (remote: RemoteKey) => Trouble | null;
  readonly backOff: BackOff;
  readonly changed: () => void;
  readonly onFault: (error: unknown) => void;
}

/** The workers of all remotes: one each, made when it is first asked for. */
export class Workers {
  private readonly byRemote = new Map<RemoteKey, RemoteWorker>();

  constructor(private readonly parts: WorkersParts) {}

  of(remote: Remote): RemoteWorker {
    const known = this.byRemote.get(remote.remote);
    if (known) return known;
    const { parts } = this;
    const { proofs, isServed, parallel, abilities } = driverFor(remote.settings);
    const worker = new RemoteWorker(remote, {
      ctx: parts.ctx,
      makeAnonymous: parts.makeAnonymous,
      throttles: parts.throttles,
      note: (items) => parts.note(remote.remote, items),
      connect: () => parts.connect(remote.remote),
      provable: proofs.length > 0 && !isServed,
      parallel,
      withdraws: abilities.withdraws !== 'no',
      served: isServed ? () => parts.troubleServing(remote.remote) : null,
      backOff: parts.backOff,
      changed: parts.changed,
      onFault: parts.onFault,
    });
    this.byRemote.set(remote.remote, worker);
    return worker;
  }

  /** What is being sent at this moment, by all of them. */
  get inFlight(): InFlight {
    const all = (): RemoteWorker[] => [...this.byRemote.values()];
    return {
      has: (transaction, position) => all().some((worker) => worker.inFlight.has(itemName({ transaction, position }))),
      attempts: (transaction, position) =>
        Math.max(0, ...all().map((worker) => worker.attempts.get(itemName({ transaction, position })) ?? 0)),
      trouble: (transaction, position) => {
        const name = itemName({ transaction, position });
        return all().flatMap((worker) => worker.troubles.get(name) ?? [])[0] ?? null;
      },
      get size() {
        return all().reduce((sum, worker) => sum + worker.inFlight.size, 0);
      },
      of: (transaction: TransactionKey) =>
        all()
          .flatMap((worker) => [...worker.inFlight])
          .filter((name) => name.startsWith(`${transaction}/`)).length,
    };
  }

  /** How many remotes cannot be reached or refuse us. */
  get blocked(): number {
    return [...this.byRemote.values()].filter(({ activity }) => activity.condition === 'blocked').length;
  }

  /** The link may be back for all of them. */
  hint(): void {
    for (const worker of this.byRemote.values()) worker.hint();
  }

  /** Other settings or rules hold for a remote from now on. */
  async change(remote: Remote): Promise<void> {
    await this.byRemote.get(remote.remote)?.change(remote);
  }

  async settled(): Promise<void> {
    await Promise.all([...this.byRemote.values()].map((worker) => worker.settled()));
  }

  /** Stops the worker of one remote. */
  async dismiss(remote: RemoteKey): Promise<void> {
    await this.byRemote.get(remote)?.stop();
    this.byRemote.delete(remote);
  }

  /** Stops all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.byRemote.values()].map((worker) => worker.stop()));
    this.byRemote.clear();
  }
}
