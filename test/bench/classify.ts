import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { type Engine, openArchive } from '../../main/archive/engine';
import { FindInput } from '../../shared/contract/catalog';
import { PatientInput } from '../../shared/model/rows';
import { fillCatalog } from '../fixtures/large-catalog';
import { median, say } from './report';

const SERIES = 10_000;
/** Milliseconds: what the engine's thread may be held up. */
const GOAL = 50;
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-classify-'));

/** What people do meanwhile: look something up, and register a patient. Gives how long each pair took, in milliseconds. */
async function workUntil(engine: Engine, ended: Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const over = new AbortController();
  void ended.finally(() => over.abort());
  for (let at = 0; !over.signal.aborted; at += 1) {
    const from = performance.now();
    await engine.verbs['catalog.images'](FindInput.parse({ level: 'image', text: 'ka', limit: 50 }));
    await engine.verbs['patients.register'](
      PatientInput.parse({
        PatientName: `Bench^${String(at)}`,
        PatientID: '',
        PatientSex: '',
        PatientBirthDate: '',
        birthDatePrecision: 'unknown',
        ageYears: null,
        temporary: true,
        consent: 'not-asked',
        note: '',
      }),
    );
    times.push(performance.now() - from);
    await wait(5);
  }
  return times;
}

interface Measured {
  readonly seconds: number;
  readonly work: number;
  readonly p99: number;
  readonly max: number;
}

async function measured(engine: Engine, start: () => Promise<unknown>): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const from = performance.now();
  const ended = start();
  const times = await workUntil(engine, ended);
  await ended;
  delay.disable();
  return {
    seconds: (performance.now() - from) / 1000,
    work: median(times),
    p99: delay.percentile(99) / 1e6,
    max: delay.max / 1e6,
  };
}

function line(name: string, rounds: readonly Measured[]): void {
  const of = (key: keyof Measured): string => median(rounds.map((round) => round[key])).toFixed(1);
  say(
    `  ${name.padEnd(34)} ${of('seconds').padStart(6)} s   work beside it ${of('work').padStart(6)} ms   delay p99 ${of('p99')} ms, max ${of('max')} ms`,
  );
}

try {
  const engine = await openArchive(join(folder, 'archive'), { holder: 'bench', version: '0.0.0' });
  try {
    fillCatalog(engine.context.db, { patients: 5000, studies: 8000, series: SERIES, images: 4 * SERIES });
    const { db } = engine.context;
    // The made-up images say of themselves what their series says, as real ones do.
    db.exec(`UPDATE image SET attributes = json_set(attributes,
      '$.Modality', (SELECT Modality FROM series WHERE series.id = series_id),
      '$.SeriesDescription', (SELECT SeriesDescription FROM series WHERE series.id = series_id))`);
    for (const [name, pattern] of [
      ['Chest', 'chest.*|thorax.*'],
      ['Hand', '.*hand'],
      ['Knee', '.*knee'],
      ['Fundus', 'fundus'],
    ] as const) {
      const { type } = await engine.verbs['seriesTypes.create']({ name });
      await engine.verbs['seriesTypes.addRule']({
        type,
        conditions: [
          { operator: 'pattern', path: 'SeriesDescription', value: pattern },
          { operator: 'equals', path: 'Modality', value: 'CR' },
        ],
      });
    }
    const resort = async (): Promise<void> => {
      const { job } = await engine.verbs['seriesTypes.reassign']({});
      const { state } = await engine.context.jobs.settled(job);
      if (state !== 'done') throw new Error(`Sorting ended as ${state}.`);
    };
    await resort();
    const sorting: Measured[] = [];
    const idle: Measured[] = [];
    const alone: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const from = performance.now();
      await resort();
      alone.push((performance.now() - from) / 1000);
      const next = await measured(engine, resort);
      sorting.push(next);
      idle.push(await measured(engine, () => wait(next.seconds * 1000)));
    }
    say(`\nSorting ${String(SERIES)} series by four rules again (median of ${String(ROUNDS)} rounds)`);
    say(`  alone: ${median(alone).toFixed(1)} s`);
    line('people at work, sorting', sorting);
    line('people at work, nothing else', idle);
    const ratio = median(sorting.map(({ work }) => work)) / median(idle.map(({ work }) => work));
    say(`  work beside sorting: ${ratio.toFixed(2)} times what it takes alone`);
    say(`  goal: delay of the engine's thread, p99, below ${String(GOAL)} ms; every series looked at`);
  } finally {
    await engine.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
