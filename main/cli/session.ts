import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Job } from '@shared/contract/archive';
import type { EngineVerb } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { JobId } from '@shared/model/ids';
import { actAs } from '../archive/actor';
import { type Engine, openArchive } from '../archive/engine';
import { archivePaths } from '../archive/paths';
import { readManifest } from '../archive/manifest';
import type { JobHandle, JobUpdate } from '../archive/jobs/job-board';
import type { Session as Caller } from '../archive/users';
import { productVersion } from '../platform/version';
import { proofsOf } from '../sync/remotes/registry';
import { secretFor } from './secret';
import type { Terminal } from './terminal';
import { UsageError } from './usage';

/** What a command works with. */
export interface Session {
  /** Its verbs and pictures are those of the person who signed in. */
  readonly engine: Engine;
  readonly terminal: Terminal;
  /** Raised when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** Whether the person may do what is no verb but needs what this one needs. Throws NOT_ALLOWED. */
  require(verb: EngineVerb): void;
  /** Runs a task of the engine as its job would, showing progress with `describe`. */
  handle(describe: (job: JobUpdate) => string): JobHandle;
  /** Waits for a job the engine has started. Throws the error it failed with, or CANCELLED. */
  settled(job: JobId): Promise<Job>;
}

/**
 * Opens the archive for one command and closes it afterwards, whatever happens. `mayCreate` tells whether an archive that is
 * not there is made. In an archive with people the person of --user is signed in, and everything is done in their name.
 * Throws UsageError, NOT_AN_ARCHIVE, ARCHIVE_*, NOT_SIGNED_IN, WRONG_SECRET, SIGN_IN_WAIT.
 */
export async function withArchive<T>(
  folder: string | undefined,
  terminal: Terminal,
  mayCreate: boolean,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  if (folder === undefined || folder === '') throw new UsageError('Say which archive: --archive DIR');
  if (!mayCreate && (await readManifest(archivePaths(folder))) === null) throw new FieldboxError('NO_ARCHIVE');
  const abort = new AbortController();
  setMaxListeners(0, abort.signal); // every file on its way listens
  const stop = (): void => {
    terminal.say('Stopping. What was finished is kept.');
    abort.abort();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const engine = await openArchive(folder, {
      holder: 'fieldbox (command line)',
      version: productVersion(),
      proofsOf,
    });
    try {
      const caller = await callerOf(engine, terminal);
      const own = { ...engine, verbs: caller.verbs, pictures: caller.pictures };
      return await actAs(caller.state().user?.user ?? null, () => use(sessionOf(own, caller, terminal, abort.signal)));
    } finally {
      await engine.close();
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

/** The caller of the engine at this terminal, signed in where the archive has people. */
async function callerOf(engine: Engine, terminal: Terminal): Promise<Caller> {
  const caller = engine.openSession({ origin: 'cli', locksItself: false });
  if (caller.state().access === 'open') return caller;
  if (terminal.person === undefined) {
    terminal.say('This archive has people: say who you are with --user NAME.');
    throw new FieldboxError('NOT_SIGNED_IN');
  }
  const password = await secretFor(terminal, 'FIELDBOX_PASSWORD', `Password of ${terminal.person}`);
  await caller.verbs['session.signIn']({ login: terminal.person, password, takeOver: false });
  return caller;
}

function sessionOf(engine: Engine, caller: Caller, terminal: Terminal, signal: AbortSignal): Session {
  return {
    engine,
    require: (verb) => void caller.require(verb),
    terminal,
    signal,
    handle: (describe) => {
      let state: JobUpdate = {};
      return {
        job: JobId.parse(randomUUID()),
        signal,
        update: (changes) => {
          state = { ...state, ...changes };
          terminal.progress(describe(state));
        },
      };
    },
    settled: async (id) => {
      const cancel = (): void => engine.context.jobs.cancel(id);
      signal.addEventListener('abort', cancel, { once: true });
      const job = await engine.context.jobs.settled(id);
      signal.removeEventListener('abort', cancel);
      if (job.state === 'cancelled') throw new FieldboxError('CANCELLED');
      if (job.state === 'failed') throw engine.context.jobs.failureOf(id) ?? new FieldboxError('INTERNAL');
      return job;
    },
  };
}
