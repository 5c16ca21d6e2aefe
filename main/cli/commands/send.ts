import { parseArgs } from 'node:util';
import type { ItemRow } from '@shared/contract/sync';
import type { Output } from '@shared/contract';
import { ItemState } from '@shared/contract/sync';
import { AttachmentKey, TransactionKey } from '@shared/model/ids';
import { sentenceOf } from '../fault';
import { isNamed, namedOptions, selectionOf } from '../lookup';
import { priorityOf, priorityOption } from '../priority-option';
import { remoteNamed, sendWaiting, type SyncSession, withSync } from '../sync-session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';
import { chosenWay, chosenWayOptions } from './anonymise-options';

const several = { type: 'string', multiple: true, default: [] as string[] } as const;

/** `send --to NAME`: puts images and attached files into the outbox and sends until nothing more can be done now. Exit 1 when something still waits or was refused. */
export async function sendCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...commonOptions,
      ...chosenWayOptions,
      ...namedOptions,
      to: { type: 'string' },
      attachment: several,
      ...priorityOption,
      'only-queue': { type: 'boolean', default: false },
    },
  });
  const { to } = values;
  if (to === undefined) throw new UsageError('Say where to: --to NAME.');
  if (!isNamed(values) && values.attachment.length === 0)
    throw new UsageError('Say what to send: --patient ID, --study UID, --series UID, --image UID or --attachment ID.');
  const anonymise = chosenWay(values);
  const priority = priorityOf(values);
  return withSync(values.archive, terminal, async (session) => {
    const { remote } = await remoteNamed(session.sync, to);
    const selection = { ...(await selectionOf(session.engine, values)), clinicDays: [] };
    const attachments = values.attachment.map(attachmentOf);
    const sent = await session.sync.verbs['outbox.send']({
      selection,
      attachments,
      remote,
      anonymise,
      priority,
    });
    if (!values['only-queue']) await sendWaiting(session);
    return answer(session, sent, terminal);
  });
}

/** `outbox list|run|retry|cancel|correct`: what waits, and sending it. */
export async function outboxCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { ...commonOptions, open: { type: 'boolean', default: false }, to: { type: 'string' } },
    allowPositionals: true,
  });
  const [act = 'list', name] = positionals;
  return withSync(values.archive, terminal, async (session) => {
    const { verbs } = session.sync;
    if (act === 'run') await sendWaiting(session);
    else if (act === 'retry') await verbs['outbox.retry']({ transaction: transactionOf(name) });
    else if (act === 'cancel') await verbs['outbox.cancel']({ transaction: transactionOf(name) });
    else if (act === 'correct') {
      if (values.to === undefined) throw new UsageError('Say where to: outbox correct --to NAME.');
      await verbs['outbox.correct']({ remote: (await remoteNamed(session.sync, values.to)).remote });
      await sendWaiting(session);
    } else if (act !== 'list')
      throw new UsageError(
        'outbox is one of: outbox list, outbox run, outbox retry ID, outbox cancel ID, outbox correct --to NAME.',
      );
    const { total, rows } = await verbs['outbox.transactions']({ openOnly: values.open, limit: 500, offset: 0 });
    const summary = await verbs['outbox.summary']({});
    terminal.answer({ total, rows, summary }, () =>
      table([
        ['transaction', 'to', 'images', 'waiting', 'arrived', 'proven', 'refused', 'parked'],
        ...rows.map(({ transaction, remoteName, counts, total: images }) => [
          transaction,
          remoteName,
          ...[images, counts.waiting, counts.arrived, counts.proven, counts.refused, counts.parked].map(String),
        ]),
      ]),
    );
    return summary.refused + summary.parked > 0 ? 1 : 0;
  });
}

function attachmentOf(name: string): AttachmentKey {
  const parsed = AttachmentKey.safeParse(name.toLowerCase());
  if (!parsed.success) throw new UsageError(`${name} is no attachment, as attach list shows them.`);
  return parsed.data;
}

function transactionOf(name: string | undefined): TransactionKey {
  const parsed = TransactionKey.safeParse(name);
  if (!parsed.success) throw new UsageError('Say which transaction, as outbox list shows it.');
  return parsed.data;
}

/** `ledger`: what is proven where. */
export async function ledgerCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...commonOptions,
      to: { type: 'string' },
      state: several,
      csv: { type: 'boolean', default: false },
      outdated: { type: 'boolean', default: false },
    },
  });
  const states = values.state.map((state) => {
    const parsed = ItemState.safeParse(state);
    if (!parsed.success) throw new UsageError(`--state is one of ${ItemState.options.join(', ')}.`);
    return parsed.data;
  });
  return withSync(values.archive, terminal, async ({ sync }) => {
    const remote = values.to === undefined ? undefined : (await remoteNamed(sync, values.to)).remote;
    const { outdated } = values;
    const filter = { states, ...(outdated && { outdated }), ...(remote !== undefined && { remote }) };
    if (values.csv) {
      terminal.answerText((await sync.verbs['ledger.csv'](filter)).csv.trimEnd());
      return 0;
    }
    const { total, rows } = await sync.verbs['ledger.list']({ ...filter, limit: 1000, offset: 0 });
    terminal.answer({ total, rows }, () => `${String(total)} entries\n\n${table([HEAD, ...rows.map(cells)])}`);
    return 0;
  });
}

const HEAD = ['to', 'state', 'proof', 'SOPInstanceUID or file', 'why'];

function cells({ remoteName, state, proof, SOPInstanceUID, file, fault }: ItemRow): readonly string[] {
  const why = fault === null ? '' : sentenceOf(fault);
  return [remoteName, state, proof?.kind ?? '', SOPInstanceUID ?? file?.name ?? '', why];
}

async function answer({ sync }: SyncSession, sent: Output<'outbox.send'>, terminal: Terminal): Promise<number> {
  const { transaction, leftOut, leftOutFiles } = sent;
  const { counts } = await sync.verbs['outbox.transaction']({ transaction });
  terminal.answer(
    { transaction, counts, leftOut, leftOutFiles },
    () =>
      `${String(counts.proven)} proven, ${String(counts.arrived)} arrived, ${String(counts.waiting)} waiting, ${String(counts.refused)} refused, ${String(counts.parked)} for a person`,
  );
  return counts.waiting + counts.refused + counts.parked === 0 ? 0 : 1;
}
