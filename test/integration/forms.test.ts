import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../main/archive/engine';
import { engineVerbs, type ArchiveVerb, type Input, type Output } from '../../shared/contract';
import type { EntryRow, FormRow } from '../../shared/contract/forms';
import { FormDefinition, type FormField } from '../../shared/forms/definition';
import { formTemplates } from '../../shared/forms/templates';
import { EntryKey, FormKey, SeriesKey } from '../../shared/model/ids';
import type { SeriesRow } from '../../shared/model/rows';
import { openForTest, temporaryFolder } from '../fixtures/archive';
import { askEngine, everyField, importInstances, projectWith } from '../fixtures/grouping';
import { addPerson, callerFor } from '../fixtures/people';
import { pdfBytes } from '../fixtures/photo-bytes';

let folder: string;
let engine: Engine;
let series: SeriesRow;
let form: FormRow;
beforeEach(async () => {
  folder = temporaryFolder();
  engine = await openForTest(join(folder, 'archive'));
  const [first] = await importInstances(engine, folder, [{ seed: 1 }]);
  if (!first) throw new Error('the import gave no series');
  series = first;
  form = await ask('forms.save', { form: null, name: 'Everything', definition: everyField() });
});
const ask = <V extends ArchiveVerb>(verb: V, input: Input<V>): Promise<Output<V>> => askEngine(engine, verb, input);
const refused = (code: string, details?: object): object => ({ code, ...(details && { details }) });
const fill = (values: Input<'entries.save'>['values'], more: Partial<Input<'entries.save'>> = {}): Promise<EntryRow> =>
  ask('entries.save', {
    entry: null,
    form: form.form,
    series: series.seriesKey,
    state: 'finished',
    values,
    ...more,
  });
const good = { quality: 'good', pressure: 12.5 };
const listed = async (more: Partial<Input<'entries.list'>> = {}): Promise<readonly EntryRow[]> =>
  (await ask('entries.list', { series: series.seriesKey, ...more })).rows;

async function everything(): Promise<unknown> {
  const forms = (await ask('forms.list', { all: true })).rows;
  const entries = await listed({ removed: true });
  const revisions = await Promise.all(entries.map(({ entry }) => ask('entries.get', { entry })));
  return { forms, entries, revisions };
}

async function expectSameAfterRebuild(): Promise<void> {
  const before = await everything();
  const { job } = await ask('archive.rebuild', {});
  expect(await engine.context.jobs.settled(job)).toMatchObject({ state: 'done' });
  expect(await everything()).toEqual(before);
}

function changed(change: (fields: FormField[]) => FormField[]): FormDefinition {
  const definition = everyField();
  return { ...definition, fields: change(definition.fields) };
}

describe('report forms', () => {
  it('are numbered anew when what they ask changes, and only then', async () => {
    expect(form).toMatchObject({ name: 'Everything', version: 1, active: true, entries: 0 });
    const same = await ask('forms.save', { form: form.form, name: 'Everything new', definition: everyField() });
    expect(same).toMatchObject({ name: 'Everything new', version: 1 });
    const definition = changed((fields) => fields.filter((field) => field.id !== 'signs'));
    const next = await ask('forms.save', { form: form.form, name: 'Everything new', definition });
    expect(next).toMatchObject({ version: 2, definition });
    expect(await ask('forms.get', { form: form.form, version: 1 })).toMatchObject({
      version: 1,
      definition: everyField(),
    });
    expect((await ask('forms.get', { form: form.form })).version).toBe(2);
    await expect(ask('forms.get', { form: form.form, version: 3 })).rejects.toMatchObject(refused('NOT_FOUND'));
    await ask('forms.save', { form: form.form, name: 'Everything new', active: false, definition });
    expect((await ask('forms.list', {})).rows).toEqual([]);
    expect((await ask('forms.list', { all: true })).rows).toMatchObject([{ active: false, version: 2 }]);
    await expect(fill(good)).rejects.toMatchObject(refused('FORM_CLOSED'));
    await expectSameAfterRebuild();
  });

  it('have one name each and are refused when they make no sense', async () => {
    await expect(ask('forms.save', { form: null, name: 'EVERYTHING', definition: everyField() })).rejects.toMatchObject(
      refused('FORM_NAME_TAKEN'),
    );
    const unknown = FormKey.parse('00000000-0000-4000-8000-000000000000');
    await expect(ask('forms.save', { form: unknown, name: 'x', definition: everyField() })).rejects.toMatchObject(
      refused('NOT_FOUND'),
    );
    const twice = changed((fields) => [...fields, ...fields.slice(1, 2)]);
    await expect(ask('forms.save', { form: null, name: 'x', definition: twice })).rejects.toMatchObject(
      refused('FORM_NOT_VALID', { field: 'reader', problem: 'sameId' }),
    );
    expect((await ask('forms.list', { all: true })).rows).toHaveLength(1);
  });

  it('never give a field that reports know another type', async () => {
    await fill(good);
    const other = changed((fields) =>
      fields.map((field) =>
        field.id === 'pressure'
          ? FormDefinition.shape.fields.element.parse({ type: 'text', id: 'pressure', label: { en: 'Pressure' } })
          : field,
      ),
    );
    const save = ask('forms.save', { form: form.form, name: form.name, definition: other });
    await expect(save).rejects.toMatchObject(refused('FORM_DOES_NOT_FIT', { field: 'pressure' }));
    const without = changed((fields) => fields.filter((field) => field.id !== 'pressure'));
    await ask('forms.save', { form: form.form, name: form.name, definition: without });
    // Also when the field was away for a version.
    await expect(ask('forms.save', { form: form.form, name: form.name, definition: other })).rejects.toMatchObject(
      refused('FORM_DOES_NOT_FIT'),
    );
  });

  it('that come with Fieldbox can be saved and filled', async () => {
    for (const { name, definition } of formTemplates) {
      expect(await ask('forms.save', { form: null, name, definition })).toMatchObject({ version: 1, name });
    }
  });
});

