import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { EntryRow, FormRow } from '@shared/contract/forms';
import { FieldboxError, type Language as Lang } from '@shared/errors';
import { FormDefinition } from '@shared/forms/definition';
import { EntryValues } from '@shared/forms/entry';
import { formTemplates } from '@shared/forms/templates';
import type { PatientKey, SeriesKey } from '@shared/model/ids';
import { Language } from '@shared/model/vocabulary';
import { systemCode } from '../../platform/durable';
import type { Engine } from '../../archive/engine';
import { answerOf } from '../form-answers';
import { entriesCsv, signed, type EntryOfSomebody } from '../form-csv';
import { oneSeries, patientsByNumber } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  name: { type: 'string' },
  template: { type: 'string' },
  series: { type: 'string' },
  patient: { type: 'string' },
  values: { type: 'string' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  language: { type: 'string', default: 'en' },
  draft: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parsed>['values'];

function parsed(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

/** `form define|list|fill|entries|export`: report forms and what was filled into them. */
export async function formCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parsed(argv);
  const [action, name] = positionals;
  const language = Language.safeParse(values.language);
  if (!language.success) throw new UsageError('--language is one of en, es, fr, ar.');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    switch (action) {
      case 'define':
        await define(engine, terminal, name, values);
        return 0;
      case 'list':
        await list(engine, terminal, values.all);
        return 0;
      case 'fill':
        await fill(engine, terminal, await formNamed(engine, name), values);
        return 0;
      case 'entries': {
        const rows = await entriesOf(engine, name, values, language.data);
        terminal.answer({ total: rows.length, rows }, () => rows.map(described).join('\n\n'));
        return 0;
      }
      case 'export': {
        const form = await formNamed(engine, name);
        const { rows, leftOut } = await exported(engine, form, values, language.data);
        if (leftOut > 0) terminal.say(`${String(leftOut)} left out: the patient said no.`);
        terminal.answer({ form, rows, leftOut }, () => entriesCsv(rows));
        return 0;
      }
      default:
        throw new UsageError('form define, form list, form fill, form entries or form export.');
    }
  });
}

const DefinitionFile = FormDefinition.extend({ name: z.string().optional() });

async function define(engine: Engine, terminal: Terminal, file: string | undefined, values: Values): Promise<void> {
  const { name, definition } = values.template === undefined ? await fromFile(file) : fromTemplate(values.template);
  const wanted = values.name ?? name;
  if (wanted === undefined || wanted.trim() === '') throw new UsageError('Say what the form is called: --name NAME');
  const { rows } = await engine.verbs['forms.list']({ all: true });
  const known = rows.find((row) => row.name === wanted.trim());
  const row = await engine.verbs['forms.save']({
    form: known?.form ?? null,
    name: wanted.trim(),
    active: true,
    definition,
  });
  terminal.answer(row, () => `${row.name}, version ${String(row.version)}`);
}

function fromTemplate(id: string): { name: string; definition: FormDefinition } {
  const template = formTemplates.find((each) => each.id === id);
  if (!template) throw new UsageError(`--template is one of ${formTemplates.map((each) => each.id).join(', ')}.`);
  return template;
}

async function fromFile(file: string | undefined): Promise<{ name: string | undefined; definition: FormDefinition }> {
  if (file === undefined) throw new UsageError('Say which form: FILE.json or --template tb|eye|ear');
  const { name, ...definition } = await readJson(file, DefinitionFile);
  return { name, definition };
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(resolve(file), 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${file} is no JSON: ${error.message}`);
    if (systemCode(error) === 'ENOENT') throw new FieldboxError('PATH_NOT_FOUND', {}, error);
    throw new FieldboxError('FILE_UNREADABLE', { reason: systemCode(error) }, error);
  }
  const read = schema.safeParse(content);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new UsageError(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`);
}

async function list(engine: Engine, terminal: Terminal, all: boolean): Promise<void> {
  const { rows } = await engine.verbs['forms.list']({ all });
  terminal.answer({ rows }, () =>
    table([
      ['name', 'version', 'fields', 'reports'],
      ...rows.map((row) => [
        row.name,
        String(row.version),
        String(row.definition.fields.length),
        row.active ? String(row.entries) : `${String(row.entries)} (out of use)`,
      ]),
    ]),
  );
}

/** Throws FORM_NOT_FOUND. */
async function formNamed(engine: Engine, name: string | undefined): Promise<FormRow> {
  if (name === undefined) throw new UsageError('Say which form: NAME');
  const { rows } = await engine.verbs['forms.list']({ all: true });
  const row = rows.find((each) => each.name === name);
  if (!row) throw new FieldboxError('FORM_NOT_FOUND', { name });
  return row;
}

async function fill(engine: Engine, terminal: Terminal, form: FormRow, values: Values): Promise<void> {
  const { seriesKey } = await oneSeries(engine, values.series);
  const fromFile = values.values === undefined ? {} : await readJson(values.values, EntryValues);
  const set = Object.fromEntries(values.set.map((assignment) => answerOf(form.definition, assignment)));
  const row = await engine.verbs['entries.save']({
    entry: null,
    saves: 0,
    form: form.form,
    series: seriesKey,
    state: values.draft ? 'draft' : 'finished',
    values: { ...fromFile, ...set },
    language: 'en',
  });
  terminal.answer(row, () => described(row));
}

interface Which {
  readonly patient: PatientKey | undefined;
  readonly series: SeriesKey | undefined;
}

/** Of which patients and series reports are meant; a number may be that of several patients. */
async function whichOf(engine: Engine, values: Values): Promise<readonly Which[]> {
  const series = values.series === undefined ? undefined : (await oneSeries(engine, values.series)).seriesKey;
  if (values.patient === undefined) return [{ patient: undefined, series }];
  return (await patientsByNumber(engine, values.patient)).map(({ patient }) => ({ patient, series }));
}

/** More reports of one form than this are not asked for at once. */
const PAGE = 1000;

async function entriesOf(
  engine: Engine,
  name: string | undefined,
  values: Values,
  language: Lang,
): Promise<EntryRow[]> {
  const form = name === undefined ? undefined : (await formNamed(engine, name)).form;
  const found: EntryRow[] = [];
  for (const which of await whichOf(engine, values)) {
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const page = await engine.verbs['entries.list']({
        form,
        ...which,
        removed: false,
        limit: PAGE,
        offset,
        language,
      });
      total = page.total;
      found.push(...page.rows);
    }
  }
  return found;
}

/** The reports of a form that may leave, with whom each is about. */
async function exported(
  engine: Engine,
  { form }: FormRow,
  values: Values,
  language: Lang,
): Promise<{ rows: EntryOfSomebody[]; leftOut: number }> {
  const found: { rows: EntryOfSomebody[]; leftOut: number } = { rows: [], leftOut: 0 };
  for (const which of await whichOf(engine, values)) {
    const { rows, leftOut } = await engine.verbs['entries.export']({ form, language, ...which });
    found.rows.push(...rows);
    found.leftOut += leftOut;
  }
  return found;
}

function described(row: EntryRow): string {
  const head = [row.entry, row.formName, `version ${String(row.formVersion)}`, row.savedAt.slice(0, 16), row.state];
  if (row.revision > 1) head.push(`revision ${String(row.revision)}`);
  if (row.author !== null) head.push(`by ${signed(row.author)}`);
  if (row.signer !== null) head.push(`signed by ${signed(row.signer)}`);
  return `${head.join('  ')}\n${row.text}`;
}
