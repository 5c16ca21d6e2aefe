import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Engine, openArchive } from '../../../main/archive/engine';
import { createSync, type Sync } from '../../../main/sync';
import { MemorySecrets } from '../../../main/sync/secrets';
import { ExportSelection } from '../../../shared/contract/release';
import { ImageId, type RemoteKey, type TransactionKey } from '../../../shared/model/ids';
import type { RemotePolicy, RemoteSettings } from '../../../shared/model/remotes/settings';
import { runCommand } from '../../fixtures/command-line';
import { sha256Of } from '../../fixtures/instances';

const FREELY: RemotePolicy = { paused: false, hours: null, network: null, bytesPerSecond: null, smallFirst: false };
/** Few against a round of half a second; a look takes less than one. */
const LOOK_MS = 20;

/** The archive that sends, with its outbox, in this process. */
export class Near {
  private constructor(
    readonly engine: Engine,
    readonly sync: Sync,
    readonly images: readonly ImageId[],
    private readonly warming: readonly ImageId[],
  ) {}

  /** Imports files, and others that only warm up, into a new archive and opens it. */
  static async fill(archive: string, files: readonly string[], warmUp: readonly string[]): Promise<Near> {
    const folders = [files, warmUp].map(([first = '']) => dirname(first));
    const imported = await runCommand('import', ...folders, '--archive', archive, '--json');
    if (imported.code !== 0) throw new Error(imported.stderr);
    const engine = await openArchive(archive, { holder: 'bench', version: '0.0.0' });
    const sync = createSync(engine, {
      secrets: new MemorySecrets(),
      emit: () => undefined,
      onFault: (error) => {
        throw error;
      },
    });
    sync.start();
    return new Near(engine, sync, files.map(imageOf), warmUp.map(imageOf));
  }

  async addRemote(name: string, settings: RemoteSettings, policy = FREELY): Promise<RemoteKey> {
    return (await this.sync.verbs['remotes.save']({ name, settings, policy, secrets: {} })).remote;
  }

  /** Sends a few other images and waits until they have arrived. */
  async warmUp(remote: RemoteKey): Promise<void> {
    await this.until(await this.send(remote, this.warming), 'arrived');
  }

  /** Asks for everything to be sent that does not only warm up. */
  async send(remote: RemoteKey, images = this.images): Promise<TransactionKey> {
    const selection = ExportSelection.parse({ images });
    return (await this.sync.verbs['outbox.send']({ selection, remote, anonymise: null, priority: 0 })).transaction;
  }

  /** Waits until every image of a transaction has at least arrived, or is proven. */
  async until(transaction: TransactionKey, state: 'arrived' | 'proven'): Promise<void> {
    for (;;) {
      // Looking costs, too: as long as the worker of the remote is at work it is not done.
      if (state === 'proven') await this.sync.settled();
      const { counts, total } = await this.sync.verbs['outbox.transaction']({ transaction });
      if (counts.refused + counts.parked > 0) throw new Error('An image was refused.');
      if (counts.proven + (state === 'arrived' ? counts.arrived : 0) === total) return;
      await wait(LOOK_MS);
    }
  }

  async close(): Promise<void> {
    await this.sync.close();
    await this.engine.close();
  }
}

function imageOf(file: string): ImageId {
  return ImageId.parse(sha256Of(readFileSync(file)));
}
