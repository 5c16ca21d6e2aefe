import { randomUUID } from 'node:crypto';
import type { EventName, EventPayload, Handlers, Parsed } from '@shared/contract';
import type { BoxVerb, HubStatus } from '@shared/contract/boxes';
import type { CourierVerb } from '@shared/contract/courier';
import type { OutboxSummary, RemoteRow, SyncVerb } from '@shared/contract/sync';
import { FieldboxError } from '@shared/errors';
import type { AnonymisationWay } from '@shared/model/anonymisation';
import { RemoteKey, TransactionKey } from '@shared/model/ids';
import type { HubSettings } from '@shared/model/remotes/hub';
import { actingUser } from '../archive/actor';
import type { Engine } from '../archive/engine';
import { outgoingFiles } from '../archive/anonymisation/outgoing-file';
import { select } from '../archive/export/selection';
import { refuseWithRules } from '../archive/forwarding';
import { CommitBatcher } from '../archive/ingest/commit-batcher';
import { type Remote, remoteByKey, remotes, waitingAmount } from '../archive/outbox/queue';
import { imagesOfItems } from '../archive/outbox/matches';
import { countsOf, type InFlight, itemRows, ledgerOf, transactionRows, withSending } from '../archive/outbox/views';
import { oneAfterTheOther } from '../archive/people/in-turn';
import type { Delivery } from '../archive/records/bodies/outbox';
import type { NewRecord } from '../archive/records/record';
import { Boxes } from './boxes';
import { OwnBoxKey } from './box-key-pair';
import { createRemoteContent } from './clinic/content';
import { FetchBack } from './clinic/fetch-back';
import { createMatching } from './clinic/matching';
import type { ClinicParts } from './clinic/parts';
import { Connecting } from './connecting';
import { createCourier } from './courier';
import { ledgerCsv } from './ledger-csv';
import { type BackOff, backOff } from './outbox/backoff';
import { writeLedger } from './ledger-file';
import type { MakeAnonymous } from './outbox/outgoing';
import { itemName } from './outbox/item-name';
import { previewOf } from './outbox/preview';
import { RemoteWorker } from './outbox/remote-worker';
import { summaryOf } from './outbox/summary';
import { requireAllowed } from './remotes/allowed';
import { noAbilities } from '@shared/model/remotes/content';
import { driverFor, remoteKinds } from './remotes/registry';
import type { Patience, RemoteConnection } from './remotes/remote';
import { troubleOfVisits } from './remotes/slicebox/served';
import { fetchInto } from './retrieve';
import { ScpService } from './scp/service';
import { type SecretStore, secretName } from './secrets';

export interface SyncOptions {
  readonly secrets: SecretStore;
  readonly emit: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
  readonly onFault: (error: unknown) => void;
  /** Others reach this archive so, whatever is saved: for the command line. */
  readonly hub?: HubSettings;
  /** Where other times than the usual ones are wanted: for silence, and between tries. */
  readonly patience?: Patience;
  readonly backOff?: BackOff;
  /** When results are asked for after images were proven; left out: FETCH_DELAYS_MS. */
  readonly fetchDelaysMs?: readonly number[];
}

/** What travels to and from remotes, on top of an open archive. */
export interface Sync {
  readonly verbs: Handlers<SyncVerb | BoxVerb | CourierVerb>;
  /** How the listener stands by which others reach this archive, when it has been opened as far as it can be. */
  hub(): Promise<HubStatus>;
  /** Begins to send what waits. */
  start(): void;
  /** Lets machines on the network in, if that is switched on. Not for a command that only sends. */
  listen(): Promise<void>;
  /** The machine woke up or a network came: what waits for a better moment is tried. */
  hint(): void;
  /** Waits until nothing more can be sent or proven now. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const EVENT_INTERVAL_MS = 300;

/** Puts the outbox, the ledger and the remotes on an open archive. Nothing is sent before `start`. */
export function createSync(engine: Engine, options: SyncOptions): Sync {
  return new SyncService(engine, options);
}

class SyncService implements Sync {
  readonly verbs: Handlers<SyncVerb | BoxVerb | CourierVerb>;
  private readonly boxes: Boxes;
  private readonly ownKey: OwnBoxKey;
  private readonly connecting: Connecting;
  private readonly workers = new Map<RemoteKey, RemoteWorker>();
  private readonly batcher: CommitBatcher;
  private readonly makeAnonymous: MakeAnonymous;
  private readonly inTurn = oneAfterTheOther();
  private readonly inFlight: InFlight;
  private readonly clinic: ClinicParts;
  private readonly fetchBack: FetchBack;
  private readonly scp: ScpService;
  private started = false;
  private event: NodeJS.Timeout | null = null;
  private readonly deaf: () => void;

