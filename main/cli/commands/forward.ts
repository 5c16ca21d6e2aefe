import { parseArgs } from 'node:util';
import type { ForwardGathering, ForwardRow, ForwardRuleRow } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import { SourceType } from '@shared/model/vocabulary';
import type { Engine } from '../../archive/engine';
import { sourceRefOf } from '../source-ref';
import { forwardWaiting, remoteNamed, withSync } from '../sync-session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';
import { priorityOf, priorityOption } from '../priority-option';
import { chosenWay, chosenWayOptions } from './anonymise-options';

const options = {
  ...commonOptions,
  ...chosenWayOptions,
  ...priorityOption,
  from: { type: 'string', default: 'any' },
  to: { type: 'string' },
  discard: { type: 'boolean', default: false },
  'no-corrections': { type: 'boolean', default: false },
  open: { type: 'boolean', default: false },
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
  'rule add': addRule,
  'rule list': listRules,
  'rule remove': removeRule,
};

/** `forward rule add|list|remove` and `forward queue`: images that are sent on by themselves. */
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

function addRule(values: Values, _what: string | undefined, terminal: Terminal): Promise<number> {
  const to = needed(values.to, 'Say which destination: --to NAME, see remote list.');
  const manner = {
    keepImages: !values.discard,
    anonymise: chosenWay(values),
    priority: priorityOf(values),
    corrections: !values['no-corrections'],
  };
  return withSync(values.archive, terminal, async ({ engine, sync }) => {
    const { remote } = await remoteNamed(sync, to);
    const from = await sourceOf(engine, values.from);
    const row = await engine.verbs['forward.addRule']({ ...from, remote, ...manner });
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
  return withSync(values.archive, terminal, async ({ engine }) => {
    const { rows } = await engine.verbs['forward.rules']({});
    terminal.answer({ rows }, () => (rows.length === 0 ? 'There is no rule.' : table(rows.map(describe))));
    return 0;
  });
}

function describe(row: ForwardRuleRow): string[] {
  const { rule, remoteName, keepImages, anonymise, priority, corrections, active } = row;
  return [
    rule,
    `${whence(row)} -> ${remoteName}`,
    keepImages ? 'images stay' : 'images go to the trash',
    anonymise === null ? '' : 'anonymised',
    priority === 0 ? '' : `priority ${String(priority)}`,
    corrections && anonymise === null ? 'with corrections' : '',
    active ? '' : 'off',
  ];
}

function whence({ source, sourceRef, sourceName }: Pick<ForwardRow, 'source' | 'sourceRef' | 'sourceName'>): string {
  if (source === null) return 'any';
  return sourceRef === '' ? source : `${source}:${sourceName ?? sourceRef}`;
}

function removeRule(values: Values, what: string | undefined, terminal: Terminal): Promise<number> {
  const wanted = needed(what, 'Say which rule: its key, see forward rule list.');
  return withSync(values.archive, terminal, async ({ engine }) => {
    const { rows } = await engine.verbs['forward.rules']({});
    const found = rows.find(({ rule }) => rule === wanted);
    if (!found) throw new FieldboxError('NOT_FOUND', { what: wanted });
    await engine.verbs['forward.removeRule']({ rule: found.rule });
    terminal.answer({ removed: found.rule }, () => `Removed: ${describe(found).join('  ')}`);
    return 0;
  });
}

/** What rules have asked for; with --run what waits is sent first. Exit 1 when a person is needed, or when something still waits after --run. */
function queue(values: Values, terminal: Terminal): Promise<number> {
  const [limit, offset] = [values.limit, values.offset].map((text) => (/^\d{1,6}$/.test(text) ? Number(text) : NaN));
  if (limit === undefined || offset === undefined || !(limit >= 1 && limit <= 1000) || !(offset >= 0)) {
    throw new UsageError('--limit is a number from 1 to 1000, --offset a number.');
  }
  return withSync(values.archive, terminal, async (session) => {
    const { engine } = session;
    if (values.run) await forwardWaiting(session);
    const page = await engine.verbs['forward.queue']({ openOnly: values.open, limit, offset });
    terminal.answer(page, () => {
      const lines = [...page.gathering.map(gathering), ...page.rows.map(transaction)];
      return lines.length === 0 ? 'Nothing is forwarded.' : table(lines);
    });
    const { refused, parked, waiting } = page.counts;
    return refused + parked > 0 || (values.run && waiting > 0) ? 1 : 0;
  });
}

function gathering(row: ForwardGathering): string[] {
  return [row.since, `${whence(row)} -> ${row.remoteName}`, `${String(row.images)} gathered`];
}

function transaction(row: ForwardRow): string[] {
  const counts = Object.entries(row.counts).filter(([, images]) => images > 0);
  const states = counts.map(([state, images]) => `${String(images)} ${state}`);
  return [row.requestedAt, `${whence(row)} -> ${row.remoteName}`, states.join(', '), row.transaction];
}
