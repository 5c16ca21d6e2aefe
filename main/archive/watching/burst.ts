import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { FieldboxError } from '@shared/errors';
import { JobId } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { archiveForNew } from '../grouping/projects';
import { Importer } from '../ingest/importer';
import type { ImportRequest, OfferResult, Offers } from '../ingest/request';
import { newSession } from '../ingest/session-rows';
import type { FoundFile } from './scan';

/** What a burst tells of the files it was given. */
export interface BurstListener {
  postpone(file: FoundFile, error: FieldboxError): boolean;
  settled(file: FoundFile, result: OfferResult): void;
}

interface Handover {
  readonly path: string;
  readonly taken: () => void;
}

/**
 * One import session of a watched folder: files are given to it as they become ready; it ends when it is told that no more
 * come. At most as many files as an import has under way at once are held.
 */
export class Burst {
  /** Comes when the session has ended; rejects with what ended it early (DISK_*, CANCELLED). */
  readonly ended: Promise<void>;
  private readonly underWay = new Map<string, FoundFile>();
  private readonly abort = new AbortController();
  private handover: Handover | null = null;
  private closed = false;
  private wake: () => void = () => undefined;
  private failed = false;

  constructor(
    ctx: EngineContext,
    what: Pick<ImportRequest, 'context' | 'source' | 'sourceRef' | 'label'>,
    private readonly pathOf: (file: FoundFile) => string,
    private readonly listener: BurstListener,
  ) {
    setMaxListeners(0, this.abort.signal); // every file on its way listens
    const handle = { job: JobId.parse(randomUUID()), signal: this.abort.signal, update: () => undefined };
    const request = {
      ...what,
      session: newSession(),
      archive: archiveForNew(ctx, what.context.archive),
      paths: [],
      offers: this.offers(),
    };
    this.ended = new Importer(ctx, request, handle, () => undefined).run().catch((error: unknown) => {
      this.failed = true;
      this.handover?.taken();
      throw error;
    });
    this.ended.catch(() => undefined); // whoever has given files hears of it in `ended`
  }

  /** Whether files of it are being taken in. */
  get busy(): boolean {
    return this.underWay.size > 0;
  }

  has(file: FoundFile): boolean {
    return this.underWay.has(this.pathOf(file));
  }

  /** Gives a file; comes back when there is room for the next. Does nothing once the session has failed. */
  async give(file: FoundFile): Promise<void> {
    if (this.failed || this.closed) return;
    const path = this.pathOf(file);
    this.underWay.set(path, file);
    await new Promise<void>((taken) => {
      this.handover = { path, taken };
      this.wake();
    });
  }

  /** No more files come; what is under way is finished. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Ends it now; what is not finished stays to be done. */
  stop(): void {
    this.close();
    this.abort.abort();
  }

  private offers(): Offers {
    const done = (path: string): FoundFile | undefined => {
      const file = this.underWay.get(path);
      this.underWay.delete(path);
      return file;
    };
    return {
      files: this.files(),
      expected: (path) => this.underWay.get(path),
      postpone: (path, error) => {
        const file = this.underWay.get(path);
        const postponed = file !== undefined && this.listener.postpone(file, error);
        if (postponed) done(path);
        return postponed;
      },
      settled: (path, result) => {
        const file = done(path);
        if (file) this.listener.settled(file, result);
      },
    };
  }

  private async *files(): AsyncGenerator<string> {
    for (;;) {
      const { handover } = this;
      if (handover) {
        this.handover = null;
        handover.taken();
        yield handover.path;
      } else if (this.closed) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
