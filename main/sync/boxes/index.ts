import { randomUUID } from 'node:crypto';
import type { EventName, EventPayload, Handlers, Parsed } from '@shared/contract';
import type { BoxRow, BoxVerb, HubStatus } from '@shared/contract/boxes';
import type { RemoteRow } from '@shared/contract/sync';
import { FieldboxError } from '@shared/errors';
import type { RemoteKey } from '@shared/model/ids';
import type { HubSettings } from '@shared/model/remotes/hub';
import type { RemotePolicy, SettingsOf } from '@shared/model/remotes/settings';
import { actAs } from '../../archive/actor';
import type { Engine } from '../../archive/engine';
import { type Remote, remoteByKey, remotes } from '../../archive/outbox/queue';
import { oneAfterTheOther } from '../../archive/people/in-turn';
import type { Delivery } from '../../archive/records/bodies/outbox';
import type { NewRecord } from '../../archive/records/record';
import type { BackOff } from '../outbox/backoff';
import type { MakeAnonymous } from '../outbox/outgoing';
import { DriverMemory } from '../remotes/memory';
import type { RemoteConnection, Surroundings } from '../remotes/remote';
import { type SecretStore, secretName } from '../secrets';
import type { Throttles } from '../outbox/throttle';
import type { OwnIdentity } from '../certificates';
import { HubControl } from './hub-control';
import { BoxIntake } from './intake';
import { BoxPoller, type PollRound } from './poller';
import { hashOfToken, parseBoxAddress, TRANSACTIONS } from './protocol';
import { BoxRoutes } from './routes';
import { ServedOutbox } from './served-outbox';

type BoxRemote = Remote & { readonly settings: SettingsOf<'slicebox'> };

export interface BoxesParts {
  readonly engine: Engine;
  readonly secrets: SecretStore;
  readonly emit: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
  readonly onFault: (error: unknown) => void;
  readonly makeAnonymous: MakeAnonymous;
  readonly throttles: Throttles;
  readonly note: (items: readonly Delivery[]) => Promise<void>;
  readonly inFlight: (remote: Remote) => Set<string>;
  readonly connect: (remote: Remote) => RemoteConnection;
  /** Saves a remote as `remotes.save` does, with further records in the same commit. */
  readonly save: (
    input: Parsed<'remotes.save'>,
    more: (remote: RemoteKey) => readonly NewRecord[],
  ) => Promise<RemoteRow>;
  readonly row: (remote: Remote) => Promise<RemoteRow>;
  /** Something in the outbox moved. */
  readonly outboxChanged: () => void;
  readonly hub: HubSettings | null;
  readonly identity: OwnIdentity;
  readonly backOff: BackOff;
}

const FREELY: RemotePolicy = { paused: false, hours: null, network: null, bytesPerSecond: null, smallFirst: false };
/** In contact within this time: it is there. */
const ONLINE_MS = 60_000;
const EVENT_INTERVAL_MS = 300;

interface Heard {
  /** On the steady clock. */
  readonly at: number;
  readonly shown: string;
}

/** Boxes: the listener others reach, the boxes this archive fetches from, and what has come from both. */
export class Boxes {
  readonly verbs: Handlers<BoxVerb>;
  private readonly intake: BoxIntake;
  private readonly hub: HubControl;
  private readonly pollers = new Map<RemoteKey, BoxPoller>();
  private readonly heard = new Map<RemoteKey, Heard>();
  private readonly inTurn = oneAfterTheOther();
  private started = false;
  private opening: Promise<void> = Promise.resolve();
  private event: NodeJS.Timeout | null = null;

  constructor(private readonly parts: BoxesParts) {
    const { engine, onFault } = parts;
    const ctx = engine.context;
    const changed = (): void => this.changed();
    this.intake = new BoxIntake(engine, onFault, changed);
    const outbox = new ServedOutbox({
      ctx,
      makeAnonymous: parts.makeAnonymous,
      throttles: parts.throttles,
      note: parts.note,
      inFlight: parts.inFlight,
      changed: parts.outboxChanged,
    });
    const routes = new BoxRoutes({
      ctx,
      intake: this.intake,
      outbox,
      heard: (remote, asks, isFieldbox) => {
        this.remember(remote, isFieldbox);
        if (asks) this.hear(remote.remote);
      },
    });
    this.hub = new HubControl({
      ctx,
      plugins: [routes],
      onFault,
      changed,
      override: parts.hub,
      identity: parts.identity,
    });
    this.verbs = this.createVerbs();
  }