describe('reports', () => {
  it('are listed raw and as people read them, in each language, with author and time', async () => {
    const row = await fill({
      ...good,
      reader: '  Dr Ba ',
      notes: '',
      signs: ['cavity', 'scar'],
      read_on: '20261120',
      refer: true,
    });
    expect(row).toMatchObject({
      formName: 'Everything',
      formVersion: 1,
      revision: 1,
      state: 'finished',
      by: null,
      SeriesInstanceUID: series.SeriesInstanceUID,
      values: { ...good, reader: 'Dr Ba', signs: ['cavity', 'scar'], read_on: '20261120', refer: true },
      correcting: false,
      document: null,
      removed: null,
    });
    expect(row.values).not.toHaveProperty('notes');
    expect(row.text).toBe(
      [
        'Findings',
        'Reader: Dr Ba',
        'Pressure: 12.5\u00a0mmHg',
        'Quality: Good',
        'Signs: Cavity, Scar',
        'Read on: Nov 20, 2026',
        'Refer: Yes',
      ].join('\n'),
    );
    const [spanish] = await listed({ language: 'es' });
    expect(spanish?.text).toContain('Calidad: Buena');
    const [arabic] = await listed({ language: 'ar' });
    expect(arabic?.lines.find((line) => line.field === 'refer')).toEqual({
      field: 'refer',
      label: 'Refer',
      value: 'نعم',
    });
    expect(await listed({ form: form.form, patient: series.patient, study: series.study, state: 'finished' })).toEqual([
      row,
    ]);
    expect(await listed({ state: 'draft' })).toEqual([]);
    expect(new Date(row.savedAt).getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('refuse every answer that does not fit, and keep nothing', async () => {
    const cases: readonly (readonly [Input<'entries.save'>['values'], string, string])[] = [
      [{ quality: 'good' }, 'pressure', 'required'],
      [{ ...good, pressure: 81 }, 'pressure', 'range'],
      [{ ...good, pressure: -0.1 }, 'pressure', 'range'],
      [{ ...good, pressure: 1.25 }, 'pressure', 'range'],
      [{ ...good, pressure: '12' }, 'pressure', 'type'],
      [{ ...good, quality: 'ugly' }, 'quality', 'unknownChoice'],
      [{ ...good, signs: ['cavity', 'hole'] }, 'signs', 'unknownChoice'],
      [{ ...good, signs: ['scar', 'scar'] }, 'signs', 'type'],
      [{ ...good, signs: 'scar' }, 'signs', 'type'],
      [{ ...good, reader: 'x'.repeat(11) }, 'reader', 'tooLong'],
      [{ ...good, read_on: '20260231' }, 'read_on', 'date'],
      [{ ...good, refer: 'yes' }, 'refer', 'type'],
      [{ ...good, colour: 'red' }, 'colour', 'unknownField'],
    ];
    for (const [values, field, problem] of cases) {
      await expect(fill(values)).rejects.toMatchObject(refused('ENTRY_NOT_VALID', { field, problem, count: 1 }));
    }
    await expect(fill({ pressure: 900 }, { state: 'draft' })).rejects.toMatchObject(refused('ENTRY_NOT_VALID'));
    await expect(fill(good, { series: SeriesKey.parse('0'.repeat(32)) })).rejects.toMatchObject(refused('NOT_FOUND'));
    expect(await listed()).toEqual([]);
  });

  it('begin as drafts, are finished, and are corrected with the old kept', async () => {
    const draft = await fill({ notes: 'half' }, { state: 'draft' });
    expect(draft).toMatchObject({ state: 'draft', revision: 1, saves: 1 });
    const again = await fill({ notes: 'more' }, { state: 'draft', entry: draft.entry, saves: 1 });
    expect(again).toMatchObject({ state: 'draft', revision: 1, saves: 2 });
    await expect(fill({ notes: 'other' }, { state: 'draft', entry: draft.entry, saves: 1 })).rejects.toMatchObject(
      refused('ENTRY_CHANGED_MEANWHILE'),
    );
    const done = await fill(good, { entry: draft.entry, saves: 2 });
    expect(done).toMatchObject({ state: 'finished', revision: 1, id: draft.id });
    const correcting = await fill({ ...good, notes: 'typo' }, { state: 'draft', entry: draft.entry, saves: 3 });
    expect(correcting).toMatchObject({ state: 'draft', revision: 2 });
    expect(await listed()).toMatchObject([{ revision: 1, state: 'finished', correcting: true, values: good }]);
    const corrected = await fill({ ...good, pressure: 13 }, { entry: draft.entry, saves: 4 });
    expect(corrected).toMatchObject({ revision: 2, state: 'finished' });
    const { rows } = await ask('entries.get', { entry: draft.entry });
    expect(rows.map((row) => [row.revision, row.values['pressure']])).toEqual([
      [2, 13],
      [1, 12.5],
    ]);
    expect(await listed()).toMatchObject([{ revision: 2, correcting: false }]);
    await expectSameAfterRebuild();
    const { rows: log } = { rows: engine.context.db.prepare('SELECT code FROM log ORDER BY id').all() };
    expect(log).toEqual(
      expect.arrayContaining([{ code: 'REPORT_DRAFTED' }, { code: 'REPORT_FINISHED' }, { code: 'REPORT_CORRECTED' }]),
    );
  });

  it('keep the version of the form they were filled with', async () => {
    const row = await fill({ ...good, signs: ['scar'] });
    const definition = changed((fields) => fields.filter((field) => !['signs', 'pressure'].includes(field.id)));
    await ask('forms.save', { form: form.form, name: form.name, definition });
    expect(await listed()).toMatchObject([{ formVersion: 1, values: { pressure: 12.5, signs: ['scar'] } }]);
    const corrected = await fill({ ...good, signs: ['cavity'] }, { entry: row.entry, saves: 1 });
    expect(corrected).toMatchObject({ formVersion: 1, revision: 2 });
    expect(await fill({ quality: 'bad' })).toMatchObject({ formVersion: 2, revision: 1 });
    await expectSameAfterRebuild();
  });

  it('stay as they were, can be corrected and printed, when their form asks something else by now', async () => {
    const row = await fill({ ...good, signs: ['scar', 'cavity'], reader: 'Ann', refer: true });
    const draft = await fill({ quality: 'bad', signs: ['scar'] }, { state: 'draft' });
    const [label, required] = [{ en: 'New' }, { en: 'How high?' }];
    // One is away, one has other choices, one is called otherwise, one must be answered now, and one is new.
    const definition = changed((fields) => [
      ...fields
        .filter(({ id }) => id !== 'refer')
        .map((field) => {
          if (field.id === 'signs' && field.type === 'choices')
            return { ...field, options: field.options.filter(({ id }) => id !== 'scar') };
          if (field.id === 'quality' && field.type === 'choice')
            return { ...field, default: null, options: [{ id: 'fine', label }, ...field.options.slice(1)] };
          return field.id === 'pressure' ? { ...field, label: required } : field;
        })
        .map((field) => (field.id === 'reader' && field.type === 'text' ? { ...field, required: true } : field)),
      FormDefinition.shape.fields.element.parse({ type: 'yesNo', id: 'again', label, required: true }),
    ]);
    const saved = await ask('forms.save', { form: form.form, name: form.name, definition });
    expect(saved.version).toBe(2);
    const old = (await listed({ state: 'finished' }))[0];
    expect(old).toEqual(row);
    expect(old?.text.split('\n')).toEqual([
      'Findings',
      'Reader: Ann',
      'Pressure: 12.5\u00a0mmHg',
      'Quality: Good',
      'Signs: Scar, Cavity',
      'Refer: Yes',
    ]);
    expect((await ask('entries.printable', { entry: row.entry, language: 'es' })).entry.text).toContain(
      'Calidad: Buena',
    );
    // Its own questions count, also for a correction and for a draft that is finished now.
    const corrected = await fill({ ...row.values, signs: ['scar'] }, { entry: row.entry, saves: 1 });
    expect(corrected).toMatchObject({ formVersion: 1, revision: 2, values: { signs: ['scar'], refer: true } });
    await expect(fill({ ...good, again: true }, { entry: row.entry, saves: 2 })).rejects.toMatchObject(
      refused('ENTRY_NOT_VALID', { field: 'again', problem: 'unknownField' }),
    );
    const finished = await fill({ ...draft.values, pressure: 3 }, { entry: draft.entry, saves: 1 });
    expect(finished).toMatchObject({ formVersion: 1, state: 'finished', values: { quality: 'bad', signs: ['scar'] } });
    await expect(fill({ ...good, again: true, reader: 'Ann' })).rejects.toMatchObject(
      refused('ENTRY_NOT_VALID', { field: 'quality', problem: 'unknownChoice' }),
    );
    const { rows } = await ask('entries.export', { form: form.form });
    expect(rows.map(({ formVersion, text }) => [formVersion, text.includes('Scar')])).toEqual([
      [1, true],
      [1, true],
    ]);
    await expectSameAfterRebuild();
  });

  it('belong to one form and series, and are removed with a reason', async () => {
    const row = await fill(good);
    const [, other] = await importInstances(engine, folder, [{ seed: 5, PatientID: 'P2' }]);
    if (!other) throw new Error('no second series');
    await expect(fill(good, { entry: row.entry, saves: 1, series: other.seriesKey })).rejects.toMatchObject(
      refused('ENTRY_ELSEWHERE'),
    );
    await ask('entries.remove', { entry: row.entry, reason: 'wrong patient' });
    expect(await listed()).toEqual([]);
    expect(await listed({ removed: true })).toMatchObject([{ removed: { reason: 'wrong patient' } }]);
    await expect(ask('entries.remove', { entry: row.entry, reason: 'again' })).rejects.toMatchObject(
      refused('ENTRY_REMOVED_BEFORE'),
    );
    await expect(fill(good, { entry: row.entry, saves: 1 })).rejects.toMatchObject(refused('ENTRY_REMOVED_BEFORE'));
    const unknown = EntryKey.parse('00000000-0000-4000-8000-000000000000');
    await expect(ask('entries.get', { entry: unknown })).rejects.toMatchObject(refused('NOT_FOUND'));
    await expectSameAfterRebuild();
  });

  it('name who wrote and who signed them, also when these do not work here any more', async () => {
    const ada = await addPerson(engine, 'ada', 'superuser');
    await addPerson(engine, 'uma', 'user');
    const [asAda, asUma] = [await callerFor(engine, 'ada', 'a'), await callerFor(engine, 'uma', 'b')];
    const save = (caller: typeof asAda, more: Partial<Input<'entries.save'>>) =>
      caller.verbs['entries.save'](
        engineVerbs['entries.save'].input.parse({
          entry: null,
          form: form.form,
          series: series.seriesKey,
          state: 'draft',
          values: good,
          ...more,
        }),
      );
    const draft = await save(asUma, {});
    expect(draft).toMatchObject({ author: { login: 'uma', name: 'uma Smith' }, signer: null });
    const { entry } = draft;
    await save(asAda, { entry, saves: 1, state: 'finished' });
    await asAda.verbs['users.remove']({ user: draft.by ?? ada.user });
    const printed = await ask('entries.printable', { entry });
    expect(printed.entry).toMatchObject({
      author: { login: 'uma', name: 'uma Smith' },
      signer: { user: ada.user, login: 'ada', name: 'ada Smith' },
    });
    const corrected = await save(asAda, { entry, saves: 2, state: 'finished' });
    expect(corrected).toMatchObject({ revision: 2, author: { login: 'ada' }, signer: { login: 'ada' } });
    expect((await ask('entries.get', { entry })).rows.map(({ author }) => author?.login)).toEqual(['ada', 'uma']);
    await expectSameAfterRebuild();
  });

  it('are given out as a table without those of people who said no', async () => {
    await fill(good);
    const { rows } = await ask('entries.export', { form: form.form });
    expect(rows).toMatchObject([
      { PatientID: series.PatientID, PatientName: series.PatientName, StudyDate: series.StudyDate },
    ]);
    expect((await ask('entries.export', { form: form.form, series: series.seriesKey })).rows).toHaveLength(1);
    const person = await ask('patients.get', { patient: series.patient });
    await ask('patients.update', { patient: series.patient, changes: { ...person, PatientSex: 'F', consent: 'no' } });
    expect(await ask('entries.export', { form: form.form })).toEqual({ rows: [], leftOut: 1 });
    const log = engine.context.db.prepare(`SELECT details FROM log WHERE code = 'REPORTS_GIVEN_OUT' ORDER BY id`).all();
    expect(log.map((line) => (line as { details: string }).details)).toEqual([
      '{"name":"Everything","count":1}',
      '{"name":"Everything","count":1}',
      '{"name":"Everything","count":0}',
    ]);
  });

  it('are printed with the pictures that may leave', async () => {
    const draft = await fill({}, { state: 'draft' });
    await expect(ask('entries.printable', { entry: draft.entry })).rejects.toMatchObject(refused('ENTRY_NOT_FINISHED'));
    const { entry } = await fill(good, { entry: draft.entry, saves: 1 });
    expect(await ask('entries.printable', { entry })).toMatchObject({ images: [series.cover], refused: 0 });
    const person = await ask('patients.get', { patient: series.patient });
    await ask('patients.update', { patient: series.patient, changes: { ...person, PatientSex: 'F', consent: 'no' } });
    expect(await ask('entries.printable', { entry })).toMatchObject({ images: [], refused: 1 });
  });

  it('are kept as Encapsulated PDF in the study they are about', async () => {
    const { entry } = await fill(good);
    const bytes = Uint8Array.from(pdfBytes());
    const { image } = await ask('entries.keepDocument', { entry, bytes, title: 'TB 1.2 report' });
    const row = await ask('catalog.image', { image });
    expect(row).toMatchObject({
      study: series.study,
      patient: series.patient,
      StudyInstanceUID: series.StudyInstanceUID,
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.104.1',
      Modality: 'DOC',
    });
    expect(row.seriesKey).not.toBe(series.seriesKey);
    expect(await listed()).toMatchObject([{ document: image }]);
    const { rows } = await ask('catalog.tags', { image });
    expect(rows.find((tag) => tag.keyword === 'DocumentTitle')?.value).toBe('TB 1.2 report');
    expect(readFileSync(engine.context.objects.path(image)).includes(Buffer.from(bytes))).toBe(true);
    await expect(
      ask('entries.keepDocument', { entry, bytes: new Uint8Array([1, 2, 3]), title: 'x' }),
    ).rejects.toMatchObject(refused('PDF_DAMAGED'));
    await expectSameAfterRebuild();
  });

  it('are added and listed as the archive API does', async () => {
    const { archive } = await projectWith(engine, 'north', 'van');
    await ask('projects.assign', { archive, selection: { patients: [series.patient] } });
    const at = {
      Project: 'north',
      Archive: 'van',
      PatientID: series.PatientID,
      StudyInstanceUID: series.StudyInstanceUID,
      SeriesInstanceUID: series.SeriesInstanceUID,
    };
    const first = await ask('grouped.addEntry', { ...at, FormName: 'Everything', FormSubmission: good });
    await fill({}, { state: 'draft' });
    const second = await ask('grouped.addEntry', { ...at, FormName: 'Everything', FormSubmission: good });
    expect((await ask('grouped.entries', at)).rows.map((row) => row.id)).toEqual([first.id, second.id]);
    await expect(
      ask('grouped.addEntry', { ...at, FormName: 'everything', FormSubmission: good }),
    ).rejects.toMatchObject(refused('FORM_NOT_FOUND'));
    await expect(ask('grouped.addEntry', { ...at, FormName: 'Everything', FormSubmission: {} })).rejects.toMatchObject(
      refused('ENTRY_NOT_VALID'),
    );
  });
});