  constructor(
    private readonly engine: Engine,
    private readonly options: SyncOptions,
  ) {
    this.batcher = new CommitBatcher(engine.context);
    this.makeAnonymous = outgoingFiles(engine.context);
    this.scp = new ScpService(engine, options);
    const workers = (): RemoteWorker[] => [...this.workers.values()];
    this.inFlight = {
      has: (transaction, position) =>
        workers().some((worker) => worker.inFlight.has(itemName({ transaction, position }))),
      attempts: (transaction, position) =>
        Math.max(0, ...workers().map((worker) => worker.attempts.get(itemName({ transaction, position })) ?? 0)),
      get size() {
        return workers().reduce((sum, worker) => sum + worker.inFlight.size, 0);
      },
      of: (transaction) =>
        workers()
          .flatMap((worker) => [...worker.inFlight])
          .filter((name) => name.startsWith(`${transaction}/`)).length,
    };
    this.ownKey = new OwnBoxKey(options.secrets, engine.context.archiveId);
    this.connecting = new Connecting(engine.context, {
      secrets: options.secrets,
      ownKey: this.ownKey,
      visits: (remote) => this.boxes.visits(remote),
      patience: options.patience,
    });
    this.boxes = new Boxes({
      engine,
      secrets: options.secrets,
      emit: options.emit,
      onFault: options.onFault,
      makeAnonymous: this.makeAnonymous,
      note: (items) => this.note(items),
      inFlight: (remote) => this.workerFor(remote).inFlight,
      connect: (remote) => this.connecting.connect(remote),
      save: (input, more) => this.inTurn(() => this.save(input, more)),
      row: (remote) => this.row(remote),
      outboxChanged: () => this.changed(),
      hub: options.hub ?? null,
    });
    this.clinic = this.clinicParts();
    this.fetchBack = new FetchBack(this.clinic, options.fetchDelaysMs);
    this.verbs = { ...this.createVerbs(), ...this.boxes.verbs, ...this.courierVerbs() };
    this.deaf = engine.context.listen((records) => this.wakeFor(records));
  }

  hub(): Promise<HubStatus> {
    return this.boxes.status();
  }

  start(): void {
    this.started = true;
    this.boxes.start();
    for (const remote of remotes(this.db)) this.workerFor(remote).wake();
    this.fetchBack.start();
  }

  listen(): Promise<void> {
    return this.scp.start();
  }

  hint(): void {
    for (const worker of this.workers.values()) worker.hint();
    this.boxes.hint();
  }

