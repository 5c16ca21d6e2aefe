import { randomUUID } from 'node:crypto';
import type { Handlers, Output, Parsed } from '@shared/contract';
import { ExportSelection } from '@shared/contract/release';
import type { ItemRow, OutboxSummary, SyncVerb } from '@shared/contract/sync';
import { FieldboxError } from '@shared/errors';
import { type PatientKey, type RemoteKey, TransactionKey } from '@shared/model/ids';
import { actingUser } from '../../archive/actor';
import type { Engine } from '../../archive/engine';
import { selectFiles } from '../../archive/attachments/outgoing';
import { selectToSend } from '../../archive/export/selection';
import type { CommitBatcher } from '../../archive/ingest/commit-batcher';
import type { Remote } from '../../archive/outbox/queue';
import { type InFlight, itemRows, ledgerOf, newerOf, transactionRows } from '../../archive/outbox/views';
import type { Delivery } from '../../archive/records/bodies/outbox';
import { ledgerCsv } from '../ledger-csv';
import { asItMayLeave, writeLedger } from '../ledger-file';
import { previewOf, whyNoFiles } from './preview';

export interface RequestsParts {
  readonly engine: Engine;
  readonly batcher: CommitBatcher;
  readonly inFlight: InFlight;
  /** Throws NOT_FOUND. */
  readonly require: (remote: RemoteKey) => Remote;
  readonly summary: () => OutboxSummary;
  /** Something waits for this remote again. */
  readonly hint: (remote: RemoteKey) => void;
  readonly changed: () => void;
}

type OutboxVerb = Extract<SyncVerb, `outbox.${string}` | `ledger.${string}`>;

/** What people ask of the outbox: to send, to take back, to try again, and how everything stands. */
export class OutboxRequests {
  readonly verbs: Handlers<OutboxVerb>;

  constructor(private readonly parts: RequestsParts) {
    this.verbs = this.createVerbs();
  }

  /** Puts what has arrived at a remote and is not proven into its queue again. */
  async sendAgain({ remote }: Remote): Promise<void> {
    const filter = { remote, states: ['arrived' as const], limit: 1, offset: 0 };
    const { total } = this.items(filter);
    if (total === 0) return;
    const { rows } = this.items({ ...filter, limit: total });
    await this.note(rows, 'waiting');
  }

  private get db() {
    return this.parts.engine.context.db;
  }

  private createVerbs(): Handlers<OutboxVerb> {
    const { engine, inFlight, require } = this.parts;
    return {
      'outbox.preview': async (input) => Promise.resolve(previewOf(this.db, require(input.remote), input)),
      'outbox.send': (input) => this.send(input),
      'outbox.transactions': async (input) => {
        const { total, rows } = transactionRows(this.db, input, inFlight);
        return Promise.resolve({ total, rows: [...rows] });
      },
      'outbox.transaction': async ({ transaction }) => {
        const filter = { transaction, openOnly: false, limit: 1, offset: 0 };
        const [row] = transactionRows(this.db, filter, inFlight).rows;
        if (!row) throw new FieldboxError('NOT_FOUND', { what: 'transaction' });
        return Promise.resolve(row);
      },
      'outbox.items': async (input) => Promise.resolve(this.items(input)),
      'outbox.cancel': async ({ transaction }) => {
        await this.change(transaction, ['waiting', 'parked'], 'cancelled');
        return {};
      },
      'outbox.retry': async ({ transaction }) => ({
        items: await this.change(transaction, ['refused', 'parked', 'cancelled'], 'waiting'),
      }),
      'outbox.correct': ({ remote, patient }) => this.correct(remote, patient),
      'outbox.summary': async () => Promise.resolve(this.parts.summary()),
      'ledger.list': async (input) => Promise.resolve(this.items(input)),
      'ledger.image': async ({ image }) => {
        const { rows, proofs } = ledgerOf(this.db, image, inFlight);
        const { proofsWanted } = await engine.verbs['archive.settings']({});
        return { rows: [...rows], proofs, wanted: proofsWanted };
      },
      'ledger.csv': async (input) => {
        const page = (offset: number, limit: number): readonly ItemRow[] =>
          this.items({ ...input, offset, limit }).rows.map((row) => asItMayLeave(engine.context, row));
        return Promise.resolve({ csv: ledgerCsv(page) });
      },
      'ledger.export': async ({ path, ...filter }) => ({
        lines: await writeLedger(
          engine.context,
          path,
          (offset, limit) => this.items({ ...filter, offset, limit }).rows,
        ),
      }),
    };
  }

