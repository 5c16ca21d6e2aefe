import { randomUUID } from 'node:crypto';
import type { Handlers, Parsed } from '@shared/contract';
import type { RemoteRow, SyncVerb } from '@shared/contract/sync';
import { FieldboxError } from '@shared/errors';
import { RemoteKey } from '@shared/model/ids';
import type { EngineContext } from '../archive/context';
import { refuseWithRules } from '../archive/forwarding';
import { type Remote, remoteByKey, remotes, waitingAmount } from '../archive/outbox/queue';
import { countsOf, withSending } from '../archive/outbox/views';
import { oneAfterTheOther } from '../archive/people/in-turn';
import type { NewRecord } from '../archive/records/record';
import type { Connecting } from './connecting';
import type { Workers } from './outbox/workers';
import { requireAllowed } from './remotes/allowed';
import { driverFor } from './remotes/registry';
import { type SecretStore, secretName } from './secrets';

export interface DestinationsParts {
  readonly ctx: EngineContext;
  readonly secrets: SecretStore;
  readonly connecting: Connecting;
  readonly workers: Workers;
  /** A remote was added or changed: whoever serves it or fetches from it hears of it. */
  readonly saved: (remote: Remote) => Promise<void>;
  readonly removed: (remote: RemoteKey) => Promise<void>;
  readonly changed: () => void;
}

type RemotesVerb = Extract<SyncVerb, `remotes.${'list' | 'save' | 'remove' | 'test' | 'now'}`>;

/** The remotes as people set them up: listed, tried out, saved and removed, with their secrets. */
export class Destinations {
  readonly verbs: Handlers<RemotesVerb>;
  private readonly inTurn = oneAfterTheOther();

  constructor(private readonly parts: DestinationsParts) {
    const { ctx, secrets, connecting, workers } = parts;
    this.verbs = {
      'remotes.list': async () => ({
        rows: await Promise.all(remotes(ctx.db).map((remote) => this.row(remote))),
        secretsProtected: secrets.safe,
      }),
      'remotes.save': (input) => this.save(input),
      'remotes.remove': ({ remote }) => this.inTurn(() => this.removeNow(remote)),
      'remotes.test': (input) => connecting.test(input),
      'remotes.now': async ({ remote }) => {
        workers.of(this.require(remote)).now();
        return Promise.resolve({});
      },
    };
  }

  /** Throws NOT_FOUND. */
  require(remote: RemoteKey): Remote {
    const found = remoteByKey(this.parts.ctx.db, remote);
    if (!found) throw new FieldboxError('NOT_FOUND', { what: 'remote' });
    return found;
  }

  /** Saves a remote, with further records in the same commit. */
  save(
    input: Parsed<'remotes.save'>,
    more: (remote: RemoteKey) => readonly NewRecord[] = () => [],
  ): Promise<RemoteRow> {
    return this.inTurn(() => this.saveNow(input, more));
  }

  /** A remote with what it can do, the names of its secrets, and how much waits for it. */
  async row(remote: Remote): Promise<RemoteRow> {
    const { ctx, secrets, workers } = this.parts;
    const prefix = secretName(remote.remote, '');
    const names = await secrets.names(prefix);
    const worker = workers.of(remote);
    const counts = countsOf(ctx.db, { remote: remote.remote });
    const { queries, retrieves } = await this.asks(remote);
    const { proofs, abilities } = driverFor(remote.settings);
    return {
      ...remote,
      proofs: [...proofs],
      abilities,
      secrets: names.map((name) => name.slice(prefix.length)),
      queries,
      retrieves,
      counts: withSending(counts, worker.inFlight.size),
      activity: worker.activity,
    };
  }

  /** A connection reaches for nothing before it is used, so asking one costs nothing. */
  private async asks(remote: Remote): Promise<{ readonly queries: boolean; readonly retrieves: boolean }> {
    const connection = this.parts.connecting.connect(remote);
    const can = { queries: connection.query !== undefined, retrieves: connection.retrieve !== undefined };
    await connection.close();
    return can;
  }

  private async saveNow(
    input: Parsed<'remotes.save'>,
    more: (remote: RemoteKey) => readonly NewRecord[],
  ): Promise<RemoteRow> {
    const { ctx, secrets: store, workers } = this.parts;
    const { name, settings, policy, secrets } = input;
    const before = input.remote === undefined ? undefined : this.require(input.remote);
    const twin = remotes(ctx.db).find((other) => other.name.toLowerCase() === name.toLowerCase());
    if (twin && twin.remote !== input.remote) throw new FieldboxError('REMOTE_NAME_TAKEN');
    const { mistake, isServed } = driverFor(settings);
    if (mistake !== null) throw new FieldboxError(mistake);
    if ('access' in settings && namesLogin(settings.access.url)) throw new FieldboxError('REMOTE_LOGIN_IN_URL');
    const remote = input.remote ?? RemoteKey.parse(randomUUID());
    await requireAllowed(ctx, { remote, name, settings });
    for (const [secret, value] of Object.entries(secrets))
      await store.set(secretName(remote, secret), value === '' ? null : value);
    const record: NewRecord = { type: 'remote.saved', body: { remote, name, settings, policy } };
    await ctx.commit([record, ...more(remote)]);
    const saved = this.require(remote);
    if (before !== undefined && driverFor(before.settings).isServed !== isServed) await workers.dismiss(remote);
    await workers.change(saved);
    await this.parts.saved(saved);
    this.parts.changed();
    return this.row(saved);
  }

  private async removeNow(remote: RemoteKey): Promise<Record<string, never>> {
    const { ctx, secrets, workers } = this.parts;
    refuseWithRules(ctx, this.require(remote));
    if (waitingAmount(ctx.db, remote).items > 0) throw new FieldboxError('REMOTE_BUSY');
    await ctx.commit([{ type: 'remote.removed', body: { remote } }]);
    await this.parts.removed(remote);
    await workers.dismiss(remote);
    for (const name of await secrets.names(secretName(remote, ''))) await secrets.set(name, null);
    this.parts.changed();
    return {};
  }
}

/** `https://name:password@host`: an address lies in records for ever and is shown to everybody; a password must do neither. */
function namesLogin(address: string): boolean {
  const { username, password } = new URL(address);
  return username !== '' || password !== '';
}
