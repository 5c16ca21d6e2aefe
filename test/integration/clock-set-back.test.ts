import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FindInput } from '../../shared/contract/catalog';
import { LogFilter } from '../../shared/contract/log';
import type { Engine } from '../../main/archive/engine';
import type { Job } from '../../main/archive/jobs/job-board';
import { allImages, importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { quickly, watched } from '../fixtures/background';
import { chosen, codeOf, ended, register, take } from '../fixtures/identity';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { addPerson, callerFor } from '../fixtures/people';
import { jpegOf, cornerSamples } from '../fixtures/photos';

const DAY = 24 * 3600;
const YEAR = 365 * DAY;

/** An archive on a laptop whose clock is set by hand. */
async function withClock(onJob: (job: Job) => void = () => undefined) {
  const clock = { at: Date.parse('2026-11-20T08:10:00Z') };
  const engine = await openForTest(join(temporaryFolder(), 'archive'), {
    now: () => new Date(clock.at),
    onEvent: (event, payload) => {
      if (event === 'job.changed') onJob(payload as Job);
    },
  });
  return { engine, pass: (seconds: number) => (clock.at += seconds * 1000) };
}

/** The clock of the whole machine is wrong by so much from now on. */
function machineClockOffBy(seconds: number): void {
  const real = Date.now.bind(Date);
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => real() + seconds * 1000);
  onTestFinished(() => spy.mockRestore());
}

const trash = (engine: Engine) => engine.verbs['trash.list']({ text: '', offset: 0, limit: 100 });

