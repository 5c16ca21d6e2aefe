import type { EngineContext } from '../../archive/context';
import type { Delivery } from '../../archive/records/bodies/outbox';
import type { RemoteConnection, Trouble } from '../remotes/remote';
import type { BackOff } from './backoff';
import type { MakeAnonymous } from './outgoing';
import type { Throttles } from './throttle';

/** What the worker of one remote uses of the service it belongs to. */
export interface WorkerParts {
  readonly ctx: EngineContext;
  readonly makeAnonymous: MakeAnonymous;
  readonly throttles: Throttles;
  /** Writes down what became of items, in one flush with others. */
  readonly note: (items: readonly Delivery[]) => Promise<void>;
  readonly connect: () => RemoteConnection;
  readonly provable: boolean;
  readonly parallel: number;
  /** Whether it lets us take away what we have sent. */
  readonly withdraws: boolean;
  /** For a remote that fetches for itself, so that nothing is sent from here: what is wrong with that now. */
  readonly served: (() => Trouble | null) | null;
  /** How long to wait after the n-th failure in a row, in milliseconds. */
  readonly backOff: BackOff;
  readonly changed: () => void;
  /** Technical faults of drivers, which are faults of ours. */
  readonly onFault: (error: unknown) => void;
}
