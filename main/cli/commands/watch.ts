import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Afterwards, USUAL_SKIP, type WatchRow } from '@shared/contract/sources';
import { errorSentence, FieldboxError, isErrorCode } from '@shared/errors';
import type { Engine } from '../../archive/engine';
import { contextOf } from '../context';
import { withArchive } from '../session';
import { forwardWaiting, runUntilStopped, withSync } from '../sync-session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  name: { type: 'string' },
  kind: { type: 'string' },
  clinic: { type: 'string' },
  station: { type: 'string' },
  'no-subfolders': { type: 'boolean', default: false },
  after: { type: 'string', default: 'keep' },
  'delete-filtered': { type: 'boolean', default: false },
  'move-to': { type: 'string' },
  skip: { type: 'string', multiple: true },
  once: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

/** `watch add|list|remove|run`: folders whose files are taken in by themselves. */
export async function watchCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(argv);
  const [act, what] = positionals;
  switch (act) {
    case 'add':
      return add(values, needed(what, 'Say which folder to watch.'), terminal);
    case 'list':
      return list(values, terminal);
    case 'remove':
      return remove(values, needed(what, 'Say which watched folder: its name or its key.'), terminal);
    case 'run':
      return run(values, terminal);
    default:
      throw new UsageError('Say what to do: watch add FOLDER, watch list, watch remove NAME, watch run.');
  }
}

function needed(value: string | undefined, otherwise: string): string {
  if (value === undefined || value === '') throw new UsageError(otherwise);
  return value;
}

function add(values: Values, folder: string, terminal: Terminal): Promise<number> {
  const afterwards = Afterwards.safeParse(values.after);
  if (!afterwards.success) throw new UsageError('--after is one of keep, delete, move.');
  if ((afterwards.data === 'move') !== (values['move-to'] !== undefined)) {
    throw new UsageError('--after move and --move-to FOLDER belong together.');
  }
  return withArchive(values.archive, terminal, true, async ({ engine }) => {
    const { clinic, station, kind } = await contextOf(engine, { ...values, patient: undefined });
    const path = resolve(folder);
    const row = await engine.verbs['watch.create']({
      name: (values.name ?? basename(path)).slice(0, 64),
      path,
      clinic,
      station,
      kind,
      subfolders: !values['no-subfolders'],
      afterwards: afterwards.data,
      moveTo: values['move-to'] === undefined ? null : resolve(values['move-to']),
      skip: [...(values.skip ?? USUAL_SKIP)],
      deleteFiltered: values['delete-filtered'],
    });
    terminal.answer(row, () => `Watched from now on: ${row.name} (${row.path}). Start with: fieldbox watch run`);
    return 0;
  });
}

function list(values: Values, terminal: Terminal): Promise<number> {
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const { rows } = await engine.verbs['watch.list']({});
    terminal.answer({ rows }, () => (rows.length === 0 ? 'No folder is watched.' : table(rows.map(line))));
    return 0;
  });
}

function line({ name, path, taken, waiting, problems, leftFiltered, afterwards, state }: WatchRow): string[] {
  const paused = state === 'paused' ? 'paused' : '';
  const counts = `${String(taken)} taken, ${String(waiting)} waiting, ${String(problems)} problems`;
  const left = leftFiltered === 0 ? '' : `${String(leftFiltered)} left, because a filter removed attributes from them`;
  return [name, path, counts, `files: ${afterwards}`, left, paused];
}

function remove(values: Values, wanted: string, terminal: Terminal): Promise<number> {
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const row = await named(engine, wanted);
    await engine.verbs['watch.remove']({ watch: row.watch });
    terminal.answer({ removed: row.watch }, () => `No longer watched: ${row.name} (${row.path})`);
    return 0;
  });
}

async function named(engine: Engine, wanted: string): Promise<WatchRow> {
  const { rows } = await engine.verbs['watch.list']({});
  const folded = wanted.toLocaleLowerCase();
  const found = rows.find(({ watch, name }) => watch === folded || name.toLocaleLowerCase() === folded);
  if (!found) throw new FieldboxError('NOT_FOUND', { what: wanted });
  return found;
}

/** Watches until it is stopped, or with --once takes in what is there; exit 1 when a file could not be taken. */
function run(values: Values, terminal: Terminal): Promise<number> {
  return withSync(values.archive, terminal, async (session) => {
    const { engine, signal } = session;
    if (values.once) {
      await engine.background.watching.once(signal);
      await forwardWaiting(session);
    } else {
      terminal.say('Watching. Stop with Ctrl-C.');
      await runUntilStopped(session);
    }
    const { rows } = await engine.verbs['watch.list']({});
    const problems = await Promise.all(
      rows.map(async ({ watch, name }) => {
        const found = await engine.verbs['watch.problems']({ watch, offset: 0, limit: 1000 });
        return found.rows.map((problem) => ({ folder: name, ...problem }));
      }),
    );
    const all = problems.flat();
    terminal.answer({ rows, problems: all }, () =>
      [
        table(rows.map(line)),
        ...all.map(({ folder, path, code, details }) => {
          const reason = isErrorCode(code) ? errorSentence(code, details) : code;
          return `${folder}: ${path}  ${code}: ${reason}`;
        }),
      ].join('\n'),
    );
    return all.length > 0 ? 1 : 0;
  });
}