  private async send(input: Parsed<'outbox.send'>): Promise<Output<'outbox.send'>> {
    const { selection, attachments = [], remote, anonymise, priority } = input;
    const target = this.parts.require(remote);
    const refused = attachments.length === 0 ? null : whyNoFiles(target, anonymise);
    if (refused !== null) throw new FieldboxError(refused);
    const release = { purpose: 'send', recipient: target.name, person: actingUser() } as const;
    const { rows: images, leftOut } = selectToSend(this.db, selection, release);
    const chosen = selectFiles(this.db, attachments, release);
    if (images.length + chosen.rows.length === 0) throw new FieldboxError('EXPORT_NOTHING');
    const transaction = TransactionKey.parse(randomUUID());
    const files = chosen.rows.map(({ attachment, sha256, bytes }) => ({ attachment, file: sha256, bytes }));
    const cause = { type: 'person' as const, reference: '' };
    await this.parts.engine.context.commit([
      {
        type: 'send.requested',
        body: {
          transaction,
          remote,
          images: [...images],
          ...(files.length > 0 && { files }),
          anonymise,
          priority,
          cause,
        },
      },
    ]);
    return {
      transaction,
      images: images.length,
      files: files.length,
      leftOut: [...leftOut],
      leftOutFiles: [...chosen.leftOut],
    };
  }

  private async correct(remote: RemoteKey, patient: PatientKey | undefined): Promise<Output<'outbox.correct'>> {
    this.parts.require(remote);
    const images = [...newerOf(this.db, remote, patient)];
    if (images.length === 0) throw new FieldboxError('EXPORT_NOTHING');
    const selection = ExportSelection.parse({ images });
    const sent = await this.send({ selection, remote, anonymise: null, priority: 0 });
    return { transaction: sent.transaction, images: sent.images, leftOut: sent.leftOut };
  }

  private items(input: Parameters<typeof itemRows>[1]) {
    const { total, rows } = itemRows(this.db, input, this.parts.inFlight);
    return { total, rows: [...rows] };
  }

  /** Changes the state of all items of a transaction that are in one of some states; gives how many. */
  private async change(
    transaction: TransactionKey,
    from: readonly ('waiting' | 'parked' | 'refused' | 'cancelled')[],
    to: 'waiting' | 'cancelled',
  ): Promise<number> {
    const filter = { transaction, states: [...from], limit: 1, offset: 0 };
    if (this.items({ ...filter, states: [] }).total === 0)
      throw new FieldboxError('NOT_FOUND', { what: 'transaction' });
    const { total } = this.items(filter);
    if (total === 0) return 0;
    const { rows } = this.items({ ...filter, limit: total });
    const changing = rows.filter(({ state }) => state !== 'sending');
    if (changing.length > 0) await this.note(changing, to);
    const remote = rows[0]?.remote;
    if (remote !== undefined) this.parts.hint(remote);
    this.parts.changed();
    return changing.length;
  }

  private async note(
    items: readonly Pick<Delivery, 'transaction' | 'position'>[],
    state: 'waiting' | 'cancelled',
  ): Promise<void> {
    const deliveries = items.map(({ transaction, position }): Delivery => {
      return { transaction, position, state, fault: null, proof: null };
    });
    await this.parts.batcher.add([{ type: 'send.delivery', body: { items: deliveries } }], []);
    this.parts.changed();
  }
}
