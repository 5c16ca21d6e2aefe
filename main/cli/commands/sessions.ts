import { parseArgs } from 'node:util';
import { SourceType } from '@shared/model/vocabulary';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { bytes, table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  source: { type: 'string' },
  text: { type: 'string', default: '' },
  limit: { type: 'string', default: '50' },
  offset: { type: 'string', default: '0' },
} as const;

/** `sessions`: the imports there were, newest first. */
export async function sessionsCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  const source = values.source === undefined ? undefined : SourceType.safeParse(values.source);
  if (source && !source.success) throw new UsageError(`--source is one of ${SourceType.options.join(', ')}.`);
  if (!/^\d{1,3}$/.test(values.limit) || Number(values.limit) < 1 || Number(values.limit) > 500) {
    throw new UsageError('--limit is a number from 1 to 500.');
  }
  if (!/^\d{1,9}$/.test(values.offset)) throw new UsageError('--offset is a number.');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const page = await engine.verbs['import.sessions']({
      ...(source && { source: source.data }),
      text: values.text.slice(0, 200),
      limit: Number(values.limit),
      offset: Number(values.offset),
    });
    terminal.answer(page, () =>
      page.rows.length === 0
        ? 'There was no import.'
        : table(
            page.rows.map((row) => [
              row.startedAt,
              row.source,
              row.state,
              `${String(row.added)} added, ${String(row.alreadyStored)} already here, ${String(row.rejected)} put aside`,
              bytes(row.bytes),
              row.label,
            ]),
          ),
    );
    return 0;
  });
}
