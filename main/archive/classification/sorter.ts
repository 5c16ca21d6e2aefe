import type { TypeStatus } from '@shared/model/classification';
import { ImageId, type JobId } from '@shared/model/ids';
import type { IndexAttributes } from '../../dicom/index-attributes';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { JobHandle } from '../jobs/job-board';
import { Breath } from './breath';
import { matchByFiles, matchByIndex } from './matching';
import { assignByRule } from './on-arrival';
import { fitsIndex, type RuleSet, ruleSet } from './rules';

/** Series between two looks at how far it is. */
const PROGRESS_EVERY = 100;

interface Pass {
  readonly generation: string;
  readonly pending: number;
  readonly afterSeries: number;
}
interface SeriesRef {
  readonly id: number;
  readonly key: string;
}
interface QueuedSeries {
  readonly key: string;
  readonly asked: number;
}

/**
 * Sorts series by the rules in the background: all of them after a change of the rules, single series and images as they are
 * noted. What is still to be done lies in `local_type_*`, so it goes on after a crash or a restart; what rules find is written
 * only when neither the rules nor the series have changed meanwhile.
 */
export class Sorter {
  private job: JobId | null = null;
  private failed = false;
  private sinceProgress = 0;

  constructor(private readonly ctx: EngineContext) {}

  /** Starts the work if there is any and it is not under way; after a failure only when asked for expressly. */
  wake(): void {
    if (!this.failed && this.hasWork()) this.start();
  }

  /** Looks at all series again. */
  restart(): JobId {
    statement(this.ctx.db, 'UPDATE local_type_pass SET pending = 1, after_series = 0').run();
    return this.start();
  }

  status(): TypeStatus {
    const { pending, afterSeries } = this.pass();
    const total = this.count('SELECT count(*) AS n FROM series');
    const left = pending === 1 ? this.count('SELECT count(*) AS n FROM series WHERE id > ?', afterSeries) : 0;
    const queued =
      this.count('SELECT count(*) AS n FROM local_type_series') +
      this.count('SELECT count(*) AS n FROM local_type_image');
    return { running: this.hasWork(), done: total - left, total, waiting: left + queued };
  }

  private start(): JobId {
    if (this.job !== null) return this.job;
    this.failed = false;
    const job = this.ctx.jobs.start('classify', (handle) => this.run(handle), { phase: 'checking' });
    this.job = job;
    return job;
  }

  private async run(handle: JobHandle): Promise<void> {
    const breath = new Breath(handle.signal);
    try {
      await breath.take();
      while (this.hasWork()) await this.step(handle, breath);
    } catch (error) {
      this.failed = !handle.signal.aborted;
      throw error;
    } finally {
      this.job = null;
    }
    this.ctx.emit('catalog.changed', { images: [], at: this.ctx.now().toISOString() });
  }

  /** The next thing to do: the pass over all first, since it answers most of the rest. */
  private async step(handle: JobHandle, breath: Breath): Promise<void> {
    const { pending, afterSeries } = this.pass();
    if (pending === 1) await this.passStep(afterSeries, handle, breath);
    else {
      const queued = statement(this.ctx.db, 'SELECT series AS key, asked FROM local_type_series LIMIT 1').get() as
        QueuedSeries | undefined;
      if (queued) await this.queuedSeries(queued, breath);
      else await this.nextImage(breath);
    }
    await breath.take();
  }

  private async passStep(after: number, handle: JobHandle, breath: Breath): Promise<void> {
    const { db } = this.ctx;
    const { generation } = this.pass();
    const next = statement(db, 'SELECT id, key FROM series WHERE id > ? ORDER BY id LIMIT 1').get(after) as
      SeriesRef | undefined;
    if (!next) {
      const { total } = this.status();
      handle.update({ done: total, total });
      statement(db, 'UPDATE local_type_pass SET pending = 0, after_series = 0 WHERE generation = ?').run(generation);
      return;
    }
    await this.sortSeries(next, breath, () => {
      statement(db, 'UPDATE local_type_pass SET after_series = ? WHERE generation = ? AND after_series = ?').run(
        next.id,
        generation,
        after,
      );
    });
    this.progress(handle);
  }

