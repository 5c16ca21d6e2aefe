import type { Handlers } from '@shared/contract';
import { ImportItem } from '@shared/contract/intake';
import { FieldboxError } from '@shared/errors';
import type { ImportSessionKey } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import { rowsOf } from '../catalog/rows';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { Adding } from './adding';
import { readSession, SESSION_COLUMNS, sessionOf } from './session-rows';

export type SessionVerb =
  'import.sessions' | 'import.session' | 'import.items' | 'import.images' | 'import.create' | 'import.forget';

/** What was brought in together, as a list: each with its report and its images. */
export function createSessions(ctx: EngineContext, adding: Adding): Handlers<SessionVerb> {
  return {
    'import.sessions': async ({ source, sourceRef, state, text, offset, limit }) => {
      const where = `WHERE forgotten = 0 AND (@source IS NULL OR source = @source)
        AND (@sourceRef IS NULL OR source_ref = @sourceRef) AND (@state IS NULL OR state = @state)
        AND (@text = '' OR instr(lower(label), @text) > 0)`;
      const wanted = {
        source: source ?? null,
        sourceRef: sourceRef ?? null,
        state: state ?? null,
        text: text.toLowerCase(),
      };
      const { total } = statement(ctx.db, `SELECT count(*) AS total FROM import_session ${where}`).get(wanted) as {
        total: number;
      };
      const rows = statement(ctx.db, `${SESSION_COLUMNS} ${where} ORDER BY id DESC LIMIT @limit OFFSET @offset`).all({
        ...wanted,
        limit,
        offset,
      });
      return Promise.resolve({ total, rows: rows.map(sessionOf) });
    },
    'import.session': async ({ session }) => Promise.resolve(readSession(ctx, session)),
    'import.items': async ({ session, outcome, offset, limit }) => {
      readSession(ctx, session);
      return Promise.resolve(items(ctx, session, outcome ?? null, offset, limit));
    },
    'import.images': async ({ session, offset, limit }) => {
      readSession(ctx, session);
      return Promise.resolve(images(ctx, session, offset, limit));
    },
    'import.create': ({ name }) => adding.createSession(name),
    'import.forget': async ({ session }) => {
      const { state, open } = readSession(ctx, session);
      if (state === 'running' && !open) throw new FieldboxError('SESSION_RUNNING');
      await ctx.commit([{ type: 'import.forgotten', body: { session } }]);
      return {};
    },
  };
}

function items(
  ctx: EngineContext,
  key: ImportSessionKey,
  outcome: ImportItem['outcome'] | null,
  offset: number,
  limit: number,
): { total: number; rows: ImportItem[] } {
  const where = `FROM import_item WHERE session_id = (SELECT id FROM import_session WHERE key = @key) AND (@outcome IS NULL OR outcome = @outcome)`;
  const { total } = statement(ctx.db, `SELECT count(*) AS total ${where}`).get({ key, outcome }) as { total: number };
  const rows = statement(
    ctx.db,
    `SELECT id AS item, path, entry, outcome, object AS image, code, details,
       coalesce((SELECT has_pixels FROM image WHERE image.object = import_item.object), 0) AS hasPixels
     ${where} ORDER BY id LIMIT @limit OFFSET @offset`,
  ).all({ key, outcome, limit, offset }) as { details: string; hasPixels: number }[];
  return {
    total,
    rows: rows.map((row) =>
      ImportItem.parse({ ...row, hasPixels: row.hasPixels === 1, details: JSON.parse(row.details) as unknown }),
    ),
  };
}

function images(
  ctx: EngineContext,
  key: ImportSessionKey,
  offset: number,
  limit: number,
): { total: number; rows: ImageRow[] } {
  const from = `FROM (SELECT DISTINCT object FROM import_item WHERE object IS NOT NULL
      AND session_id = (SELECT id FROM import_session WHERE key = @key)) AS item
    JOIN image ON image.object = item.object`;
  const { total } = statement(ctx.db, `SELECT count(*) AS total ${from}`).get({ key }) as { total: number };
  const ids = statement(ctx.db, `SELECT image.id ${from} ORDER BY image.id LIMIT @limit OFFSET @offset`).all({
    key,
    limit,
    offset,
  }) as { id: number }[];
  return {
    total,
    rows: rowsOf(
      ctx.db,
      'image',
      ids.map(({ id }) => id),
    ),
  };
}
