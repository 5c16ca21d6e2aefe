import { type FSWatcher, watch as watchFolder } from 'node:fs';
import { join } from 'node:path';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { WatchRow } from '@shared/contract/sources';
import { systemCode } from '../../platform/durable';
import type { EngineContext } from '../context';
import { isWithin, overlap, trueFolder } from '../folders';
import type { OfferResult } from '../ingest/request';
import { Burst } from './burst';
import type { WatchedFolder } from './folders';
import { type InUse, openForWriting } from './in-use';
import { Ledger, pauseAfter } from './ledger';
import { skipper } from './patterns';
import { fileAt, type FoundFile, scan } from './scan';
import { tidyAway } from './tidy';

/** All in milliseconds. */
export interface WatchTimings {
  /** Between two looks at a folder in which nothing happens. */
  readonly look: number;
  /** For so long a file must not change before it is taken. */
  readonly settle: number;
  /** An import ends when no file has come for so long. */
  readonly quiet: number;
}
export const USUAL_TIMINGS: WatchTimings = { look: 3_000, settle: 2_000, quiet: 15_000 };

/** Looking through a folder takes at most this share of the time: a large tree on a slow share is looked at less often. */
const REST_AFTER_SCAN = 10;
/** After a hint of the system the rest may be shorter. */
const REST_AFTER_HINT = 2;
const PAGE = 200;
/** An import of a device that never rests is closed after this long, and a new one begun. */
const LONGEST_BURST_MS = 1_800_000;
/** What is under way when the archive closes has this long to end. */
const STOP_PATIENCE_MS = 3_000;

/** Faults that a file has when it is not all there yet: it is tried again before it is given up. */
const PERHAPS_INCOMPLETE = new Set([
  'DICOM_TRUNCATED',
  'DICOM_MALFORMED',
  'NOT_DICOM',
  'ZIP_DAMAGED',
  'PHOTO_DAMAGED',
  'PDF_DAMAGED',
  'FILE_EMPTY',
  'WORKER_DIED',
  'TIMED_OUT',
]);
const TRIES_WHEN_INCOMPLETE = 3;
/** What is noted of a file that has been left as it is. */
const NOTHING: OfferResult = { images: [], error: null, filtered: false };
/** A file in use is told of after this many tries. */
const TRIES_UNTOLD = 3;

type Status = Pick<WatchRow, 'error' | 'lastLook'> & { readonly state: 'watching' | 'missing' | 'error' };

