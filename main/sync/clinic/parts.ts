import type { RemoteKey } from '@shared/model/ids';
import type { Engine } from '../../archive/engine';
import type { EngineContext } from '../../archive/context';
import type { Remote } from '../../archive/outbox/queue';
import type { Delivery } from '../../archive/records/bodies/outbox';
import type { RemoteConnection } from '../remotes/remote';
import type { RemoteAbilities } from '@shared/model/remotes/content';

/** What the verbs about patients and other contents of remotes use of the outbox. */
export interface ClinicParts {
  readonly ctx: EngineContext;
  readonly engine: Engine;
  /** Throws NOT_FOUND. */
  readonly require: (remote: RemoteKey) => Remote;
  /** Throws NOT_FOUND. */
  readonly abilities: (remote: RemoteKey) => RemoteAbilities;
  /** Whether a remote has patients of its own. Throws NOT_FOUND. */
  readonly matching: (remote: RemoteKey) => boolean;
  /** Throws NOT_FOUND, REMOTE_CANNOT. */
  readonly connect: (remote: RemoteKey) => RemoteConnection;
  /** Writes down what became of items. */
  readonly note: (items: readonly Delivery[]) => Promise<void>;
  /** Something may be sent again. */
  readonly wake: (remote: RemoteKey) => void;
  readonly onFault: (error: unknown) => void;
}
