import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BundleReport, CourierReading, ReceiptReport } from '@shared/contract/courier';
import { remoteNamed, sendWaiting, withSync } from '../sync-session';
import { sentenceOf } from '../fault';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  to: { type: 'string' },
  into: { type: 'string' },
  again: { type: 'boolean', default: false },
  receipts: { type: 'string' },
  'only-receipts': { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

/** `courier key|write|read`: images that are carried to another Fieldbox on a stick. */
export async function courierCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(argv);
  const [act, path] = positionals;
  switch (act) {
    case 'key':
      return key(values, terminal);
    case 'write':
      return write(values, terminal);
    case 'read':
      if (path === undefined) throw new UsageError('Say where the bundles are: courier read PATH.');
      return read(values, resolve(path), terminal);
    default:
      throw new UsageError('courier is one of: courier key, courier write --to NAME, courier read PATH.');
  }
}

function key(values: Values, terminal: Terminal): Promise<number> {
  return withSync(values.archive, terminal, async ({ sync }) => {
    const identity = await sync.verbs['courier.identity']({});
    terminal.answer({ key: identity.key }, () => identity.key);
    return 0;
  });
}

function write(values: Values, terminal: Terminal): Promise<number> {
  const { to, into, again } = values;
  if (to === undefined) throw new UsageError('Say for whom: --to NAME.');
  return withSync(values.archive, terminal, async (session) => {
    const { remote } = await remoteNamed(session.sync, to);
    const folder = into === undefined ? {} : { folder: resolve(into) };
    await session.sync.verbs['courier.write']({ remote, again, ...folder });
    await sendWaiting(session);
    const { counts, activity } = await remoteNamed(session.sync, to);
    terminal.answer({ counts, fault: activity.fault }, () =>
      [
        `${String(counts.arrived)} on a stick, ${String(counts.proven)} proven by receipts, ${String(counts.waiting)} waiting`,
        ...(activity.fault === null ? [] : [sentenceOf(activity.fault)]),
      ].join('\n'),
    );
    return counts.waiting + counts.refused + counts.parked > 0 ? 1 : 0;
  });
}

function read(values: Values, path: string, terminal: Terminal): Promise<number> {
  return withSync(values.archive, terminal, async (session) => {
    const { sync } = session;
    const found = values['only-receipts']
      ? { bundles: [], ...(await sync.verbs['courier.receipts']({ path })) }
      : await readAll();
    terminal.answer({ bundles: found.bundles, receipts: found.receipts }, () =>
      [...found.bundles.map(bundleLine), ...found.receipts.map(receiptLine)].join('\n'),
    );
    const wrong = [...found.bundles, ...found.receipts].some(({ fault }) => fault !== null);
    return wrong || found.bundles.some(({ rejected }) => rejected > 0) ? 1 : 0;

    async function readAll(): Promise<CourierReading> {
      const receipts = values.receipts === undefined ? {} : { receipts: resolve(values.receipts) };
      const { job } = await sync.verbs['courier.read']({ path, ...receipts });
      await session.settled(job);
      return sync.verbs['courier.reading']({ job });
    }
  });
}

function bundleLine({
  file,
  from,
  added,
  alreadyStored,
  rejected,
  missing,
  fault,
  receiptFault,
}: BundleReport): string {
  return [
    `${file}${from === null ? '' : `  from ${from.name ?? from.key}`}`,
    `  ${String(added)} added, ${String(alreadyStored)} already here, ${String(rejected)} put aside, ${String(missing)} not in it`,
    ...(fault === null ? [] : [`  ${sentenceOf(fault)}`]),
    ...(receiptFault === null ? [] : [`  ${sentenceOf(receiptFault)}`]),
  ].join('\n');
}

function receiptLine({ file, from, stored, refused, fault }: ReceiptReport): string {
  const who = from === null ? '' : `  from ${from.name ?? from.key}`;
  const what = fault === null ? `${String(stored)} stored there, ${String(refused)} refused` : sentenceOf(fault);
  return `${file}${who}\n  ${what}`;
}