describe('a clock that was set back', () => {
  it('does not make what was thrown away a moment ago old enough to be erased', async () => {
    const { engine, pass } = await withClock();
    const [old, late] = await take(engine, [{ seed: 1 }, { seed: 2 }]);
    if (!old || !late) throw new Error('Two were taken in.');
    await engine.verbs['images.trash']({ selection: chosen({ images: [old] }), reason: '' });
    pass(40 * DAY);
    await register(engine, 'Ann');
    pass(-YEAR); // the battery was empty
    await engine.verbs['images.trash']({ selection: chosen({ images: [late] }), reason: '' });
    expect(await codeOf(engine.verbs['trash.erase']({ images: [], olderThanDays: 30 }))).toBe('IMAGES_NONE_CHOSEN');
    pass(YEAR); // and somebody has set it right
    const begun = await engine.verbs['trash.erase']({ images: [], olderThanDays: 30 });
    expect(begun.images).toBe(1);
    await ended(engine, begun);
    expect((await trash(engine)).rows.map(({ image }) => image)).toEqual([late]);
    pass(31 * DAY);
    expect((await engine.verbs['trash.erase']({ images: [], olderThanDays: 30 })).images).toBe(1);
  });

  it('keeps nothing in the trash for ever that was thrown away after a time when the clock was ahead', async () => {
    const { engine, pass } = await withClock();
    const [image] = await take(engine, [{ seed: 1 }]);
    if (!image) throw new Error('One was taken in.');
    pass(10 * YEAR);
    await register(engine, 'Ann');
    pass(-10 * YEAR);
    await engine.verbs['images.trash']({ selection: chosen({ images: [image] }), reason: '' });
    pass(31 * DAY);
    expect((await engine.verbs['trash.erase']({ images: [], olderThanDays: 30 })).images).toBe(1);
  });

  it('leaves the log in order and notes who looks at whom as before', async () => {
    const { engine, pass } = await withClock();
    await take(engine, [{ seed: 1 }]);
    const [image] = await allImages(engine);
    if (!image) throw new Error('One was taken in.');
    await addPerson(engine, 'anna');
    const desk = await callerFor(engine, 'anna');
    const seen = async () =>
      (await engine.verbs['log.list']({ ...LogFilter.parse({}), limit: 100 })).rows.filter(
        ({ code }) => code === 'PATIENT_SEEN',
      );
    await desk.verbs['patients.get']({ patient: image.patient });
    pass(-YEAR);
    await desk.verbs['patients.get']({ patient: image.patient });
    await desk.verbs['patients.get']({ patient: image.patient });
    const lines = await seen();
    expect(lines.map(({ at }) => at.slice(0, 4))).toEqual(['2025', '2026']);
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map(({ seq }) => seq).sort((a, b) => b - a));
  });

  it('locks a session that nobody touches within the time that is set, and not sooner', async () => {
    const { engine, pass } = await withClock();
    await addPerson(engine, 'anna');
    await engine.verbs['archive.saveSettings']({ autoLockMinutes: 5 });
    const desk = await callerFor(engine, 'anna');
    pass(240);
    pass(-YEAR);
    expect((await desk.verbs['session.current']({})).access).toBe('signedIn');
    pass(299);
    expect((await desk.verbs['session.current']({})).access).toBe('signedIn');
    pass(1);
    expect((await desk.verbs['session.current']({})).access).toBe('locked');
  });

  it('gives no new tries to guess a PIN', async () => {
    const { engine, pass } = await withClock();
    const { user } = await addPerson(engine, 'anna');
    const desk = engine.openSession({ origin: 'desk', locksItself: true });
    const byPin = (pin: string) => codeOf(desk.verbs['session.switch']({ user, pin, takeOver: false }));
    for (let n = 0; n < 10; n += 1) {
      expect(await byPin('1111')).toBe('WRONG_SECRET');
      pass(-YEAR);
      if (n >= 3) expect(await byPin('1111')).toBe(n === 9 ? 'PIN_OFF' : 'SIGN_IN_WAIT');
      pass(YEAR + 900);
    }
    expect(await byPin('1111')).toBe('PIN_OFF');
    pass(-2 * YEAR);
    expect(await byPin('1111')).toBe('PIN_OFF');
  });

  it('gives the picture that came last as the newest of a patient and a station', async () => {
    const { engine, pass } = await withClock();
    const { patient } = await register(engine, 'Ann');
    const folder = temporaryFolder();
    const keys: string[] = [];
    for (const [at, back] of [0, -YEAR].entries()) {
      pass(back);
      const path = join(folder, `${String(at)}.jpg`);
      writeFileSync(path, await jpegOf(cornerSamples(64 + at, 48)));
      const before = new Set((await allImages(engine)).map(({ image }) => image));
      await importInto(engine, [path], { patient, clinic: null, station: null, kind: null });
      keys.push(...(await allImages(engine)).map(({ image }) => image).filter((image) => !before.has(image)));
    }
    expect((await engine.verbs['images.newest']({ order: 'arrival', patient })).image).toBe(keys[1]);
    const rows = await engine.verbs['catalog.images'](
      FindInput.parse({ level: 'image', sort: 'arrival', descending: true }),
    );
    expect(rows.rows.map(({ image }) => image)).toEqual([...keys].reverse());
  });

  it('keeps no watched folder from being looked at, and no import of it open', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    mkdirSync(join(source, 'sub'), { recursive: true });
    const bytes = [1, 2].map((seed) => instanceBytes({ seed }));
    const [first = '', second = ''] = bytes.map(sha256Of);
    const now = () => new Date(Date.now());
    const engine = await openForTest(join(folder, 'archive'), { timings: quickly, now });
    engine.background.start();
    await engine.verbs['watch.create'](watched(source));
    const images = async () => (await allImages(engine)).map(({ image }) => String(image));
    const sessions = async () => (await engine.verbs['import.sessions']({ text: '', offset: 0, limit: 50 })).rows;
    writeFileSync(join(source, 'sub', 'one'), bytes[0] ?? '');
    await expect.poll(images, { timeout: 5000 }).toEqual([first]);
    machineClockOffBy(-YEAR);
    await expect.poll(async () => (await sessions()).map(({ state }) => state), { timeout: 5000 }).toEqual(['done']);
    writeFileSync(join(source, 'sub', 'two'), bytes[1] ?? '');
    await expect.poll(images, { timeout: 5000 }).toEqual([first, second]);
  });

  it('does not stop a long task from telling how far it is', async () => {
    const told: number[] = [];
    const { engine, pass } = await withClock((job) => told.push(job.done));
    engine.context.jobs.start('import', async (handle) => {
      handle.update({ done: 1 });
      pass(-YEAR);
      await new Promise((resolve) => setTimeout(resolve, 200));
      handle.update({ done: 2 });
      handle.update({ done: 3 });
    });
    await engine.context.jobs.close();
    expect(told).toEqual([0, 1, 2, 3]); // the last one with the end
  });
});
