import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { JobId, RemoteKey } from '@shared/model/ids';
import type { Engine } from '../archive/engine';
import { Receiver } from '../archive/ingest/receiver';
import type { Remote } from '../archive/outbox/queue';
import type { NewRecord } from '../archive/records/record';
import type { RemoteConnection, Retrieval } from './remotes/remote';

/** Fetches from a remote into the archive, as a job, until a person pauses the remote. What has come stays, however it ends. */
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
    const pause = new AbortController();
    const deaf = context.listen((records) => {
      if (records.some((record) => pauses(record, remote.remote))) pause.abort();
    });
    const stoppedBy = (): FieldboxError | null => {
      if (handle.signal.aborted) return new FieldboxError('CANCELLED');
      return pause.signal.aborted ? new FieldboxError('REMOTE_PAUSED') : null;
    };
    try {
      const trouble = await connection.retrieve?.(
        what,
        async (path, named) => {
          try {
            await receiver.take(path, basename(path), { named });
          } catch (thrown) {
            const error = asFieldboxError(thrown);
            // One file that cannot be read is in the report; a full disk ends it all.
            if (['DISK_FULL', 'DISK_FAILED', 'CANCELLED', 'INTERNAL'].includes(error.code)) throw error;
          } finally {
            await rm(path, { force: true });
          }
        },
        AbortSignal.any([handle.signal, pause.signal]),
      );
      const stopped = stoppedBy();
      if (stopped !== null) throw stopped;
      if (trouble !== null && trouble !== undefined) throw new FieldboxError(trouble.code, trouble.details);
      state = 'done';
    } catch (thrown) {
      const reason = stoppedBy() ?? asFieldboxError(thrown);
      state = reason.code === 'CANCELLED' ? 'cancelled' : 'failed';
      throw reason;
    } finally {
      deaf();
      await receiver.end(state);
      await connection.close();
    }
  });
}

function pauses(record: NewRecord, remote: RemoteKey): boolean {
  return record.type === 'remote.saved' && record.body.remote === remote && record.body.policy.paused;
}
