import { parseArgs } from 'node:util';
import { oneName, seriesMeant, tagNamed, verbOf } from '../classification';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = { ...commonOptions, series: { type: 'string', multiple: true, default: [] as string[] } } as const;
const VERBS = ['list', 'add', 'remove', 'rename', 'delete'] as const;

/** `tag list|add|remove|rename|delete`: tags of series. */
export async function tagCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [given, ...words] = positionals;
  const verb = verbOf('tag', VERBS, given);
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    switch (verb) {
      case 'list': {
        const { rows } = await engine.verbs['seriesTags.list']({ inUse: false });
        terminal.answer({ rows }, () => table(rows.map((row) => [row.name, `${String(row.series)} series`])));
        break;
      }
      case 'add': {
        const series = await seriesMeant(engine, values.series);
        const row = await engine.verbs['seriesTags.add']({ series, name: oneName('tag', words) });
        terminal.answer(row, () => `${row.name}: ${String(row.series)} series`);
        break;
      }
      case 'remove': {
        const tag = await tagNamed(engine, oneName('tag', words));
        await engine.verbs['seriesTags.remove']({ series: await seriesMeant(engine, values.series), tag });
        terminal.answer({ tag }, () => 'Taken off.');
        break;
      }
      case 'rename': {
        const [from, to, ...others] = words;
        if (from === undefined || to === undefined || others.length > 0)
          throw new UsageError('tag rename NAME NEWNAME');
        const row = await engine.verbs['seriesTags.rename']({ tag: await tagNamed(engine, from), name: to });
        terminal.answer(row, () => row.name);
        break;
      }
      case 'delete': {
        const tag = await tagNamed(engine, oneName('tag', words));
        await engine.verbs['seriesTags.delete']({ tag });
        terminal.answer({ tag }, () => 'Deleted.');
        break;
      }
    }
    return 0;
  });
}
