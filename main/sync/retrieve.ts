import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { JobId } from '@shared/model/ids';
import type { Engine } from '../archive/engine';
import { Receiver } from '../archive/ingest/receiver';
import type { Remote } from '../archive/outbox/queue';
import type { RemoteConnection, Retrieval } from './remotes/remote';

/** Fetches from a remote into the archive, as a job. What has come stays when it is cancelled or fails. */
export function fetchInto(engine: Engine, remote: Remote, connection: RemoteConnection, what: Retrieval): JobId {
  const { context } = engine;
  return context.jobs.start('import', async (handle) => {
    const receiver = await Receiver.open(
      context,
      { source: 'api', sourceRef: remote.name.slice(0, 200), label: remote.name },
      handle,
    );
    handle.update({ importSession: receiver.session, phase: 'reading' });
    let state: 'done' | 'cancelled' | 'failed' = 'failed';
    try {
      const trouble = await connection.retrieve?.(
        what,
        async (path) => {
          try {
            await receiver.take(path, basename(path));
          } catch (thrown) {
            const error = asFieldboxError(thrown);
            // One file that cannot be read is in the report; a full disk ends it all.
            if (['DISK_FULL', 'DISK_FAILED', 'CANCELLED', 'INTERNAL'].includes(error.code)) throw error;
          } finally {
            await rm(path, { force: true });
          }
        },
        handle.signal,
      );
      if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
      if (trouble !== null && trouble !== undefined) throw new FieldboxError(trouble.code, trouble.details);
      state = 'done';
    } catch (thrown) {
      state = asFieldboxError(thrown).code === 'CANCELLED' ? 'cancelled' : 'failed';
      throw thrown;
    } finally {
      await receiver.end(state);
      await connection.close();
    }
  });
}
