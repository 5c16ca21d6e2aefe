import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LogFilter } from '../../shared/contract/log';
import { FindInput } from '../../shared/contract/catalog';
import { PatientInput } from '../../shared/model/rows';
import { logCatalogue, logSentence } from '../../shared/log';
import { type Engine, openArchive } from '../../main/archive/engine';
import { importInto, openForTest, temporaryFolder } from '../fixtures/archive';
import { instanceBytes } from '../fixtures/instances';
import { addPerson, callerFor, codeOf } from '../fixtures/people';

const person = (PatientName: string) =>
  PatientInput.parse({
    PatientName,
    PatientID: '',
    PatientSex: '',
    PatientBirthDate: '',
    birthDatePrecision: 'unknown',
    ageYears: null,
    temporary: false,
    consent: 'yes',
    note: '',
  });

type Filter = Partial<LogFilter> & { after?: number; limit?: number };
const list = (engine: Engine, filter: Filter = {}) =>
  engine.verbs['log.list']({ ...LogFilter.parse({}), limit: 100, ...filter });
const codes = async (engine: Engine, filter: Filter = {}): Promise<string[]> =>
  (await list(engine, filter)).rows.map(({ code }) => code);

async function filled() {
  const engine = await openForTest(join(temporaryFolder(), 'archive'));
  const anna = await addPerson(engine, 'anna', 'superuser');
  const bob = await addPerson(engine, 'bob');
  const desk = await callerFor(engine, 'bob');
  const mary = await desk.verbs['patients.register'](person('Otieno^Mary'));
  const jo = await desk.verbs['patients.register'](person('Müller^Jo'));
  return { engine, anna, bob, desk, mary, jo };
}

