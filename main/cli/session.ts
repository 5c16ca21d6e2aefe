import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Job } from '@shared/contract/archive';
import { FieldboxError } from '@shared/errors';
import { JobId } from '@shared/model/ids';
import { type Engine, openArchive } from '../archive/engine';
import { archivePaths } from '../archive/paths';
import { readManifest } from '../archive/manifest';
import type { JobHandle, JobUpdate } from '../archive/jobs/job-board';
import { productVersion } from '../platform/version';
import type { Terminal } from './terminal';
import { UsageError } from './usage';

/** What a command works with. */
export interface Session {
  readonly engine: Engine;
  readonly terminal: Terminal;
  /** Raised when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** Runs a task of the engine as its job would, showing progress with `describe`. */
  handle(describe: (job: JobUpdate) => string): JobHandle;
  /** Waits for a job the engine has started. Throws the error it failed with, or CANCELLED. */
  settled(job: JobId): Promise<Job>;
}

/**
 * Opens the archive for one command and closes it afterwards, whatever happens. `mayCreate` tells whether an archive that is
 * not there is made. Throws UsageError, NOT_AN_ARCHIVE, ARCHIVE_*.
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
    const engine = await openArchive(folder, { holder: 'fieldbox (command line)', version: productVersion() });
    try {
      return await use(sessionOf(engine, terminal, abort.signal));
    } finally {
      await engine.close();
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function sessionOf(engine: Engine, terminal: Terminal, signal: AbortSignal): Session {
  return {
    engine,
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
