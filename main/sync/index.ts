import type { EventName, EventPayload, Handlers } from '@shared/contract';
import type { BoxVerb, HubStatus } from '@shared/contract/boxes';
import type { CertificateVerb } from '@shared/contract/certificates';
import type { CourierVerb } from '@shared/contract/courier';
import type { OutboxSummary, SyncVerb } from '@shared/contract/sync';
import type { RemoteKey } from '@shared/model/ids';
import type { HubSettings } from '@shared/model/remotes/hub';
import { outgoingFiles } from '../archive/anonymisation/outgoing-file';
import type { Engine } from '../archive/engine';
import { CommitBatcher } from '../archive/ingest/commit-batcher';
import { imagesOfItems } from '../archive/outbox/matches';
import { remoteByKey, remotes, waitingAmount } from '../archive/outbox/queue';
import type { Delivery } from '../archive/records/bodies/outbox';
import type { NewRecord } from '../archive/records/record';
import { OwnBoxKey } from './box-key-pair';
import { Boxes } from './boxes';
import { createCertificates, OwnIdentity } from './certificates';
import { createRemoteContent } from './clinic/content';
import { FetchBack } from './clinic/fetch-back';
import { createMatching } from './clinic/matching';
import type { ClinicParts } from './clinic/parts';
import { Connecting } from './connecting';
import { createCourier } from './courier';
import { Destinations } from './destinations';
import { type BackOff, backOff } from './outbox/backoff';
import { OutboxRequests } from './outbox/requests';
import { summaryOf } from './outbox/summary';
import { Throttles } from './outbox/throttle';
import { Workers } from './outbox/workers';
import { createPacs } from './pacs';
import { driverFor } from './remotes/registry';
import type { Patience } from './remotes/remote';
import { troubleOfVisits } from './remotes/slicebox/served';
import { CommitmentReports } from './scp/commitment-reports';
import { ScpService } from './scp/service';
import type { SecretStore } from './secrets';

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
  /** Where reports of storage commitment come in, for a listener of one's own. */
  readonly commitments: CommitmentReports;
  /** Under which certificate this archive is reached. */
  readonly identity: OwnIdentity;
  /** How fast each destination may be read from and written to. */
  readonly throttles: Throttles;
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

/** Puts the parts together, and tells the window that something moved. */
class SyncService implements Sync {
  readonly verbs: Handlers<SyncVerb | BoxVerb | CourierVerb>;
  readonly commitments: CommitmentReports;
  readonly identity: OwnIdentity;
  readonly throttles = new Throttles();
  private readonly batcher: CommitBatcher;
  private readonly ownKey: OwnBoxKey;
  private readonly connecting: Connecting;
  private readonly workers: Workers;
  private readonly destinations: Destinations;
  private readonly requests: OutboxRequests;
  private readonly boxes: Boxes;
  private readonly fetchBack: FetchBack;
  private readonly scp: ScpService;
  private started = false;
  private event: NodeJS.Timeout | null = null;
  private readonly deaf: () => void;

  constructor(
    private readonly engine: Engine,
    private readonly options: SyncOptions,
  ) {
    const { context } = engine;
    const { secrets, emit, onFault } = options;
    const changed = (): void => this.changed();
    const waits = options.backOff ?? ((failures: number) => backOff(failures));
    const require = (remote: RemoteKey) => this.destinations.require(remote);
    const makeAnonymous = outgoingFiles(context);
    const { throttles } = this;
    const clinic = this.clinicParts();
    this.batcher = new CommitBatcher(context);
    this.ownKey = new OwnBoxKey(secrets, context.archiveId);
    this.identity = new OwnIdentity(secrets, context.archiveId);
    this.commitments = new CommitmentReports(context.db, ({ remote }) => this.hintOne(remote));
    this.connecting = new Connecting(context, {
      secrets,
      ownKey: this.ownKey,
      visits: (remote) => this.boxes.visits(remote),
      patience: options.patience,
      throttles,
      commitments: this.commitments,
      identity: this.identity,
    });
    this.workers = new Workers({
      ctx: context,
      makeAnonymous,
      throttles,
      note: (remote, items) => this.noteSent(remote, items),
      connect: (remote) => this.connecting.connect(require(remote)),
      troubleServing: (remote) => troubleOfVisits(this.boxes.visits(remote)),
      backOff: waits,
      changed,
      onFault,
    });
    this.destinations = new Destinations({
      ctx: context,
      secrets,
      connecting: this.connecting,
      workers: this.workers,
      saved: (remote) => this.boxes.saved(remote),
      removed: (remote) => this.boxes.forget(remote),
      changed,
    });
    this.requests = new OutboxRequests({
      engine,
      batcher: this.batcher,
      inFlight: this.workers.inFlight,
      require,
      summary: () => this.summary(),
      hint: (remote) => this.hintOne(remote),
      changed,
    });
    this.boxes = new Boxes({
      engine,
      secrets,
      emit,
      onFault,
      makeAnonymous,
      throttles,
      note: (items) => this.note(items),
      inFlight: (remote) => this.workers.of(remote).inFlight,
      connect: (remote) => this.connecting.connect(remote),
      save: (input, more) => this.destinations.save(input, more),
      row: (remote) => this.destinations.row(remote),
      outboxChanged: changed,
      hub: options.hub ?? null,
      identity: this.identity,
      backOff: waits,
    });
    this.scp = new ScpService(engine, {
      emit,
      onFault,
      reports: this.commitments,
      identity: this.identity,
      throttles: this.throttles,
    });
    this.fetchBack = new FetchBack(clinic, options.fetchDelaysMs);
    this.verbs = {
      ...this.destinations.verbs,
      ...this.requests.verbs,
      ...createPacs({ engine, connecting: this.connecting, require }),
      ...createMatching(clinic),
      ...createRemoteContent(clinic),
      ...this.scp.verbs,
      ...this.certificateVerbs(),
      ...this.boxes.verbs,
      ...this.courierVerbs(),
    };
    this.deaf = context.listen((records) => this.wakeFor(records));
  }

