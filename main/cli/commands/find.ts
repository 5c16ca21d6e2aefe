import { parseArgs } from 'node:util';
import { FindInput } from '@shared/contract/catalog';
import { Level } from '@shared/model/vocabulary';
import { matchOf } from '../match-option';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { answerPage } from '../page';
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
    const page = await engine.verbs['query.run'](input);
    answerPage(terminal, page);
    return 0;
  });
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
