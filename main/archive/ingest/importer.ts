import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asFieldboxError, FieldboxError, fromWire } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { TakeInOutput } from '../../workers/tasks/take-in';
import type { EngineContext } from '../context';
import type { JobHandle } from '../jobs/job-board';
import { CommitBatcher } from './commit-batcher';
import { referencedFile } from './dicomdir-files';
import { intakeLimits } from './limits';
import { type ItemOutcome, ImportReport } from './report';
import type { ImportRequest, Offers } from './request';
import { Storing } from './storing';
import { walk } from './walk';

/** Files under way at once: enough that workers go on while a group of them is being committed, few enough to keep memory flat. */
const IN_FLIGHT = 256;

/** Faults that end the whole import and not only one file. */
const FATAL = new Set(['DISK_FULL', 'DISK_FAILED', 'CANCELLED', 'ARCHIVE_CLOSED', 'INTERNAL']);

/** A file on its way: where it is read, and how it is called in the report. */
interface Candidate {
  readonly path: string;
  readonly shown: string;
  readonly entry: string;
  /** Gathers what came of an offered file and of all that is inside of it. */
  readonly into?: Gathered;
}

interface Gathered {
  readonly images: ImageId[];
  error: FieldboxError | null;
  filtered: boolean;
}

/**
 * One import from beginning to end: finds the files, takes each in, follows DICOMDIRs, opens zips, and writes the report.
 * What has been added stays when it is cancelled or fails; running it again completes it.
 * Throws CANCELLED, DISK_FULL, DISK_FAILED.
 */
export class Importer {
  private readonly report: ImportReport;
  private readonly storing: Storing;
  private readonly seen = new Set<string>();
  private readonly inFlight = new Set<Promise<void>>();
  private whenRoom: () => void = () => undefined;
  private fatal: FieldboxError | null = null;

  constructor(
    private readonly ctx: EngineContext,
    private readonly request: ImportRequest,
    private readonly handle: JobHandle,
    onItem: (outcome: ItemOutcome) => void,
  ) {
    const batcher = new CommitBatcher(ctx);
    this.report = new ImportReport(request.session, batcher, handle, onItem);
    this.storing = new Storing(ctx, batcher, request, handle.signal);
  }

  async run(): Promise<void> {
    const { ctx, request } = this;
    await ctx.commit([
      {
        type: 'import.started',
        body: {
          session: request.session,
          source: request.source,
          ...(request.sourceRef !== undefined && { sourceRef: request.sourceRef }),
          label: request.label,
        },
      },
    ]);
    let state: 'done' | 'cancelled' | 'failed' = 'done';
    const counting = this.countAhead();
    try {
      await this.takeAll();
    } catch (error) {
      state = error instanceof FieldboxError && error.code === 'CANCELLED' ? 'cancelled' : 'failed';
      throw error;
    } finally {
      await counting;
      await this.finish(state);
    }
  }

  private async takeAll(): Promise<void> {
    const { offers } = this.request;
    if (offers) {
      for await (const path of offers.files) await this.whenThereIsRoom(() => this.takeOffered(path, offers));
    }
    for await (const found of walk(this.request.paths, this.ctx.paths.root)) {
      this.throwIfStopped();
      if (found.kind === 'refused') this.report.noteRejected(found.path, '', found.error);
      else await this.schedule({ path: found.path, shown: found.path, entry: '' });
    }
    await this.drain();
    this.throwIfStopped();
  }

  private async finish(state: 'done' | 'cancelled' | 'failed'): Promise<void> {
    await this.drain();
    try {
      await this.report.finish();
      await this.storing.noteFiltered();
      await this.ctx.commit([{ type: 'import.finished', body: { session: this.request.session, state } }]);
    } catch (error) {
      // When the disk is full the report cannot be written either; the import has then failed for that reason already.
      if (state === 'done') throw error;
    }
  }

  /** Starts on a file as soon as there is room. */
  private async schedule(candidate: Candidate): Promise<void> {
    if (this.seen.has(candidate.path)) return;
    this.seen.add(candidate.path);
    await this.whenThereIsRoom(() => this.take(candidate));
  }

  private async whenThereIsRoom(begin: () => Promise<void>): Promise<void> {
    while (this.inFlight.size >= IN_FLIGHT) await new Promise<void>((resolve) => (this.whenRoom = resolve));
    this.throwIfStopped();
    const work: Promise<void> = begin().finally(() => {
      this.inFlight.delete(work);
      this.whenRoom();
    });
    this.inFlight.add(work);
  }

  private async drain(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
  }

  private throwIfStopped(): void {
    if (this.fatal !== null) throw this.fatal;
    if (this.handle.signal.aborted) throw new FieldboxError('CANCELLED');
  }