  async settled(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.settled()));
  }

  async close(): Promise<void> {
    this.started = false;
    this.deaf();
    if (this.event !== null) clearTimeout(this.event);
    await Promise.all([this.scp.close(), this.boxes.close()]);
    await this.fetchBack.close();
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()));
    this.workers.clear();
  }

  /** Whoever has asked for something, a person or a rule: the worker of the remote looks at it. */
  private wakeFor(records: readonly NewRecord[]): void {
    if (!this.started) return;
    for (const record of records) {
      if (record.type !== 'send.requested') continue;
      const remote = remoteByKey(this.db, record.body.remote);
      if (remote) this.workerFor(remote).wake();
      this.changed();
    }
  }

  private get db() {
    return this.engine.context.db;
  }

  private courierVerbs(): Handlers<CourierVerb> {
    return createCourier({
      engine: this.engine,
      ownKey: this.ownKey,
      secretsProtected: this.options.secrets.safe,
      require: (remote) => this.require(remote),
      sendAgain: (remote) => this.sendAgain(remote),
      wake: (remote) => {
        if (this.started) this.workerFor(remote).now();
      },
      seekProof: (remote) => this.workerFor(remote).seekProof(),
      waiting: ({ remote }) => waitingAmount(this.db, remote).items,
    });
  }

  private createVerbs(): Handlers<SyncVerb> {
    return {
      'remotes.list': async () => ({
        rows: await Promise.all(remotes(this.db).map((remote) => this.row(remote))),
        kinds: [...remoteKinds()],
        secretsProtected: this.options.secrets.safe,
      }),
      'remotes.save': (input) => this.inTurn(() => this.save(input)),
      'remotes.remove': ({ remote }) => this.inTurn(() => this.remove(remote)),
      'remotes.test': (input) => this.connecting.test(input),
      'remotes.now': async ({ remote }) => {
        this.workerFor(this.require(remote)).now();
        return Promise.resolve({});
      },
      'outbox.preview': async (input) => Promise.resolve(previewOf(this.db, this.require(input.remote), input)),
      'outbox.send': (input) => this.send(input),
      'outbox.transactions': async (input) => {
        const { total, rows } = transactionRows(this.db, input, this.inFlight);
        return Promise.resolve({ total, rows: [...rows] });
      },
      'outbox.transaction': async ({ transaction }) => {
        const [row] = transactionRows(
          this.db,
          { transaction, openOnly: false, limit: 1, offset: 0 },
          this.inFlight,
        ).rows;
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
      'outbox.summary': async () => Promise.resolve(this.summary()),
      'ledger.list': async (input) => Promise.resolve(this.items(input)),
      'ledger.image': async ({ image }) => {
        const { rows, proofs } = ledgerOf(this.db, image, this.inFlight);
        const { proofsWanted } = await this.engine.verbs['archive.settings']({});
        return { rows: [...rows], proofs, wanted: proofsWanted };
      },
      'ledger.csv': async (input) =>
        Promise.resolve({
          csv: ledgerCsv((offset, limit) => this.items({ ...input, offset, limit }).rows),
        }),
      'ledger.export': async ({ path, ...filter }) => ({
        lines: await writeLedger(
          this.engine.context,
          path,
          (offset, limit) => this.items({ ...filter, offset, limit }).rows,
        ),
      }),
      'pacs.query': async ({ remote, ...question }) => this.query(remote, question),
      'pacs.retrieve': async ({ remote, ...what }) => {
        const target = this.require(remote);
        const connection = this.connecting.connect(target);
        if (connection.retrieve === undefined) {
          await connection.close();
          throw new FieldboxError('REMOTE_CANNOT');
        }
        return { job: fetchInto(this.engine, target, connection, what) };
      },
      ...createMatching(this.clinic),
      ...createRemoteContent(this.clinic),
      ...this.scp.verbs,
    };
  }

  private clinicParts(): ClinicParts {
    const abilities = (remote: RemoteKey) => driverFor(this.require(remote).settings)?.abilities ?? noAbilities;
    return {
      ctx: this.engine.context,
      engine: this.engine,
      require: (remote) => this.require(remote),
      abilities,
      matching: (remote) => abilities(remote).matches,
      connect: (remote) => this.connecting.connect(this.require(remote)),
      note: async (items) => {
        await this.batcher.add([{ type: 'send.delivery', body: { items: [...items] } }], []);
        this.changed();
      },
      wake: (remote) => {
        if (this.started) this.workerFor(this.require(remote)).hint();
      },
      onFault: this.options.onFault,
    };
  }

  private require(remote: RemoteKey): Remote {
    const found = remoteByKey(this.db, remote);
    if (!found) throw new FieldboxError('NOT_FOUND', { what: 'remote' });
    return found;
  }

  private async row(remote: Remote): Promise<RemoteRow> {
    const prefix = secretName(remote.remote, '');
    const names = await this.options.secrets.names(prefix);
    const worker = this.workerFor(remote);
    const counts = countsOf(this.db, { remote: remote.remote });
    const { queries, retrieves } = await this.abilities(remote);
    return {
      ...remote,
      proofs: [...(driverFor(remote.settings)?.proofs ?? [])],
      abilities: driverFor(remote.settings)?.abilities ?? noAbilities,
      secrets: names.map((name) => name.slice(prefix.length)),
      queries,
      retrieves,
      counts: withSending(counts, worker.inFlight.size),
      activity: worker.activity,
    };
  }

  /** A connection reaches for nothing before it is used, so asking one costs nothing. */
  private async abilities(remote: Remote): Promise<{ readonly queries: boolean; readonly retrieves: boolean }> {
    if (driverFor(remote.settings) === undefined) return { queries: false, retrieves: false };
    const connection = this.connecting.connect(remote);
    const can = { queries: connection.query !== undefined, retrieves: connection.retrieve !== undefined };
    await connection.close();
    return can;
  }

  private async save(
    input: Parsed<'remotes.save'>,
    more: (remote: RemoteKey) => readonly NewRecord[] = () => [],
  ): Promise<RemoteRow> {
    const { name, settings, policy, secrets } = input;
    const before = input.remote === undefined ? undefined : this.require(input.remote);
    const twin = remotes(this.db).find((other) => other.name.toLowerCase() === name.toLowerCase());
    if (twin && twin.remote !== input.remote) throw new FieldboxError('REMOTE_NAME_TAKEN');
    const driver = driverFor(settings);
    if (driver === undefined) throw new FieldboxError('REMOTE_CANNOT');
    if (driver.mistake !== null) throw new FieldboxError(driver.mistake);
    const remote = input.remote ?? RemoteKey.parse(randomUUID());
    await requireAllowed(this.engine.context, { remote, name, settings });
    for (const [secret, value] of Object.entries(secrets))
      await this.options.secrets.set(secretName(remote, secret), value === '' ? null : value);
    const record: NewRecord = { type: 'remote.saved', body: { remote, name, settings, policy } };
    await this.engine.context.commit([record, ...more(remote)]);
    const saved = this.require(remote);
    if (before !== undefined && driverFor(before.settings)?.isServed !== driver.isServed) await this.dismiss(remote);
    await this.workers.get(remote)?.change(saved);
    await this.boxes.saved(saved);
    this.changed();
    return this.row(saved);
  }

  private async remove(remote: RemoteKey): Promise<Record<string, never>> {
    refuseWithRules(this.engine.context, this.require(remote));
    if (waitingAmount(this.db, remote).items > 0) throw new FieldboxError('REMOTE_BUSY');
    await this.engine.context.commit([{ type: 'remote.removed', body: { remote } }]);
    await this.boxes.forget(remote);
    await this.dismiss(remote);
    for (const name of await this.options.secrets.names(secretName(remote, '')))
      await this.options.secrets.set(name, null);
    this.changed();
    return {};
  }

  private async dismiss(remote: RemoteKey): Promise<void> {
    await this.workers.get(remote)?.stop();
    this.workers.delete(remote);
  }

  private async send(input: {
    readonly selection: Parameters<typeof select>[1];
    readonly remote: RemoteKey;
    readonly anonymise: AnonymisationWay | null;
    readonly priority: number;
  }) {
    const target = this.require(input.remote);
    const { rows, leftOut } = select(this.db, input.selection, 'media', {
      purpose: 'send',
      recipient: target.name,
      person: actingUser(),
    });
    if (rows.length === 0) throw new FieldboxError('EXPORT_NOTHING');
    const transaction = TransactionKey.parse(randomUUID());
    await this.engine.context.commit([
      {
        type: 'send.requested',
        body: {
          transaction,
          remote: input.remote,
          images: rows.map(({ object, bytes }) => ({ image: object, bytes })),
          anonymise: input.anonymise,
          priority: input.priority,
          cause: { type: 'person', reference: '' },
        },
      },
    ]);
    return { transaction, images: rows.length, leftOut: [...leftOut] };
  }

  private items(input: Parameters<typeof itemRows>[1]) {
    const { total, rows } = itemRows(this.db, input, this.inFlight);
    return { total, rows: [...rows] };
  }

  /** Changes the state of all items of a transaction that are in one of some states; gives how many. */
  private async change(
    transaction: TransactionKey,
    from: readonly ('waiting' | 'parked' | 'refused' | 'cancelled')[],
    to: 'waiting' | 'cancelled',
  ): Promise<number> {
    const filter = { transaction, states: [...from], limit: 1, offset: 0 };
    if (itemRows(this.db, { ...filter, states: [] }, this.inFlight).total === 0)
      throw new FieldboxError('NOT_FOUND', { what: 'transaction' });
    const { total } = itemRows(this.db, filter, this.inFlight);
    if (total === 0) return 0;
    const { rows } = itemRows(this.db, { ...filter, limit: total }, this.inFlight);
    const changing = rows.filter(({ state }) => state !== 'sending');
    if (changing.length > 0) {
      await this.batcher.add(
        [
          {
            type: 'send.delivery',
            body: {
              items: changing.map(({ position }) => ({ transaction, position, state: to, fault: null, proof: null })),
            },
          },
        ],
        [],
      );
    }
    const remote = rows[0]?.remote;
    if (remote !== undefined && this.started) this.workerFor(this.require(remote)).hint();
    this.changed();
    return changing.length;
  }

  /** Puts what has arrived at a remote and is not proven into its queue again. */
  private async sendAgain({ remote }: Remote): Promise<void> {
    const filter = { remote, states: ['arrived' as const], limit: 1, offset: 0 };
    const { total } = itemRows(this.db, filter, this.inFlight);
    if (total === 0) return;
    const { rows } = itemRows(this.db, { ...filter, limit: total }, this.inFlight);
    const items = rows.map(({ transaction, position }): Delivery => {
      return { transaction, position, state: 'waiting', fault: null, proof: null };
    });
    await this.batcher.add([{ type: 'send.delivery', body: { items } }], []);
    this.changed();
  }

  private async query(remote: RemoteKey, question: Parameters<NonNullable<RemoteConnection['query']>>[0]) {
    const connection = this.connecting.connect(this.require(remote));
    try {
      if (connection.query === undefined) throw new FieldboxError('REMOTE_CANNOT');
      const answer = await connection.query(question, AbortSignal.timeout(120_000));
      if (answer.kind === 'later') throw new FieldboxError(answer.trouble.code, answer.trouble.details);
      return { rows: answer.rows.map((row) => ({ ...row })), more: answer.more };
    } finally {
      await connection.close();
    }
  }

  private summary(): OutboxSummary {
    const blocked = [...this.workers.values()].filter(({ activity }) => activity.condition === 'blocked');
    return summaryOf(this.db, this.inFlight.size, blocked.length);
  }

  private workerFor(remote: Remote): RemoteWorker {
    const known = this.workers.get(remote.remote);
    if (known) return known;
    const driver = driverFor(remote.settings);
    const worker = new RemoteWorker(remote, {
      ctx: this.engine.context,
      makeAnonymous: this.makeAnonymous,
      note: async (items) => {
        await this.note(items);
        const proven = items.filter(({ state }) => state === 'proven');
        if (proven.length > 0) this.fetchBack.delivered(remote.remote, imagesOfItems(this.db, proven));
      },
      connect: () => this.connecting.connect(this.require(remote.remote)),
      provable: (driver?.proofs.length ?? 0) > 0 && driver?.isServed !== true,
      parallel: driver?.parallel ?? 1,
      served: driver?.isServed === true ? () => troubleOfVisits(this.boxes.visits(remote.remote)) : null,
      backOff: this.options.backOff ?? ((failures) => backOff(failures)),
      changed: () => this.changed(),
      onFault: this.options.onFault,
    });
    this.workers.set(remote.remote, worker);
    return worker;
  }

  /** Nobody's act: whoever woke a worker is not the one who asked for what it delivers; the request names that person. */
  private note(items: readonly Delivery[]): Promise<void> {
    return this.batcher.add([{ type: 'send.delivery', by: null, body: { items: [...items] } }], []);
  }

  /** Tells the window, at most a few times a second. */
  private changed(): void {
    if (this.event !== null || !this.started) return;
    this.event = setTimeout(() => {
      this.event = null;
      this.options.emit('outbox.changed', this.summary());
    }, EVENT_INTERVAL_MS);
    this.event.unref();
  }
}
