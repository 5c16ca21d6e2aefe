import { createHash, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import { ImageId, ImportSessionKey, type ProjectArchiveKey } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import type { Named, TakeInOutput } from '../../workers/tasks/take-in';
import type { EngineContext } from '../context';
import { archiveForNew } from '../grouping/projects';
import type { JobHandle } from '../jobs/job-board';
import { oneAfterTheOther } from '../people/in-turn';
import { CommitBatcher } from './commit-batcher';
import { ImportReport, type ItemOutcome } from './report';
import { isKnownToKey, storeRestored } from './restoring';
import { type Group, Storing } from './storing';

/** Who hands files in over the network. */
export interface Sender {
  readonly source: SourceType;
  /** Which source of that type; the same every time. */
  readonly sourceRef: string;
  /** How it is called in the list of imports: the name of a remote or of a machine on the cable. */
  readonly label: string;
  /** The archive of a project it puts things into. Null: none; left out: the default one. */
  readonly archive?: ProjectArchiveKey | null;
}

/** How one file is to be taken. */
export interface Taking {
  /** SHA-256 the bytes must have: others are not stored. */
  readonly expected?: string | null;
  /** Whether anonymous files that a key of this archive knows get their identity back. */
  readonly restores?: boolean;
  /** The file lies in the archive's own folder and the caller removes it afterwards: it gets a second name instead of being copied. */
  readonly ours?: boolean;
  /** The whole file where it is small and in memory: then nothing lies at the path. */
  readonly held?: Uint8Array | undefined;
  /** How the message in which it came names it; see TakeInInput. */
  readonly named?: Named | undefined;
}

/** What became of a file that was handed in. */
export interface Received {
  readonly image: ImageId;
  readonly isNew: boolean;
  /** It came anonymous and has its identity back. */
  readonly restored: boolean;
}

type ReceivedBytes = Received & { readonly bytes: number };

/**
 * Takes in files one by one as they come over the network, through the same pipeline as every other import. When `take`
 * answers, the image is durable and in the index.
 */
export class Receiver {
  /** The same file may come twice at once: it is restored once. */
  private readonly inTurn = oneAfterTheOther();

  private constructor(
    private readonly ctx: EngineContext,
    readonly session: ImportSessionKey,
    private readonly sender: Sender,
    private readonly batcher: CommitBatcher,
    private readonly storing: Storing,
    private readonly report: ImportReport,
  ) {}

  /** Begins an import session for a sender. Throws NOT_FOUND, GROUP_CLOSED, DISK_FULL, DISK_FAILED. */
  static async open(
    ctx: EngineContext,
    sender: Sender,
    handle: JobHandle,
    onItem: (outcome: ItemOutcome) => void = () => undefined,
  ): Promise<Receiver> {
    const { source, sourceRef, label } = sender;
    const archive = archiveForNew(ctx, sender.archive);
    const session = ImportSessionKey.parse(randomUUID());
    await ctx.commit([{ type: 'import.started', body: { session, source, sourceRef, label } }]);
    const batcher = new CommitBatcher(ctx);
    const context = { patient: null, clinic: null, station: null, kind: null };
    const request = { session, context, archive, source, sourceRef };
    return new Receiver(
      ctx,
      session,
      sender,
      batcher,
      new Storing(ctx, batcher, request, handle.signal),
      new ImportReport(session, batcher, handle, onItem),
    );
  }

  /**
   * Takes in one complete DICOM file; `shown` is its name in the report. The file itself is left where it is. Throws why it
   * cannot be taken: NOT_DICOM, DICOM_*, OBJECT_DAMAGED (not the bytes that were expected), DISK_FULL, DISK_FAILED, CANCELLED.
   */
  take(path: string, shown: string, taking: Taking = {}): Promise<Received> {
    return this.noted(
      shown,
      this.ctx.arrivals.during(() => this.takeOne(path, shown, taking)),
    );
  }

  /**
   * Takes in several small files at one go, so that they share what storing costs: of each its name in the report, and what became
   * of it. One that cannot be taken does not keep the others. Throws when nothing is known of any of them: WORKER_DIED, TIMED_OUT,
   * CANCELLED.
   */
  takeGroup(
    group: Group,
    shown: readonly string[],
    taking: Pick<Taking, 'restores'> = {},
  ): Promise<readonly (Received | FieldboxError)[]> {
    return this.ctx.arrivals.during(() => this.takeAll(group, shown, taking));
  }

  private async takeAll(
    group: Group,
    shown: readonly string[],
    { restores }: Pick<Taking, 'restores'>,
  ): Promise<readonly (Received | FieldboxError)[]> {
    const taken = await this.storing.takeInGroup(group);
    return Promise.all(
      taken.map(async (one, at) => {
        const name = shown[at] ?? '';
        try {
          const stored = one instanceof FieldboxError ? Promise.reject(one) : this.store(one, '', name, restores);
          return await this.noted(name, stored);
        } catch (thrown) {
          return asFieldboxError(thrown);
        }
      }),
    );
  }

  /** The outcome, when it stands in the report. */
  private async noted(shown: string, outcome: Promise<ReceivedBytes>): Promise<Received> {
    try {
      const received = await outcome;
      if (received.isNew) this.report.noteAdded(shown, '', received.image, received.bytes);
      else this.report.noteAlreadyStored(shown, '', received.image, received.bytes);
      return { image: received.image, isNew: received.isNew, restored: received.restored };
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      this.report.noteRejected(shown, '', error);
      throw error;
    }
  }

  private async takeOne(path: string, shown: string, taking: Taking): Promise<ReceivedBytes> {
    const taken = await this.storing.takeIn(
      { path, entry: '' },
      { ours: taking.ours ?? false, held: taking.held, named: taking.named },
    );
    await this.requireExpected(taken, path, taking);
    return this.store(taken, path, shown, taking.restores);
  }

  /** Throws OBJECT_DAMAGED. */
  private async requireExpected(taken: TakeInOutput, path: string, taking: Taking): Promise<void> {
    if (taken.kind !== 'dicom') return;
    const expected = taking.expected ?? null;
    // What a filter has taken something out of has another hash than what came.
    const came = expected === null || taken.removed === 0 ? taken.sha256 : await this.hashOf(path, taking.held);
    if (expected !== null && came !== expected) {
      await this.discard(taken.sha256);
      throw new FieldboxError('OBJECT_DAMAGED', { sha256: expected });
    }
  }

  private async store(
    taken: TakeInOutput,
    path: string,
    shown: string,
    restores: boolean | undefined,
  ): Promise<ReceivedBytes> {
    if (taken.kind !== 'dicom') {
      if ('sha256' in taken) await this.discard(taken.sha256);
      throw new FieldboxError('NOT_DICOM');
    }
    if (restores === true && isKnownToKey(this.ctx, taken.attributes)) {
      const { source, sourceRef } = this.sender;
      const arriving = { path: await this.copyOf(taken.sha256), shown, session: this.session, source, sourceRef };
      const restored = await this.inTurn(() => storeRestored(this.ctx, this.batcher, arriving, taken.attributes));
      if (restored) {
        await this.discard(taken.sha256);
        return { ...restored, restored: true };
      }
    }
    const [stored] = await this.storing.store(taken, { path, shown, entry: '' });
    if (!stored) throw new FieldboxError('INTERNAL');
    return { ...stored, restored: false };
  }

  private async hashOf(path: string, held: Uint8Array | undefined): Promise<string> {
    if (held !== undefined) return createHash('sha256').update(held).digest('hex');
    return (await this.ctx.pool.run('hashFile', { path })).sha256;
  }

  /** Where the bytes lie that were taken in: in `incoming/`, or in the archive when they are there already. */
  private async copyOf(sha256: string): Promise<string> {
    const image = ImageId.parse(sha256);
    const { objects, paths } = this.ctx;
    return (await objects.exists(image)) ? objects.path(image) : join(paths.incoming, sha256);
  }

  /** Removes the copy in `incoming/` of a file that is not stored. */
  private async discard(sha256: string): Promise<void> {
    await rm(join(this.ctx.paths.incoming, sha256), { force: true });
  }

  /** Ends the session and writes its report. */
  async end(state: 'done' | 'cancelled' | 'failed'): Promise<void> {
    await this.report.finish();
    await this.storing.noteFiltered();
    await this.ctx.commit([{ type: 'import.finished', body: { session: this.session, state } }]);
  }
}
