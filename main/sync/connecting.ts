import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from '@shared/contract';
import type { RemoteKey } from '@shared/model/ids';
import type { RemoteSettings } from '@shared/model/remotes/settings';
import type { EngineContext } from '../archive/context';
import type { Remote } from '../archive/outbox/queue';
import type { OwnBoxKey } from './box-key-pair';
import type { OwnIdentity } from './certificates';
import { archiveCounterparts } from './clinic/archive-counterparts';
import type { Throttles } from './outbox/throttle';
import { DriverMemory } from './remotes/memory';
import { driverFor } from './remotes/registry';
import type { CommitmentDesk, Patience, RemoteConnection, Surroundings } from './remotes/remote';
import { MemorySecrets, type SecretStore, secretName } from './secrets';

const TEST_MS = 60_000;

/** What all connections share. */
interface World {
  readonly secrets: SecretStore;
  readonly ownKey: OwnBoxKey;
  readonly visits: (remote: RemoteKey | null) => ReturnType<Surroundings['visits']>;
  readonly patience: Patience | undefined;
  readonly throttles: Throttles;
  readonly commitments: CommitmentDesk;
  readonly identity: OwnIdentity;
}

/** Connects to remotes: gives their drivers what they may use of the world. */
export class Connecting {
  constructor(
    private readonly ctx: EngineContext,
    private readonly world: World,
  ) {}

  connect(target: Remote): RemoteConnection {
    const { remote, name, settings } = target;
    return driverFor(settings).connect(
      this.surroundings(
        remote,
        name,
        (secret) => this.world.secrets.get(secretName(remote, secret)),
        () => this.world.throttles.of(target),
      ),
    );
  }

  /** Tries settings out, with secrets that were typed and those that are kept. */
  async test(input: {
    readonly remote?: RemoteKey | undefined;
    readonly settings: RemoteSettings;
    readonly secrets: Readonly<Record<string, string>>;
  }): Promise<Output<'remotes.test'>> {
    const typed = new MemorySecrets(input.secrets);
    const { remote } = input;
    const connection = driverFor(input.settings).connect(
      this.surroundings(remote ?? null, '', async (name) => {
        const given = await typed.get(name);
        return given ?? (remote === undefined ? null : this.world.secrets.get(secretName(remote, name)));
      }),
    );
    try {
      return await connection.test(AbortSignal.timeout(TEST_MS));
    } finally {
      await connection.close();
    }
  }

  private surroundings(
    remote: RemoteKey | null,
    name: string,
    secret: (name: string) => Promise<string | null>,
    throttle: Surroundings['throttle'] = () => null,
  ): Surroundings {
    const { visits, ownKey, patience, commitments, identity } = this.world;
    const memory = new DriverMemory(this.ctx.db, remote);
    const { archiveId, version } = this.ctx;
    return {
      remote,
      secret,
      remember: (what, value) => memory.remember(what, value),
      recall: (what) => memory.recall(what),
      remembersAny: (prefix) => memory.remembersAny(prefix),
      temporaryFolder: () => mkdtemp(join(tmpdir(), 'fieldbox-')),
      archiveId,
      version,
      visits: () => visits(remote),
      commitments,
      ownCertificate: () => identity.get(),
      name,
      ownKey: () => ownKey.get(),
      throttle,
      ...(patience !== undefined && { patience }),
      counterparts: archiveCounterparts(this.ctx, remote),
    };
  }
}