describe('the log', () => {
  it('says who did what and whom it was about, newest first, page by page', async () => {
    const { engine, bob, mary } = await filled();
    const { rows, next } = await list(engine, { limit: 2 });
    expect(rows).toMatchObject([
      { code: 'PATIENT_REGISTERED', by: bob.user, byName: bob.name, PatientName: 'Müller^Jo', subject: 'people' },
      { code: 'PATIENT_REGISTERED', by: bob.user, patient: mary.patient, PatientID: mary.PatientID },
    ]);
    const rest = await list(engine, { after: next ?? 0 });
    expect(rest.rows.map(({ code }) => code)).toEqual([
      'SIGNED_IN',
      'PIN_SET',
      'PASSWORD_SET',
      'USER_ADDED',
      'PIN_SET',
      'PASSWORD_SET',
      'USER_ADDED',
    ]);
    expect(rest.next).toBeNull();
  });

  it('is filtered by subject, level, person, patient, time and text in any language', async () => {
    const { engine, anna, bob, mary } = await filled();
    expect(await codes(engine, { subject: 'people' })).toHaveLength(2);
    expect(await codes(engine, { level: 'warning' })).toEqual([]);
    expect(await codes(engine, { by: bob.user })).toEqual(['PATIENT_REGISTERED', 'PATIENT_REGISTERED', 'SIGNED_IN']);
    expect(await codes(engine, { patient: mary.patient })).toEqual(['PATIENT_REGISTERED']);
    expect(await codes(engine, { text: 'registrado' })).toHaveLength(2);
    expect(await codes(engine, { text: 'muller' })).toEqual(['PATIENT_REGISTERED']);
    expect(await codes(engine, { text: anna.login })).toHaveLength(3);
    expect(await codes(engine, { text: '100%_\\' })).toEqual([]);
    expect(await codes(engine, { to: '2000-01-01T00:00:00.000Z' })).toEqual([]);
    expect(await codes(engine, { from: '2000-01-01T00:00:00.000Z', subject: 'people' })).toHaveLength(2);
  });

  it('notes once an hour who looked at whom: a patient, a series, a picture', async () => {
    const clock = { at: Date.parse('2026-11-20T08:10:00Z') };
    const folder = temporaryFolder();
    const engine = await openArchive(join(folder, 'archive'), {
      holder: 'test',
      version: '0.0.0',
      now: () => new Date(clock.at),
    });
    onTestFinished(() => engine.close());
    writeFileSync(join(folder, 'one'), instanceBytes({ seed: 1 }));
    await importInto(engine, [join(folder, 'one')]);
    const { rows } = await engine.verbs['catalog.images'](FindInput.omit({ level: true }).parse({}));
    const [image] = rows;
    if (!image) throw new Error('The image is missing.');
    await engine.openSession({ origin: 'desk', locksItself: true }).verbs['patients.get']({ patient: image.patient });
    expect(await codes(engine)).not.toContain('PATIENT_SEEN'); // nobody to name
    const anna = await addPerson(engine, 'anna');
    const bob = await addPerson(engine, 'bob');
    const [one, two] = [await callerFor(engine, 'anna'), await callerFor(engine, 'bob')];
    await one.verbs['patients.get']({ patient: image.patient });
    await one.verbs['catalog.stack']({ series: image.seriesKey });
    await one.pictures.frame(image.image, 0);
    await two.pictures.thumbnail(image.image); // part of every list
    const seen = async () => (await list(engine, { text: 'looked at' })).rows.map(({ by, patient }) => [by, patient]);
    expect(await seen()).toEqual([[anna.user, image.patient]]);
    await two.pictures.frame(image.image, 0);
    expect(await seen()).toEqual([
      [bob.user, image.patient],
      [anna.user, image.patient],
    ]);
    clock.at += 60 * 60 * 1000;
    await one.verbs['session.touch']({});
    await one.verbs['session.signIn']({ login: 'anna', password: 'rain on the roof', takeOver: false });
    await one.verbs['catalog.tags']({ image: image.image });
    await one.verbs['catalog.image']({ image: image.image });
    expect(await seen()).toHaveLength(3);
  });

  it('loses lines only to an administrator, says so, and keeps that line', async () => {
    const { engine, desk } = await filled();
    expect(await codeOf(desk.verbs['log.remove']({ before: '2100-01-01T00:00:00.000Z' }))).toBe('NOT_ALLOWED');
    const [first, second] = (await list(engine)).rows;
    const anna = await callerFor(engine, 'anna');
    expect(await anna.verbs['log.remove']({ seqs: [first?.seq ?? 0, second?.seq ?? 0, 999_999] })).toEqual({
      removed: 2,
    });
    expect((await list(engine, { subject: 'people' })).rows).toEqual([]);
    expect((await list(engine, { limit: 1 })).rows).toMatchObject([{ code: 'LOG_REMOVED', details: { lines: 2 } }]);
    await anna.verbs['log.remove']({ before: '2100-01-01T00:00:00.000Z' });
    expect(await codes(engine)).toEqual(['LOG_REMOVED', 'LOG_REMOVED']);
    const before = (await list(engine)).rows;
    const { job } = await engine.verbs['archive.rebuild']({});
    await engine.context.jobs.settled(job);
    expect((await list(engine)).rows).toEqual(before);
    expect(await anna.verbs['log.remove']({ seqs: before.map(({ seq }) => seq) })).toEqual({ removed: 0 });
  });

  it('is written as CSV that no spreadsheet takes for formulas, never into the archive', async () => {
    const { engine, desk } = await filled();
    await desk.verbs['patients.register'](person('=cmd|"x"'));
    const silent = await desk.verbs['patients.register']({ ...person('Secret^Sam'), consent: 'no' });
    const path = join(temporaryFolder(), 'log.csv');
    const ask = (target: string) =>
      engine.verbs['log.export']({ ...LogFilter.parse({ subject: 'people' }), path: target, language: 'fr' });
    expect(await ask(path)).toEqual({ lines: 4 });
    const text = readFileSync(path, 'utf8');
    expect(text.startsWith('\ufefftime,by,subject,level,what,person,patient number,patient name\r\n')).toBe(true);
    expect(text).toContain('bob Smith,people,info,Patient enregistré.,,');
    expect(text).toContain(`"'=cmd|""x"""`);
    expect(text.trimEnd().split('\r\n')).toHaveLength(5);
    // Who said no is not named; that and by whom something was done stays.
    expect(text).not.toContain('Secret');
    expect(text).not.toMatch(new RegExp(`,${silent.PatientID},`));
    expect(text).toContain('Patient enregistré.,,,\r\n');
    expect(await codeOf(ask(join(engine.context.paths.root, 'objects', 'log.csv')))).toBe('BAD_REQUEST');
    expect(await codeOf(ask(join(temporaryFolder(), 'missing', 'log.csv')))).toBe('EXPORT_TARGET_LOST');
    expect(await codes(engine, { subject: 'export' })).toEqual(['LOG_EXPORTED']);
  });

  it('has a sentence in every language for every kind of line, filled in alike', () => {
    for (const [code, kind] of Object.entries(logCatalogue)) {
      const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      for (const language of ['es', 'fr', 'ar'] as const) {
        expect([code, places(kind[language])]).toEqual([code, places(kind.en)]);
        expect(kind[language]).not.toBe(kind.en);
      }
    }
    expect(logSentence('LOG_REMOVED', { lines: 3 }, 'en')).toBe('Lines taken off the log: 3.');
  });
});
