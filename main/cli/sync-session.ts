import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { FieldboxError } from '@shared/errors';
import type { RemoteRow } from '@shared/contract/sync';
import type { HubSettings } from '@shared/model/remotes/hub';
import { systemCode } from '../platform/durable';
import { createSync, type Sync } from '../sync';
import { boxKeyName } from '../sync/box-key-pair';
import type { SecretStore } from '../sync/secrets';
import { sentenceOf } from './fault';
import { type Session, withArchive } from './session';
import type { Terminal } from './terminal';

/** The environment variable in which a secret of a remote is handed in: the command line keeps none. */
export function secretVariable(name: string): string {
  return `FIELDBOX_REMOTE_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}

/** The environment variable that names the file in which the command line keeps the secret half of an archive's own key. */
const KEY_FILE = 'FIELDBOX_KEY_FILE';

/**
 * Passwords of remotes for one command, from the environment, and the archive's own key from a file that only its owner can
 * read. What the window keeps lies in the system's safe storage and stays there.
 */
class EnvironmentSecrets implements SecretStore {
  readonly safe = true;

  constructor(private readonly keyName: string) {}

  async get(name: string): Promise<string | null> {
    if (name === this.keyName) return this.key();
    return Promise.resolve(process.env[secretVariable(name.slice(name.indexOf('/') + 1))] ?? null);
  }

  async set(name: string, value: string | null): Promise<void> {
    const path = process.env[KEY_FILE];
    if (name !== this.keyName || value === null || !path) return; // nothing else is kept
    await writeFile(path, `${value}\n`, { mode: 0o600, flag: 'wx', flush: true });
  }

  names(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  private async key(): Promise<string | null> {
    const path = process.env[KEY_FILE];
    if (!path) return null;
    try {
      return (await readFile(path, 'utf8')).trim();
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null;
      throw new FieldboxError('SECRET_UNREADABLE', {}, error);
    }
  }
}

/** A command with its outbox: what it asks of it is guarded as what it asks of the archive. */
export interface SyncSession extends Session {
  readonly sync: Pick<Sync, 'verbs' | 'commitments' | 'identity' | 'throttles' | 'hub' | 'start' | 'settled' | 'close'>;
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
      secrets: new EnvironmentSecrets(boxKeyName(session.engine.context.archiveId)),
      emit: () => undefined,
      onFault: (error) => terminal.say(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      ...(hub !== undefined && { hub }),
    });
    try {
      return await use({
        ...session,
        sync: {
          verbs: session.guard(sync.verbs),
          // Sending what others have asked for needs what asking for it needs.
          start: () => {
            session.require('remotes.now');
            sync.start();
          },
          commitments: sync.commitments,
          identity: sync.identity,
          throttles: sync.throttles,
          settled: () => sync.settled(),
          hub: () => sync.hub(),
          close: () => sync.close(),
        },
      });
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

/** Whether proof can be had while one waits: a receipt comes when a stick comes back. */
function isSoon(proofs: RemoteRow['proofs']): boolean {
  return proofs.some((proof) => proof !== 'receipt');
}

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
        (counts.waiting + counts.sending > 0 || (isSoon(proofs) && counts.arrived > 0)),
    );
    settledFor = busy ? 0 : settledFor + 1;
    const now = rows.map(({ counts }) => Object.values(counts).join()).join(' ');
    if (now !== last || sending > 0) still = performance.now();
    last = now;
    await wait(LOOK_MS);
  }
  for (const { name, activity } of (await sync.verbs['remotes.list']({})).rows) {
    if (activity.fault !== null) terminal.say(`${name}: ${activity.fault.code}: ${sentenceOf(activity.fault)}`);
  }
}

/**
 * Asks for what rules have gathered and sends it, until rules ask for nothing more: what was replaced before it could be sent is asked for
 * in its newer version only when that is known. What is proven by then and not to be kept is taken away.
 */
export async function forwardWaiting(session: SyncSession): Promise<void> {
  const { engine, signal } = session;
  for (let asked = -1; !signal.aborted;) {
    await engine.background.forwarding.once(signal);
    const { total } = await engine.verbs['forward.queue']({ openOnly: false, limit: 1, offset: 0 });
    if (total === asked) return;
    asked = total;
    await sendWaiting(session);
  }
}

/** The remote of this name, whatever its letters' case. Throws NOT_FOUND. */
export async function remoteNamed(sync: SyncSession['sync'], name: string): Promise<RemoteRow> {
  const { rows } = await sync.verbs['remotes.list']({});
  const found = rows.find((row) => row.name.toLowerCase() === name.toLowerCase());
  if (!found) throw new FieldboxError('NOT_FOUND', { what: `destination ${name}` });
  return found;
}
