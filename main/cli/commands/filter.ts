import { parseArgs } from 'node:util';
import { SourceType } from '@shared/model/vocabulary';
import { filterNamed, oneName, verbOf } from '../classification';
import { sourceRefOf } from '../source-ref';
import { type Session, withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  'take-out': { type: 'string', multiple: true, default: [] as string[] },
  'keep-only': { type: 'string', multiple: true, default: [] as string[] },
  source: { type: 'string' },
  ref: { type: 'string', default: '' },
} as const;
const VERBS = ['list', 'add', 'change', 'remove', 'associate', 'dissociate'] as const;

interface Values {
  readonly 'take-out': readonly string[];
  readonly 'keep-only': readonly string[];
  readonly source?: string | undefined;
  readonly ref: string;
}

/** `filter list|add|change|remove|associate|dissociate`: what is taken out of images on arrival. */
export async function filterCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [given, ...words] = positionals;
  const verb = verbOf('filter', VERBS, given);
  return withArchive(values.archive, terminal, false, async (session) => {
    await answer(session, verb, words, values);
    return 0;
  });
}

async function answer(
  { engine, terminal }: Session,
  verb: (typeof VERBS)[number],
  words: readonly string[],
  values: Values,
): Promise<void> {
  switch (verb) {
    case 'list': {
      const { rows } = await engine.verbs['tagFilters.list']({});
      terminal.answer({ rows }, () =>
        table(
          rows.map((row) => [
            row.name,
            row.list === 'blacklist' ? 'takes out' : 'keeps only',
            row.sources
              .map(({ source, sourceRef }) => (sourceRef === '' ? source : `${source}:${sourceRef}`))
              .join(' '),
            row.paths.join(' '),
          ]),
        ),
      );
      break;
    }
    case 'add': {
      const row = await engine.verbs['tagFilters.create']({ name: oneName('filter', words), ...listOf(values) });
      terminal.answer(row, () => row.name);
      break;
    }
    case 'change': {
      const name = oneName('filter', words);
      const filter = await filterNamed(engine, name);
      const row = await engine.verbs['tagFilters.change']({ filter, changes: { name, ...listOf(values) } });
      terminal.answer(row, () => row.name);
      break;
    }
    case 'remove': {
      const filter = await filterNamed(engine, oneName('filter', words));
      await engine.verbs['tagFilters.remove']({ filter });
      terminal.answer({ filter }, () => 'Removed.');
      break;
    }
    case 'associate':
    case 'dissociate': {
      const filter = await filterNamed(engine, oneName('filter', words));
      const source = SourceType.safeParse(values.source);
      if (!source.success) throw new UsageError(`Say which source: --source ${SourceType.options.join('|')}`);
      const where = { filter, source: source.data, sourceRef: await sourceRefOf(engine, source.data, values.ref) };
      const row = await (verb === 'associate'
        ? engine.verbs['tagFilters.associate'](where)
        : engine.verbs['tagFilters.dissociate'](where));
      terminal.answer(row, () => `${row.name}: ${row.sources.map((each) => each.source).join(' ')}`);
      break;
    }
  }
}

function listOf(values: Values): { list: 'blacklist' | 'whitelist'; paths: string[] } {
  const [out, keep] = [values['take-out'], values['keep-only']];
  if ((out.length === 0) === (keep.length === 0)) throw new UsageError('Say what: --take-out PATH or --keep-only PATH');
  return out.length > 0 ? { list: 'blacklist', paths: [...out] } : { list: 'whitelist', paths: [...keep] };
}