  /** Listens if that is switched on, and begins to ask boxes for images. */
  start(): void {
    this.started = true;
    actAs(null, () => {
      this.opening = this.hub.start();
      void this.intake.tidy().catch(this.parts.onFault);
      for (const remote of remotes(this.ctx.db)) this.watch(remote);
    });
  }

  /** The certificate has changed. */
  listenAgain(): Promise<void> {
    return this.hub.again();
  }

  hint(): void {
    for (const poller of this.pollers.values()) poller.hint();
  }

  /** A remote was saved. */
  async saved(remote: Remote): Promise<void> {
    await this.forget(remote.remote);
    this.watch(remote);
  }

  /** A remote was removed, or is being changed. */
  async forget(remote: RemoteKey): Promise<void> {
    await this.pollers.get(remote)?.stop();
    this.pollers.delete(remote);
  }

  visits(remote: RemoteKey | null): ReturnType<Surroundings['visits']> {
    const heard = remote === null ? undefined : this.heard.get(remote);
    return {
      listening: this.hub.listening,
      heardMsAgo: heard === undefined ? null : Math.round(performance.now() - heard.at),
    };
  }

  /** How the listener stands, when it has been opened as far as it can be. */
  async status(): Promise<HubStatus> {
    await this.opening;
    return this.hub.status();
  }

  async close(): Promise<void> {
    this.started = false;
    if (this.event !== null) clearTimeout(this.event);
    await this.hub.stop();
    await Promise.all([...this.pollers.values()].map((poller) => poller.stop()));
    this.pollers.clear();
    this.intake.close();
  }

  private get ctx() {
    return this.parts.engine.context;
  }

  private createVerbs(): Handlers<BoxVerb> {
    const { book } = this.intake;
    return {
      'hub.status': async () => Promise.resolve(this.hub.status()),
      'hub.set': (settings) => this.hub.set(settings),
      'boxes.list': async () => Promise.resolve({ rows: this.boxes().map((remote) => this.rowOf(remote)) }),
      'boxes.createConnection': ({ name }) => this.inTurn(() => this.createConnection(name)),
      'boxes.connect': (input) => this.inTurn(() => this.connectTo(input)),
      'boxes.address': async ({ remote }) => ({ url: await this.address(this.require(remote, 'reached')) }),
      'boxes.renewAddress': ({ remote }) => this.inTurn(async () => this.renew(this.require(remote, 'reached'))),
      'boxes.fetch': async ({ remote }) => this.fetchNow(this.require(remote, 'connects')),
      'boxes.incoming': async (filter) => Promise.resolve(book.list(filter)),
      'boxes.incomingImages': async ({ id, limit, offset }) => {
        const { total, rows } = book.images(id, limit, offset);
        return Promise.resolve({ total, rows });
      },
      'boxes.forgetIncoming': async ({ id }) => {
        book.forget(id);
        this.changed();
        return Promise.resolve({});
      },
    };
  }

  private boxes(): readonly BoxRemote[] {
    return remotes(this.ctx.db).filter(isBox);
  }

  private require(key: RemoteKey, role: 'connects' | 'reached'): BoxRemote {
    const remote = remoteByKey(this.ctx.db, key);
    if (remote === undefined) throw new FieldboxError('NOT_FOUND', { what: 'remote' });
    if (!isBox(remote) || remote.settings.role !== role) throw new FieldboxError('REMOTE_CANNOT');
    return remote;
  }

  private rowOf({ remote, name, settings }: BoxRemote): BoxRow {
    const heard = this.heard.get(remote);
    const trouble = this.pollers.get(remote)?.trouble ?? null;
    const known = new DriverMemory(this.ctx.db, remote).recall('fieldbox');
    return {
      remote,
      name,
      role: settings.role,
      online: trouble === null && heard !== undefined && performance.now() - heard.at < ONLINE_MS,
      heardAt: heard?.shown ?? null,
      isFieldbox: known === null ? null : known === 'yes',
      fault: trouble === null ? null : { code: trouble.code, details: { ...trouble.details } },
    };
  }

