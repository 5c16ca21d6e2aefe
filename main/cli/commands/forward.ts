import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ForwardState, type DestinationRow, type ForwardRow, type ForwardRuleRow } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import { SourceType } from '@shared/model/vocabulary';
import type { Engine } from '../../archive/engine';
import { withArchive } from '../session';
import { sourceRefOf } from '../source-ref';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  from: { type: 'string', default: 'any' },
  to: { type: 'string' },
  folder: { type: 'string' },
  discard: { type: 'boolean', default: false },
  state: { type: 'string' },
  run: { type: 'boolean', default: false },
  limit: { type: 'string', default: '100' },
  offset: { type: 'string', default: '0' },
} as const;
type Values = ReturnType<typeof parse>['values'];
type Act = (values: Values, what: string | undefined, terminal: Terminal) => Promise<number>;

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

const acts: Readonly<Record<string, Act>> = {
  'destination add': addDestination,
  'destination list': listDestinations,
  'destination remove': removeDestination,
  'rule add': addRule,
  'rule list': listRules,
  'rule remove': removeRule,
};

/** `forward destination|rule add|list|remove` and `forward queue`: images that are sent on by themselves. */
export async function forwardCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(argv);
  const [subject = '', act = '', what] = positionals;
  if (subject === 'queue') return queue(values, terminal);
  const name = `${subject} ${act}`;
  const run = Object.hasOwn(acts, name) ? acts[name] : undefined;
  if (!run) throw new UsageError(`Say what to do: forward ${Object.keys(acts).join(', forward ')}, forward queue.`);
  return run(values, what, terminal);
}

function needed(value: string | undefined, otherwise: string): string {
  if (value === undefined || value === '') throw new UsageError(otherwise);
  return value;
}

function addDestination(values: Values, what: string | undefined, terminal: Terminal): Promise<number> {
  const name = needed(what, 'Say how the destination is called.');
  const folder = resolve(needed(values.folder, 'Say where it is: --folder FOLDER'));
  return withArchive(values.archive, terminal, true, async ({ engine }) => {
    const row = await engine.verbs['destinations.create']({ name, type: 'folder', settings: { folder } });
    terminal.answer(row, () => `Destination ${row.name}: ${folder}`);
    return 0;
  });
}

function listDestinations(values: Values, _what: string | undefined, terminal: Terminal): Promise<number> {
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const { rows } = await engine.verbs['destinations.list']({});
    terminal.answer({ rows }, () =>
      rows.length === 0
        ? 'There is no destination.'
        : table(rows.map(({ name, type, settings }) => [name, type, Object.values(settings).join(' ')])),
    );
    return 0;
  });
}

function removeDestination(values: Values, what: string | undefined, terminal: Terminal): Promise<number> {
  const wanted = needed(what, 'Say which destination: its name or its key.');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const row = await destinationNamed(engine, wanted);
    await engine.verbs['destinations.remove']({ destination: row.destination });
    terminal.answer({ removed: row.destination }, () => `Removed: ${row.name}`);
    return 0;
  });
}

async function destinationNamed(engine: Engine, wanted: string): Promise<DestinationRow> {
  const { rows } = await engine.verbs['destinations.list']({});
  const folded = wanted.toLocaleLowerCase();
  const found = rows.find((row) => row.destination === folded || row.name.toLocaleLowerCase() === folded);
  if (!found) throw new FieldboxError('NOT_FOUND', { what: wanted });
  return found;
}

function addRule(values: Values, _what: string | undefined, terminal: Terminal): Promise<number> {
  const to = needed(values.to, 'Say which destination: --to NAME');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const { destination } = await destinationNamed(engine, to);
    const from = await sourceOf(engine, values.from);
    const row = await engine.verbs['forward.addRule']({ ...from, destination, keepImages: !values.discard });
    terminal.answer(row, () => describe(row).join('  '));
    return 0;
  });
}

/** `any`, `camera`, `watch`, `watch:NAME`, `box:NAME` ... */
async function sourceOf(engine: Engine, text: string): Promise<{ source: SourceType | null; sourceRef: string }> {
  if (text === 'any') return { source: null, sourceRef: '' };
  const at = text.indexOf(':');
  const source = SourceType.safeParse(at === -1 ? text : text.slice(0, at));
  if (!source.success) throw new UsageError(`--from is any, or one of ${SourceType.options.join(', ')}, or TYPE:NAME.`);
  return {
    source: source.data,
    sourceRef: await sourceRefOf(engine, source.data, at === -1 ? '' : text.slice(at + 1)),
  };
}

function listRules(values: Values, _what: string | undefined, terminal: Terminal): Promise<number> {
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const { rows } = await engine.verbs['forward.rules']({});
    terminal.answer({ rows }, () => (rows.length === 0 ? 'There is no rule.' : table(rows.map(describe))));
    return 0;
  });
}

function describe(row: ForwardRuleRow): string[] {
  const { rule, source, sourceRef, sourceName, destinationName, keepImages, active } = row;
  const from = source === null ? 'any' : sourceRef === '' ? source : `${source}:${sourceName ?? sourceRef}`;
  return [
    rule,
    `${from} -> ${destinationName}`,
    keepImages ? 'images stay' : 'images go to the trash',
    active ? '' : 'off',
  ];
}

function removeRule(values: Values, what: string | undefined, terminal: Terminal): Promise<number> {
  const wanted = needed(what, 'Say which rule: its key, see forward rule list.');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const { rows } = await engine.verbs['forward.rules']({});
    const found = rows.find(({ rule }) => rule === wanted);
    if (!found) throw new FieldboxError('NOT_FOUND', { what: wanted });
    await engine.verbs['forward.removeRule']({ rule: found.rule });
    terminal.answer({ removed: found.rule }, () => `Removed: ${describe(found).join('  ')}`);
    return 0;
  });
}

/** The deliveries; with --run what is due is sent first. Exit 1 when one has failed or still waits after --run. */
function queue(values: Values, terminal: Terminal): Promise<number> {
  const state = values.state === undefined ? undefined : ForwardState.safeParse(values.state);
  if (state && !state.success) throw new UsageError(`--state is one of ${ForwardState.options.join(', ')}.`);
  const [limit, offset] = [values.limit, values.offset].map((text) => (/^\d{1,6}$/.test(text) ? Number(text) : NaN));
  if (limit === undefined || offset === undefined || !(limit >= 1 && limit <= 1000) || !(offset >= 0)) {
    throw new UsageError('--limit is a number from 1 to 1000, --offset a number.');
  }
  return withArchive(values.archive, terminal, false, async ({ engine, signal }) => {
    if (values.run) await engine.background.forwarding.once(signal);
    const page = await engine.verbs['forward.queue']({ ...(state && { state: state.data }), limit, offset });
    terminal.answer(page, () =>
      page.rows.length === 0 ? 'Nothing is queued.' : table(page.rows.map((row) => delivery(row))),
    );
    return page.counts.failed > 0 || (values.run && page.counts.waiting > 0) ? 1 : 0;
  });
}

function delivery({
  createdAt,
  state,
  images,
  sent,
  source,
  sourceName,
  destinationName,
  error,
}: ForwardRow): string[] {
  const from = sourceName === null ? source : `${source}:${sourceName}`;
  return [createdAt, state, `${String(sent)}/${String(images)}`, `${from} -> ${destinationName}`, error?.code ?? ''];
}
