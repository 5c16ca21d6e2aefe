import { setTimeout as wait } from 'node:timers/promises';
import { FieldboxError } from '@shared/errors';
import type { RemoteRow } from '@shared/contract/sync';
import type { HubSettings } from '@shared/model/remotes/hub';
import { createSync, type Sync } from '../sync';
import type { SecretStore } from '../sync/secrets';
import { type Session, withArchive } from './session';
import type { Terminal } from './terminal';

/** The environment variable in which a secret of a remote is handed in: the command line keeps none. */
export function secretVariable(name: string): string {
  return `FIELDBOX_REMOTE_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}

/** Passwords of remotes for one command, from the environment. What the window keeps lies in the system's safe storage and stays there. */
class EnvironmentSecrets implements SecretStore {
  readonly safe = true;

  get(name: string): Promise<string | null> {
    return Promise.resolve(process.env[secretVariable(name.slice(name.indexOf('/') + 1))] ?? null);
  }

  set(): Promise<void> {
    return Promise.resolve(); // nothing is kept
  }

  names(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
}

/** A command with its outbox. */
export interface SyncSession extends Session {
  readonly sync: Sync;
}

/** Opens the archive with its outbox for one command. Nothing is sent unless the command starts it. */
export function withSync<T>(
  folder: string | undefined,
  terminal: Terminal,
  use: (session: SyncSession) => Promise<T>,
  hub?: HubSettings,
): Promise<T> {
  return withArchive(folder, terminal, false, async (session) => {
    const sync = createSync(session.engine, {
      secrets: new EnvironmentSecrets(),
      emit: () => undefined,
      onFault: (error) => terminal.say(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      ...(hub !== undefined && { hub }),
    });
    try {
      return await use({ ...session, sync });
    } finally {
      await sync.close();
    }
  });
}

/** Lets the archive do what it does by itself, and the outbox send, until the person stops it. */
export async function runUntilStopped({ engine, sync, signal }: SyncSession): Promise<void> {
  sync.start();
  engine.background.start();
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  await engine.background.stop();
}

/** How often is looked whether anything moves. */
const LOOK_MS = 250;
/** What has not moved for so long, such as a proof that cannot be had yet, is not waited for. */
const STILL_MS = 30_000;

/** Sends until nothing moves any more, or the person stops it. What waits for a better moment stays in the outbox. */
export async function sendWaiting({ sync, signal, terminal }: SyncSession): Promise<void> {
  sync.start();
  let settledFor = 0;
  let last = '';
  let still = performance.now();
  while (!signal.aborted && settledFor < 2 && performance.now() - still < STILL_MS) {
    await Promise.race([sync.settled(), wait(LOOK_MS)]);
    const { waiting, sending, unproven } = await sync.verbs['outbox.summary']({});
    terminal.progress(
      `${String(waiting)} waiting, ${String(sending)} on their way, ${String(unproven)} not proven yet`,
    );
    const { rows } = await sync.verbs['remotes.list']({});
    const busy = rows.some(
      ({ counts, activity, proofs }) =>
        (activity.condition === 'idle' || activity.condition === 'sending') &&
        (counts.waiting + counts.sending > 0 || (proofs.length > 0 && counts.arrived > 0)),
    );
    settledFor = busy ? 0 : settledFor + 1;
    const now = rows.map(({ counts }) => Object.values(counts).join()).join(' ');
    if (now !== last || sending > 0) still = performance.now();
    last = now;
    await wait(LOOK_MS);
  }
}

/** The remote of this name, whatever its letters' case. Throws NOT_FOUND. */
export async function remoteNamed(sync: Sync, name: string): Promise<RemoteRow> {
  const { rows } = await sync.verbs['remotes.list']({});
  const found = rows.find((row) => row.name.toLowerCase() === name.toLowerCase());
  if (!found) throw new FieldboxError('NOT_FOUND', { what: `destination ${name}` });
  return found;
}