  private async createConnection(name: string): Promise<{ remote: RemoteRow; url: string }> {
    const base = this.hub.base();
    const same = this.boxes().find((box) => box.name.toLowerCase() === name.toLowerCase());
    if (same?.settings.role === 'reached') return { remote: await this.parts.row(same), url: await this.address(same) };
    const token = randomUUID();
    const remote = await this.parts.save(
      {
        name,
        settings: { kind: 'slicebox', role: 'reached', url: '', certificate: null },
        policy: FREELY,
        secrets: { token },
      },
      (key) => [{ type: 'box.addressGiven', body: { remote: key, token: hashOfToken(token) } }],
    );
    return { remote, url: addressOf(base, token) };
  }

  private async connectTo({ name, url: text }: Parsed<'boxes.connect'>): Promise<{ remote: RemoteRow }> {
    const { url, token } = parseBoxAddress(text);
    const same = this.boxes().find((box) => box.name.toLowerCase() === name.toLowerCase());
    if (same?.settings.role === 'connects' && same.settings.url === url) {
      const known = await this.parts.secrets.get(secretName(same.remote, 'token'));
      if (known === token) return { remote: await this.parts.row(same) };
    }
    const settings = { kind: 'slicebox', role: 'connects', url, certificate: null } as const;
    return { remote: await this.parts.save({ name, settings, policy: FREELY, secrets: { token } }, () => []) };
  }

  private async address({ remote }: BoxRemote): Promise<string> {
    const base = this.hub.base();
    const token = await this.parts.secrets.get(secretName(remote, 'token'));
    if (token === null) throw new FieldboxError('BOX_URL_GONE');
    return addressOf(base, token);
  }

  private async renew({ remote }: BoxRemote): Promise<{ url: string }> {
    const base = this.hub.base();
    const token = randomUUID();
    await this.parts.secrets.set(secretName(remote, 'token'), token);
    await this.ctx.commit([{ type: 'box.addressGiven', body: { remote, token: hashOfToken(token) } }]);
    return { url: addressOf(base, token) };
  }

  private async fetchNow(remote: BoxRemote): Promise<Omit<PollRound, 'trouble'>> {
    const poller = this.pollers.get(remote.remote) ?? this.pollerOf(remote);
    try {
      const { trouble, received, rejected } = await actAs(null, () => poller.now());
      if (trouble !== null) throw new FieldboxError(trouble.code, trouble.details);
      return { received, rejected };
    } finally {
      if (!this.pollers.has(remote.remote)) await poller.stop();
    }
  }

  private watch(remote: Remote): void {
    if (!this.started || !isBox(remote) || remote.settings.role !== 'connects') return;
    const poller = this.pollerOf(remote);
    this.pollers.set(remote.remote, poller);
    poller.start();
  }

  private pollerOf(remote: Remote): BoxPoller {
    const { onFault, connect, backOff } = this.parts;
    return new BoxPoller(remote, {
      ctx: this.ctx,
      intake: this.intake,
      connect: () => connect(remote),
      backOff,
      heard: () => this.hear(remote.remote),
      onFault,
    });
  }

  private hear(remote: RemoteKey): void {
    const before = this.heard.get(remote);
    this.heard.set(remote, { at: performance.now(), shown: this.ctx.now().toISOString() });
    if (before === undefined || performance.now() - before.at > ONLINE_MS) this.changed();
  }

  private remember({ remote }: Remote, isFieldbox: boolean): void {
    const memory = new DriverMemory(this.ctx.db, remote);
    const value = isFieldbox ? 'yes' : 'no';
    if (memory.recall('fieldbox') !== value) memory.remember('fieldbox', value);
  }

  /** Tells the window, at most a few times a second. */
  private changed(): void {
    if (this.event !== null || !this.started) return;
    this.event = setTimeout(() => {
      this.event = null;
      this.parts.emit('boxes.changed', { listening: this.hub.listening });
    }, EVENT_INTERVAL_MS);
    this.event.unref();
  }
}

function isBox(remote: Remote): remote is BoxRemote {
  return remote.settings.kind === 'slicebox';
}

function addressOf(base: string, token: string): string {
  return `${base}${TRANSACTIONS}/${token}`;
}