  hub(): Promise<HubStatus> {
    return this.boxes.status();
  }

  start(): void {
    this.started = true;
    this.boxes.start();
    for (const remote of remotes(this.db)) this.workers.of(remote).wake();
    this.fetchBack.start();
  }

  listen(): Promise<void> {
    return this.scp.start();
  }

  hint(): void {
    this.workers.hint();
    this.boxes.hint();
  }

  settled(): Promise<void> {
    return this.workers.settled();
  }

  async close(): Promise<void> {
    this.started = false;
    this.deaf();
    if (this.event !== null) clearTimeout(this.event);
    await Promise.all([this.scp.close(), this.boxes.close()]);
    await this.fetchBack.close();
    await this.workers.close();
  }

  private get db() {
    return this.engine.context.db;
  }

  /** Whoever has asked for something, a person or a rule: the worker of the remote looks at it. */
  private wakeFor(records: readonly NewRecord[]): void {
    if (!this.started) return;
    for (const record of records) {
      if (record.type !== 'send.requested') continue;
      const remote = remoteByKey(this.db, record.body.remote);
      if (remote) this.workers.of(remote).wake();
      this.changed();
    }
  }

  private hintOne(remote: RemoteKey): void {
    if (this.started) this.workers.of(this.destinations.require(remote)).hint();
  }

  private certificateVerbs(): Handlers<CertificateVerb> {
    return createCertificates({
      ctx: this.engine.context,
      identity: this.identity,
      changed: async () => {
        await Promise.all([this.scp.again(), this.boxes.listenAgain()]);
      },
    });
  }

  private courierVerbs(): Handlers<CourierVerb> {
    return createCourier({
      engine: this.engine,
      ownKey: this.ownKey,
      secretsProtected: this.options.secrets.safe,
      require: (remote) => this.destinations.require(remote),
      sendAgain: (remote) => this.requests.sendAgain(remote),
      wake: (remote) => {
        if (this.started) this.workers.of(remote).now();
      },
      seekProof: (remote) => this.workers.of(remote).seekProof(),
      waiting: ({ remote }) => waitingAmount(this.db, remote).items,
    });
  }

  private clinicParts(): ClinicParts {
    const require = (remote: RemoteKey) => this.destinations.require(remote);
    const abilities = (remote: RemoteKey) => driverFor(require(remote).settings).abilities;
    return {
      ctx: this.engine.context,
      engine: this.engine,
      require,
      abilities,
      matching: (remote) => abilities(remote).matches,
      connect: (remote) => this.connecting.connect(require(remote)),
      note: async (items) => {
        await this.batcher.add([{ type: 'send.delivery', body: { items: [...items] } }], []);
        this.changed();
      },
      wake: (remote) => this.hintOne(remote),
      onFault: this.options.onFault,
    };
  }

  private summary(): OutboxSummary {
    return summaryOf(this.db, this.workers.inFlight.size, this.workers.blocked);
  }

  /** Writes down what a worker has sent; what is proven there may have results to fetch. */
  private async noteSent(remote: RemoteKey, items: readonly Delivery[]): Promise<void> {
    await this.note(items);
    const proven = items.filter(({ state }) => state === 'proven');
    if (proven.length > 0) this.fetchBack.delivered(remote, imagesOfItems(this.db, proven));
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
