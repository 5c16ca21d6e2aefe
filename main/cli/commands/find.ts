import { parseArgs } from 'node:util';
import { FindInput } from '@shared/contract/catalog';
import { Level } from '@shared/model/vocabulary';
import type { Engine } from '../../archive/engine';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  level: { type: 'string', default: 'image' },
  match: { type: 'string', multiple: true, default: [] as string[] },
  text: { type: 'string', default: '' },
  sort: { type: 'string' },
  descending: { type: 'boolean', default: false },
  limit: { type: 'string' },
  after: { type: 'string' },
} as const;

/** `find`: one page of patients, studies, series or images. */
export async function findCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  const input = inputOf(values);
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const page = await pageOf(engine, input);
    terminal.answer({ total: page.total, rows: page.rows, next: page.next }, () => describe(input.level, page));
    return 0;
  });
}

interface Page {
  readonly total: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
}

async function pageOf(engine: Engine, input: FindInput): Promise<Page> {
  switch (input.level) {
    case 'patient':
      return engine.verbs['catalog.patients'](input);
    case 'study':
      return engine.verbs['catalog.studies'](input);
    case 'series':
      return engine.verbs['catalog.series'](input);
    case 'image':
      return engine.verbs['catalog.images'](input);
  }
}

interface Values {
  readonly level: string;
  readonly match: readonly string[];
  readonly text: string;
  readonly sort?: string | undefined;
  readonly descending: boolean;
  readonly limit?: string | undefined;
  readonly after?: string | undefined;
}

function inputOf(values: Values): FindInput {
  const level = Level.safeParse(values.level);
  if (!level.success) throw new UsageError('--level is one of patient, study, series, image.');
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  const input = FindInput.safeParse({
    level: level.data,
    match: values.match.map(matchOf),
    text: values.text,
    descending: values.descending,
    ...(values.sort !== undefined && { sort: values.sort }),
    ...(limit !== undefined && { limit }),
    ...(values.after !== undefined && { after: values.after }),
  });
  if (input.success) return input.data;
  const [issue] = input.error.issues;
  throw new UsageError(`--${issue?.path.join('.') ?? 'find'}: ${issue?.message ?? 'not understood'}`);
}

function matchOf(condition: string): { key: string; value: string } {
  const at = condition.indexOf('=');
  if (at < 1) throw new UsageError(`--match is KEYWORD=VALUE, for example PatientName=DOE*: "${condition}"`);
  return { key: condition.slice(0, at), value: condition.slice(at + 1) };
}

/** Columns of the text form. */
const COLUMNS: Readonly<Record<Level, readonly string[]>> = {
  patient: ['PatientID', 'PatientName', 'PatientBirthDate', 'PatientSex', 'studies', 'images', 'lastStudyDate'],
  study: [
    'StudyDate',
    'PatientID',
    'PatientName',
    'ModalitiesInStudy',
    'StudyDescription',
    'images',
    'StudyInstanceUID',
  ],
  series: ['StudyDate', 'PatientName', 'Modality', 'SeriesNumber', 'SeriesDescription', 'images', 'SeriesInstanceUID'],
  image: ['StudyDate', 'PatientName', 'Modality', 'InstanceNumber', 'fileName', 'SOPInstanceUID'],
};

function describe(level: Level, page: Page): string {
  const columns = COLUMNS[level];
  const lines = page.rows.map((row) => columns.map((column) => cell(row[column])));
  const more = page.next === null ? '' : `\nmore: --after ${page.next}`;
  return `${String(page.total)} found\n\n${table([columns, ...lines])}${more}`;
}

function cell(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
