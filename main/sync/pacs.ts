import type { Handlers, Parsed } from '@shared/contract';
import type { SyncVerb } from '@shared/contract/sync';
import { FieldboxError } from '@shared/errors';
import type { RemoteKey } from '@shared/model/ids';
import type { Engine } from '../archive/engine';
import type { Remote } from '../archive/outbox/queue';
import type { Connecting } from './connecting';
import { fetchInto } from './retrieve';

const QUERY_MS = 120_000;

export interface PacsParts {
  readonly engine: Engine;
  readonly connecting: Connecting;
  /** Throws NOT_FOUND. */
  readonly require: (remote: RemoteKey) => Remote;
}

type PacsVerb = Extract<SyncVerb, `pacs.${string}`>;

/** Query and retrieve (PS3.4 annex C) at whatever remote can: what it holds, and fetching that into the archive. */
export function createPacs({ engine, connecting, require }: PacsParts): Handlers<PacsVerb> {
  const query = async ({ remote, ...question }: Parsed<'pacs.query'>) => {
    const connection = connecting.connect(require(remote));
    try {
      if (connection.query === undefined) throw new FieldboxError('REMOTE_CANNOT');
      const answer = await connection.query(question, AbortSignal.timeout(QUERY_MS));
      if (answer.kind === 'later') throw new FieldboxError(answer.trouble.code, answer.trouble.details);
      return { rows: answer.rows.map((row) => ({ ...row })), more: answer.more };
    } finally {
      await connection.close();
    }
  };
  return {
    'pacs.query': query,
    'pacs.retrieve': async ({ remote, ...what }) => {
      const target = require(remote);
      if (target.policy.paused) throw new FieldboxError('REMOTE_PAUSED');
      const connection = connecting.connect(target);
      if (connection.retrieve === undefined) {
        await connection.close();
        throw new FieldboxError('REMOTE_CANNOT');
      }
      return { job: fetchInto(engine, target, connection, what) };
    },
  };
}
