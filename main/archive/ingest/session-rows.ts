import { randomUUID } from 'node:crypto';
import { ImportSession } from '@shared/contract/intake';
import { FieldboxError } from '@shared/errors';
import { ImportSessionKey } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';

export const SESSION_COLUMNS = `SELECT key AS session, source, source_ref AS sourceRef, open, started_at AS startedAt,
  finished_at AS finishedAt, state, files, added, already_stored AS alreadyStored, rejected, bytes, label FROM import_session`;

export function newSession(): ImportSessionKey {
  return ImportSessionKey.parse(randomUUID());
}

/** A session that is on the list. Throws NOT_FOUND. */
export function readSession(ctx: EngineContext, key: ImportSessionKey): ImportSession {
  const row = statement(ctx.db, `${SESSION_COLUMNS} WHERE key = ? AND forgotten = 0`).get(key);
  if (!row) throw new FieldboxError('NOT_FOUND', { what: key });
  return sessionOf(row);
}

/** What a row of SESSION_COLUMNS says. */
export function sessionOf(row: unknown): ImportSession {
  const raw = row as { readonly open: number };
  return ImportSession.parse({ ...raw, open: raw.open === 1 });
}