  private async take(candidate: Candidate): Promise<void> {
    try {
      await this.takeOne(candidate);
    } catch (error) {
      if (error instanceof FieldboxError && !FATAL.has(error.code)) this.reject(candidate, error);
      else this.fatal ??= asFieldboxError(error);
    }
  }

  private async takeOffered(path: string, offers: Offers): Promise<void> {
    const into: Gathered = { images: [], error: null, filtered: false };
    const candidate = { path, shown: path, entry: '', into };
    try {
      await this.takeOne(candidate);
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      if (FATAL.has(error.code)) {
        this.fatal ??= error;
        return;
      }
      if (offers.postpone(path, error)) return;
      this.reject(candidate, error);
    }
    // When the import is ending, what was inside of a zip may not all have been looked at.
    if (this.fatal === null) offers.settled(path, into);
  }

  private reject({ shown, entry, into }: Candidate, error: FieldboxError): void {
    if (into) into.error ??= error;
    this.report.noteRejected(shown, entry, error);
  }

  private async takeOne(candidate: Candidate): Promise<void> {
    const opened = await this.ctx.arrivals.during(() => this.takeAndStore(candidate));
    if (opened?.kind === 'zip') {
      if (candidate.entry !== '') throw new FieldboxError('ZIP_NESTED');
      await this.openZip(candidate);
    } else if (opened?.kind === 'dicomdir' && candidate.entry === '' && !this.request.offers) {
      // A watched folder offers the files themselves, each when it is complete.
      await this.follow(candidate, opened.files);
    }
  }

  /** Takes a file in and makes it part of the archive; what holds other files is given back. */
  private async takeAndStore(
    candidate: Candidate,
  ): Promise<Extract<TakeInOutput, { kind: 'zip' | 'dicomdir' }> | undefined> {
    const taken = await this.storing.takeIn(candidate);
    if (taken.kind === 'zip' || taken.kind === 'dicomdir') return taken;
    const stored = await this.storing.store(taken, candidate);
    candidate.into?.images.push(...stored.map(({ image }) => image));
    if (candidate.into && taken.kind === 'dicom' && taken.removed > 0) candidate.into.filtered = true;
    for (const image of stored) {
      if (image.isNew) this.report.noteAdded(candidate.shown, candidate.entry, image.image, image.bytes);
      else this.report.noteAlreadyStored(candidate.shown, candidate.entry, image.image, image.bytes);
    }
    return undefined;
  }

  /** A DICOMDIR is a table of contents: what it lists is taken in, it itself is not. */
  private async follow(directory: Candidate, files: readonly (readonly string[])[]): Promise<void> {
    const folder = dirname(directory.path);
    for (const components of files) {
      this.throwIfStopped();
      const path = await referencedFile(folder, components);
      if (path === null) {
        this.report.noteRejected(
          join(folder, ...components.map((part) => part.replace(/[/\\\0]/g, '_'))),
          '',
          new FieldboxError('DICOMDIR_FILE_MISSING'),
        );
      } else if (!this.seen.has(path)) {
        this.seen.add(path);
        await this.take({ path, shown: path, entry: '' });
      }
    }
  }

  private async openZip(zip: Candidate): Promise<void> {
    let from: number | null = 0;
    let bytesBefore = 0;
    while (from !== null) {
      this.throwIfStopped();
      const folder = join(this.ctx.paths.incoming, `unpack-${randomUUID()}`);
      try {
        const batch: {
          files: readonly { entry: string; path: string }[];
          refused: readonly { entry: string; error: Parameters<typeof fromWire>[0] }[];
          next: number | null;
          bytes: number;
        } = await this.ctx.pool.run(
          'unpackZip',
          {
            path: zip.path,
            folder,
            from,
            batchBytes: intakeLimits.zipBatchBytes,
            bytesBefore,
            limits: intakeLimits.zip,
          },
          { signal: this.handle.signal, timeoutMs: 3_600_000 },
        );
        for (const refused of batch.refused) this.reject({ ...zip, entry: refused.entry }, fromWire(refused.error));
        for (const file of batch.files) {
          this.throwIfStopped();
          await this.take({ ...zip, path: file.path, entry: file.entry });
        }
        from = batch.next;
        bytesBefore += batch.bytes;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  }

  /** Looks ahead how many there are, so that the progress has an end; what cannot be entered is reported by the real walk. */
  private async countAhead(): Promise<void> {
    let total = 0;
    for await (const _ of walk(this.request.paths, this.ctx.paths.root)) {
      if (this.handle.signal.aborted || this.fatal !== null) return;
      total += 1;
      this.handle.update({ total });
    }
  }
}
