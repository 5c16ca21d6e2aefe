import type { RemoteKey } from '@shared/model/ids';
import { actAs } from '../../archive/actor';
import { statement } from '../../archive/index-writer/statements';
import { deliveredSeries } from '../../archive/outbox/matches';
import { isOpen } from '../outbox/hours';
import { HttpFailure } from '../http/trouble';
import type { SentSeries } from '../remotes/counterparts';
import type { RemoteConnection } from '../remotes/remote';
import { asked } from './asked';
import type { ClinicParts } from './parts';
import { ArchiveSink } from './sink';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** When results are asked for after an image is proven: soon, then hourly for a day, then daily for two weeks. */
export const FETCH_DELAYS_MS: readonly number[] = [
  10_000,
  30_000,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  ...Array.from({ length: 24 }, () => HOUR),
  ...Array.from({ length: 14 }, () => DAY),
];
/** After trouble with the remote it is asked again after this. */
const AFTER_TROUBLE_MS = 5 * MINUTE;
/** While the remote may not be used (paused, outside its hours, on another network) it is looked again after this. */
const LOOK_AGAIN_MS = MINUTE;

/** What is asked for by itself, in this order. */
const BY_ITSELF = ['results', 'forms'] as const;

/**
 * Asks remotes that compute or report for what came of the images that were proven there. What is still to be asked for is kept
 * over restarts; all waiting is measured on the steady clock, so that a wrong clock neither hurries nor stops it.
 */
export class FetchBack {
  private readonly timers = new Map<RemoteKey, NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private started = false;

  constructor(
    private readonly parts: ClinicParts,
    private readonly delaysMs: readonly number[] = FETCH_DELAYS_MS,
  ) {}

  /** Begins with what was left when the program was closed. */
  start(): void {
    this.started = true;
    const rows = statement(this.parts.ctx.db, 'SELECT DISTINCT remote FROM local_fetch_back').all() as {
      remote: RemoteKey;
    }[];
    for (const { remote } of rows) this.schedule(remote, this.delaysMs[0] ?? 0);
  }

  /** Images of a remote were proven: what comes of their series is asked for. */
  delivered(remote: RemoteKey, images: readonly string[]): void {
    if (!this.applies(remote)) return;
    const insert = statement(
      this.parts.ctx.db,
      `INSERT INTO local_fetch_back (remote, series, tries)
       SELECT ?, series.key, 0 FROM image JOIN series ON series.id = image.series_id WHERE image.object = ?
       ON CONFLICT (remote, series) DO UPDATE SET tries = 0`,
    );
    for (const image of images) insert.run(remote, image);
    this.schedule(remote, this.delaysMs[0] ?? 0);
  }

  async close(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    await Promise.all(this.running);
  }

  private applies(remote: RemoteKey): boolean {
    const { fetches } = this.parts.abilities(remote);
    return BY_ITSELF.some((what) => fetches.includes(what));
  }

  private schedule(remote: RemoteKey, afterMs: number): void {
    if (!this.started || this.stopping.signal.aborted) return;
    const known = this.timers.get(remote);
    if (known !== undefined) clearTimeout(known);
    const timer = setTimeout(() => {
      this.timers.delete(remote);
      const run = actAs(null, () => this.run(remote)).catch((error: unknown) => this.parts.onFault(error));
      this.running.add(run);
      void run.finally(() => this.running.delete(run));
    }, afterMs);
    timer.unref();
    this.timers.set(remote, timer);
  }

  private async run(remote: RemoteKey): Promise<void> {
    const { db } = this.parts.ctx;
    const pending = statement(db, 'SELECT series, tries FROM local_fetch_back WHERE remote = ?').all(remote) as {
      series: string;
      tries: number;
    }[];
    if (!this.isThere(remote)) {
      statement(db, 'DELETE FROM local_fetch_back WHERE remote = ?').run(remote);
      return;
    }
    if (pending.length === 0) return;
    if (!isOpen(this.parts.require(remote).policy, this.parts.ctx.now())) {
      this.schedule(remote, LOOK_AGAIN_MS);
      return;
    }
    const series = deliveredSeries(db, remote, { series: pending.map((each) => each.series) });
    const { name, settings } = this.parts.require(remote);
    const names = settings.kind === 'archive-v1' ? settings.results.length : 1;
    const sink = new WatchfulSink(this.parts, { remote, remoteName: name, series }, { update: () => undefined });
    const reached = await this.ask(remote, sink);
    const tried = reached ? 1 : 0;
    for (const { series: key, tries } of pending) {
      if ((sink.answered.get(key)?.size ?? 0) >= Math.max(1, names) || tries + tried >= this.delaysMs.length)
        statement(db, 'DELETE FROM local_fetch_back WHERE remote = ? AND series = ?').run(remote, key);
      else
        statement(db, 'UPDATE local_fetch_back SET tries = tries + ? WHERE remote = ? AND series = ?').run(
          tried,
          remote,
          key,
        );
    }
    const left = statement(db, 'SELECT min(tries) AS tries FROM local_fetch_back WHERE remote = ?').get(remote) as {
      tries: number | null;
    };
    if (left.tries !== null) this.schedule(remote, reached ? (this.delaysMs[left.tries] ?? DAY) : AFTER_TROUBLE_MS);
  }

  /** Whether the remote answered at all. */
  private async ask(remote: RemoteKey, sink: WatchfulSink): Promise<boolean> {
    const { fetches } = this.parts.abilities(remote);
    const { signal } = this.stopping;
    try {
      await asked(
        this.parts.connect(remote),
        async (connection: RemoteConnection) => {
          for (const what of BY_ITSELF) if (fetches.includes(what)) await connection.fetchBack?.(what, sink, signal);
        },
        signal,
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.cause instanceof HttpFailure) return false;
      throw error;
    }
  }

  private isThere(remote: RemoteKey): boolean {
    return statement(this.parts.ctx.db, 'SELECT 1 FROM remote WHERE key = ? AND removed = 0').get(remote) !== undefined;
  }
}

/** Notes which results of which series came back. */
class WatchfulSink extends ArchiveSink {
  readonly answered = new Map<string, Set<string>>();

  override async result(series: SentSeries, result: Parameters<ArchiveSink['result']>[1]): Promise<boolean> {
    this.answered.set(series.series, (this.answered.get(series.series) ?? new Set()).add(result.name));
    return super.result(series, result);
  }
}