  private async queuedSeries({ key, asked }: QueuedSeries, breath: Breath): Promise<void> {
    const { db } = this.ctx;
    const done = statement(db, 'DELETE FROM local_type_series WHERE series = ? AND asked = ?');
    const series = statement(db, 'SELECT id, key FROM series WHERE key = ?').get(key) as SeriesRef | undefined;
    if (series) await this.sortSeries(series, breath, () => done.run(key, asked));
    else done.run(key, asked);
  }

  /**
   * Brings the types of one series in line with the rules; `done` is called in the same transaction. When rules or series have
   * changed meanwhile nothing is written, and the caller comes again.
   */
  private async sortSeries(series: SeriesRef, breath: Breath, done: () => void): Promise<void> {
    const { db } = this.ctx;
    const rules = ruleSet(db);
    const before = this.stateOf(series, rules);
    const match = await matchByIndex(db, series.id, rules.rules, breath);
    await matchByFiles(this.ctx, match, breath);
    db.transaction(() => {
      if (this.stateOf(series, ruleSet(db)) !== before) return;
      this.write(series.id, [...match.types]);
      done();
    })();
  }

  private async nextImage(breath: Breath): Promise<void> {
    const { db } = this.ctx;
    const queued = this.first('SELECT object AS key FROM local_type_image LIMIT 1');
    if (queued === undefined) return;
    const image = ImageId.parse(queued);
    const done = statement(db, 'DELETE FROM local_type_image WHERE object = ?');
    const find = (): { series: number; attributes: string } | undefined =>
      statement(db, 'SELECT series_id AS series, attributes FROM image WHERE object = ?').get(image) as
        { series: number; attributes: string } | undefined;
    const row = find();
    if (!row) {
      done.run(image);
      return;
    }
    const { generation, rules } = ruleSet(db);
    const attributes = JSON.parse(row.attributes) as IndexAttributes;
    const open = rules.filter((rule) => rule.file.length > 0 && fitsIndex(rule, attributes));
    const types = new Set<number>();
    await matchByFiles(this.ctx, { types, candidates: [{ image, rules: open }] }, breath);
    db.transaction(() => {
      if (ruleSet(db).generation !== generation || find()?.series !== row.series) return;
      for (const type of types) assignByRule(db, row.series, type);
      done.run(image);
    })();
  }

  private write(series: number, types: readonly number[]): void {
    const { db } = this.ctx;
    const fitting = JSON.stringify(types);
    statement(
      db,
      `DELETE FROM series_type_of WHERE series_id = ? AND by_hand = 0 AND type_id NOT IN (SELECT value FROM json_each(?))`,
    ).run(series, fitting);
    statement(
      db,
      `UPDATE series_type_of SET by_rule = 0
       WHERE series_id = ? AND by_hand = 1 AND by_rule = 1 AND type_id NOT IN (SELECT value FROM json_each(?))`,
    ).run(series, fitting);
    for (const type of types) assignByRule(db, series, type);
  }

  /** Says when the rules or the images of a series have changed; the number of a series may be given anew by a rebuild. */
  private stateOf(series: SeriesRef, { generation }: RuleSet): string {
    const row = statement(
      this.ctx.db,
      `SELECT series.key, count(image.id) AS images, max(image.id) AS newest
       FROM series LEFT JOIN image ON image.series_id = series.id WHERE series.id = ? GROUP BY series.id`,
    ).get(series.id);
    return JSON.stringify([generation, series.key, row ?? null]);
  }

  private hasWork(): boolean {
    return (
      this.count(
        `SELECT (pending = 1) + EXISTS (SELECT 1 FROM local_type_series) + EXISTS (SELECT 1 FROM local_type_image) AS n
       FROM local_type_pass`,
      ) > 0
    );
  }

  private pass(): Pass {
    return statement(
      this.ctx.db,
      'SELECT generation, pending, after_series AS afterSeries FROM local_type_pass',
    ).get() as Pass;
  }

  private progress(handle: JobHandle): void {
    this.sinceProgress += 1;
    if (this.sinceProgress < PROGRESS_EVERY) return;
    this.sinceProgress = 0;
    const { done, total } = this.status();
    handle.update({ done, total });
  }

  private first(sql: string): string | undefined {
    return (statement(this.ctx.db, sql).get() as { key: string } | undefined)?.key;
  }

  private count(sql: string, ...values: readonly number[]): number {
    return (statement(this.ctx.db, sql).get(...values) as { n: number }).n;
  }
}
