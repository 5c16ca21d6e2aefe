import type { Database } from 'better-sqlite3';
import type { EventName, EventPayload } from '@shared/contract';
import type { ImageId } from '@shared/model/ids';
import type { ProofKind } from '@shared/model/remotes/access';
import type { RemoteSettings } from '@shared/model/remotes/settings';
import type { IndexAttributes } from '../dicom/index-attributes';
import type { WorkerPool } from '../workers/pool';
import type { Arrivals } from './arrivals';
import type { JobBoard } from './jobs/job-board';
import type { ObjectStore } from './objects/object-store';
import type { ArchivePaths } from './paths';
import type { NewRecord } from './records/record';

/** A file in `incoming/` (named by its hash, flushed) that a record of the same commit refers to. */
export interface IncomingObject {
  readonly sha256: ImageId;
  readonly bytes: number;
  readonly role: 'instance' | 'source';
  /** What the index holds of an instance, read by the worker that took it in. */
  readonly attributes?: IndexAttributes;
}

/** What the capabilities of the engine share. Each gets this and nothing else. */
export interface EngineContext {
  readonly paths: ArchivePaths;
  /** The one connection; only `commit` writes through it what records say. */
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly pool: WorkerPool;
  readonly jobs: JobBoard;
  /** Keeps what arrives apart from what is erased. */
  readonly arrivals: Arrivals;
  /** The archive's own id (a UUID), part of the UIDs derived for photos. */
  readonly archiveId: string;
  readonly version: string;
  /**
   * Writes records to the chain, flushes, moves incoming files to their place and applies all to the index in one
   * transaction. When it answers, everything named is durable. When no record could be written, the incoming files are removed.
   * Throws DISK_FULL, DISK_FAILED.
   */
  commit(records: readonly NewRecord[], incoming?: readonly IncomingObject[]): Promise<void>;
  /** Tells what was committed, once it is in the index; gives how to stop. The listener must not throw. */
  listen(listener: (records: readonly NewRecord[]) => void): () => void;
  /** What a remote of these settings can show as evidence: known to the drivers, of which the archive knows nothing. */
  proofsOf(settings: RemoteSettings): readonly ProofKind[];
  /** Puts a file from `incoming/` in the place of a known object whose file is missing. */
  restore(sha256: ImageId): Promise<void>;
  emit<E extends EventName>(event: E, payload: EventPayload<E>): void;
  /** Calls a listener whenever something in the catalogue has changed: after every commit, and at the end of a rebuild. */
  whenChanged(listener: () => void): void;
  now(): Date;
}