/** Watches one folder: looks through it again and again, and takes in what has stayed the same between two looks. */
export class Watcher {
  private status: Status = { state: 'watching', error: null, lastLook: null };
  private readonly ledger: Ledger;
  private burst: Burst | null = null;
  // On the steady clock: one on the wall that is set back by a year would have the folder wait for a year. The ledger outlives
  // a restart, and has to go by that one.
  private burstSince = 0;
  private lastGiven = 0;
  private failures = 0;
  private notBefore = 0;
  private nextScan = 0;
  private scanTook = 0;
  private hints: FSWatcher | null = null;
  private readonly abort = new AbortController();
  private wake: () => void = () => undefined;
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly ctx: EngineContext,
    private readonly folder: WatchedFolder,
    private readonly timings: WatchTimings,
    private readonly onChange: () => void,
  ) {
    this.ledger = new Ledger(ctx.db, folder.watch);
  }

  state(): Pick<WatchRow, 'state' | 'error' | 'lastLook'> {
    const taking = this.status.state === 'watching' && this.burst?.busy === true;
    return { ...this.status, state: taking ? 'taking' : this.status.state };
  }

  start(): void {
    this.loop = this.run();
  }

  /** Looks at everything again as soon as it can. */
  hurry(): void {
    this.nextScan = 0;
    this.notBefore = 0;
    this.wake();
  }

  /** Ends it; what is under way is finished if that does not take long, and left for the next time otherwise. */
  async stop(): Promise<void> {
    this.abort.abort();
    this.hints?.close();
    this.burst?.close();
    this.wake();
    const { burst } = this;
    const timer = setTimeout(() => burst?.stop(), STOP_PATIENCE_MS);
    await this.loop;
    await this.endBurst();
    clearTimeout(timer);
  }

  /** Takes in what is there and has come to rest, and ends; for the command line. Throws what keeps the folder from being read. */
  async once(): Promise<void> {
    do {
      await this.look();
      if (this.status.state !== 'watching') break;
      await this.pause(this.timings.settle / 2);
    } while (!this.abort.signal.aborted && this.ledger.fresh() > 0);
    await this.endBurst();
    const { error } = this.status;
    if (error !== null) throw this.fault ?? new FieldboxError('WATCH_FOLDER_LOST', { reason: error.code });
    await this.tidyStored(this.folder.path);
  }

  private fault: FieldboxError | null = null;

  private async run(): Promise<void> {
    while (!this.abort.signal.aborted) {
      await this.look();
      await this.pause(this.ledger.waiting() > 0 ? this.timings.settle : this.timings.look);
    }
  }

  private async look(): Promise<void> {
    try {
      const root = await this.requireFolder();
      this.listen(root);
      const now = performance.now();
      let unreadable: string | null = null;
      if (now >= this.nextScan) unreadable = await this.scanAll(root);
      if (now >= this.notBefore) {
        await this.takeReady(root);
        await this.tidyStored(root);
      }
      await this.endBurstWhenQuiet();
      if (unreadable !== null) throw new FieldboxError('WATCH_FOLDER_LOST', { reason: unreadable });
      if (now >= this.notBefore) this.show('watching', null);
    } catch (thrown) {
      if (this.abort.signal.aborted) return;
      this.hints?.close();
      this.hints = null;
      this.nextScan = 0;
      const away = (await trueFolder(this.folder.path)) === null;
      const error = away
        ? new FieldboxError('WATCH_FOLDER_AWAY', {}, thrown)
        : thrown instanceof FieldboxError || systemCode(thrown) === 'UNKNOWN'
          ? asFieldboxError(thrown)
          : new FieldboxError('WATCH_FOLDER_LOST', { reason: systemCode(thrown) }, thrown);
      this.show(away ? 'missing' : 'error', error);
    }
  }

  private async requireFolder(): Promise<string> {
    const real = await trueFolder(this.folder.path);
    if (real === null) throw new FieldboxError('WATCH_FOLDER_AWAY');
    // A link on the way may lead somewhere else by now.
    if (overlap(real, this.ctx.paths.root)) throw new FieldboxError('WATCH_IN_ARCHIVE');
    return real;
  }

  private show(state: Status['state'], error: FieldboxError | null): void {
    const before = this.status;
    this.fault = error;
    this.status = {
      state,
      error: error === null ? null : { code: error.code, details: { ...error.details } },
      lastLook: this.ctx.now().toISOString(),
    };
    if (before.state !== state || before.error?.code !== error?.code) this.onChange();
  }

  /** The system tells of changes, where it can; without it they are found a little later. */
  private listen(root: string): void {
    if (this.hints !== null) return;
    try {
      const recursive = this.folder.subfolders && process.platform !== 'linux';
      const hints = watchFolder(root, { persistent: false, recursive }, () => {
        const soon = performance.now() + Math.max(this.timings.settle / 4, this.scanTook * REST_AFTER_HINT);
        this.nextScan = Math.min(this.nextScan, soon);
      });
      hints.on('error', () => {
        hints.close();
        if (this.hints === hints) this.hints = null;
      });
      this.hints = hints;
    } catch (error) {
      // Network shares and full tables of the system offer no hints: looking again and again does.
      if (systemCode(error) === 'UNKNOWN') throw error;
    }
  }

  /** Looks through the whole folder; gives the system's code when a folder inside of it may not be read. */
  private async scanAll(root: string): Promise<string | null> {
    const began = performance.now();
    let unreadable: string | null = null;
    const { moveTo, subfolders, skip } = this.folder;
    const groups = scan(root, {
      subfolders,
      skips: skipper(skip),
      leaveOut: moveTo !== null && isWithin(moveTo, root) ? [moveTo] : [],
      signal: this.abort.signal,
      onUnreadable: (code) => (unreadable = code),
    });
    for await (const group of groups) {
      if (this.ledger.note(group, Date.now(), this.timings.settle) > 0) this.onChange();
    }
    this.scanTook = performance.now() - began;
    this.nextScan = performance.now() + Math.max(this.timings.look, this.scanTook * REST_AFTER_SCAN);
    return unreadable;
  }

  private async takeReady(root: string): Promise<void> {
    let inUse: InUse | null = null;
    let after = '';
    for (;;) {
      const page = this.ledger.due('seen', Date.now(), after, PAGE);
      for (const file of page) {
        if (this.abort.signal.aborted || performance.now() < this.notBefore) return;
        after = file.path;
        // What was under way when the page was read may have been taken in, or put off, while others had their turn.
        if (this.burst?.has(file) === true || !this.ledger.isDue(file, Date.now())) continue;
        const found = await fileAt(root, file.path);
        if (found === null) this.ledger.forget(file.path);
        else if (found.size !== file.size || found.mtimeMs !== file.mtimeMs)
          this.ledger.see(found, Date.now(), this.timings.settle);
        else {
          inUse ??= await openForWriting(root);
          if (await inUse(join(root, file.path))) this.leaveInUse(file.path, file.tries);
          else await this.give(file);
        }
      }
      if (page.length < PAGE) return;
    }
  }

  private leaveInUse(path: string, tries: number): void {
    const told = tries >= TRIES_UNTOLD ? new FieldboxError('WATCH_FILE_IN_USE') : null;
    this.ledger.postpone(path, Date.now(), Math.max(this.timings.settle, told ? pauseAfter(0) : 0), told);
  }

  private async give(file: FoundFile): Promise<void> {
    if (this.burst && performance.now() - this.burstSince > LONGEST_BURST_MS) await this.endBurst();
    this.burst ??= this.openBurst();
    this.lastGiven = performance.now();
    await this.burst.give({ path: file.path, size: file.size, mtimeMs: file.mtimeMs });
  }

  private openBurst(): Burst {
    const { watch, name, path, clinic, station, kind } = this.folder;
    this.burstSince = performance.now();
    const burst = new Burst(
      this.ctx,
      {
        source: 'watch',
        sourceRef: watch,
        label: name,
        context: { patient: null, clinic, station, kind },
      },
      (file) => join(path, file.path),
      {
        postpone: (file, error) => this.postpone(file, error),
        settled: (file, result) => this.settled(file, result),
      },
    );
    burst.ended.catch((thrown: unknown) => this.burstFailed(burst, asFieldboxError(thrown)));
    return burst;
  }

  /** What ends an import (a full disk) ends it for every file; they wait in the ledger until it can go on. */
  private burstFailed(burst: Burst, error: FieldboxError): void {
    if (this.burst === burst) this.burst = null;
    if (this.abort.signal.aborted) return;
    this.notBefore = performance.now() + pauseAfter(this.failures);
    this.failures += 1;
    this.show('error', error);
  }

  private postpone(file: FoundFile, error: FieldboxError): boolean {
    const now = Date.now();
    this.onChange();
    if (error.code === 'PATH_NOT_FOUND') this.ledger.forget(file.path);
    else if (error.code === 'FILE_CHANGING') this.ledger.see(file, now, this.timings.settle);
    else {
      const tries = this.ledger.tries(file.path);
      const passing = error.code === 'FILE_UNREADABLE';
      if (!passing && (!PERHAPS_INCOMPLETE.has(error.code) || tries + 1 >= TRIES_WHEN_INCOMPLETE)) return false;
      // Where looks follow quickly upon each other (a test), so do tries.
      this.ledger.postpone(file.path, now, Math.min(pauseAfter(tries), this.timings.look * 3 ** (tries + 1)), error);
    }
    return true;
  }

  private settled(file: FoundFile, result: OfferResult): void {
    const { images, error } = result;
    this.failures = 0;
    const tidied = error === null && images.length > 0 && this.folder.afterwards !== 'keep';
    const state = tidied ? 'stored' : error !== null && images.length === 0 ? 'refused' : 'taken';
    this.ledger.settle(file, state, Date.now(), result);
    this.onChange();
  }

  private async tidyStored(root: string): Promise<void> {
    const { afterwards, moveTo, deleteFiltered } = this.folder;
    // What is moved is still there; what is deleted is gone with all that a filter has kept out of the archive.
    const filteredToo = afterwards !== 'delete' || deleteFiltered;
    let after = '';
    for (;;) {
      const page = this.ledger.due('stored', Date.now(), after, PAGE, filteredToo);
      for (const file of page) {
        if (this.abort.signal.aborted) return;
        after = file.path;
        if (afterwards === 'keep') this.ledger.settle(file, 'taken', Date.now(), NOTHING);
        else {
          try {
            const outcome = await tidyAway(this.ctx, root, file, afterwards === 'move' ? moveTo : null);
            if (outcome !== 'changed') this.ledger.forget(file.path);
            else this.ledger.see(file, Date.now(), this.timings.settle);
          } catch (thrown) {
            const error = asFieldboxError(thrown);
            if (error.code !== 'WATCH_NOT_PROVEN' && error.code !== 'WATCH_CANNOT_TIDY') throw error;
            this.ledger.postpone(file.path, Date.now(), pauseAfter(file.tries), error);
          }
        }
        this.onChange();
      }
      if (page.length < PAGE) return;
    }
  }

  private async endBurstWhenQuiet(): Promise<void> {
    if (!this.burst || this.burst.busy || performance.now() - this.lastGiven < this.timings.quiet) return;
    if (this.ledger.fresh() === 0) await this.endBurst();
  }

  private async endBurst(): Promise<void> {
    const { burst } = this;
    if (!burst) return;
    burst.close();
    try {
      await burst.ended;
    } catch {
      return; // told by `burstFailed`
    } finally {
      if (this.burst === burst) this.burst = null;
    }
    this.onChange();
  }

  private async pause(milliseconds: number): Promise<void> {
    if (this.abort.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
