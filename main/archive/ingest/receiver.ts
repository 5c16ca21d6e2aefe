import { randomUUID } from 'node:crypto';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import { type ImageId, ImportSessionKey, type ProjectArchiveKey } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import type { EngineContext } from '../context';
import { archiveForNew } from '../grouping/projects';
import type { JobHandle } from '../jobs/job-board';
import { CommitBatcher } from './commit-batcher';
import { ImportReport, type ItemOutcome } from './report';
import { Storing } from './storing';

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

/** What became of a file that was handed in. */
export interface Received {
  readonly image: ImageId;
  readonly isNew: boolean;
}

/**
 * Takes in files one by one as they come over the network, through the same pipeline as every other import. When `take`
 * answers, the image is durable and in the index.
 */
export class Receiver {
  private constructor(
    private readonly ctx: EngineContext,
    readonly session: ImportSessionKey,
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
      new Storing(ctx, batcher, request, handle.signal),
      new ImportReport(session, batcher, handle, onItem),
    );
  }

  /**
   * Takes in one complete DICOM file; `shown` is its name in the report. The file itself is left where it is. Throws why it
   * cannot be taken: NOT_DICOM, DICOM_*, DISK_FULL, DISK_FAILED, CANCELLED.
   */
  async take(path: string, shown: string): Promise<Received> {
    try {
      const taken = await this.storing.takeIn({ path, entry: '' });
      if (taken.kind !== 'dicom') throw new FieldboxError('NOT_DICOM');
      const [stored] = await this.storing.store(taken, { path, shown, entry: '' });
      if (!stored) throw new FieldboxError('INTERNAL');
      if (stored.isNew) this.report.noteAdded(shown, '', stored.image, stored.bytes);
      else this.report.noteAlreadyStored(shown, '', stored.image, stored.bytes);
      return { image: stored.image, isNew: stored.isNew };
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      this.report.noteRejected(shown, '', error);
      throw error;
    }
  }

  /** Ends the session and writes its report. */
  async end(state: 'done' | 'cancelled' | 'failed'): Promise<void> {
    await this.report.finish();
    await this.storing.noteFiltered();
    await this.ctx.commit([{ type: 'import.finished', body: { session: this.session, state } }]);
  }
}
