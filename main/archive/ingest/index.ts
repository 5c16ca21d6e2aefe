import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Handlers } from '@shared/contract';
import { ImportItem, ImportSession } from '@shared/contract/intake';
import { FieldboxError } from '@shared/errors';
import { ImportSessionKey } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { archiveForNew } from '../grouping/projects';
import { statement } from '../index-writer/statements';
import type { JobHandle } from '../jobs/job-board';
import { keepCapture } from './capture';
import { Importer, type ImportRequest } from './importer';
import type { ItemOutcome } from './report';

type IntakeVerbs = Handlers<'import.start' | 'import.sessions' | 'import.session' | 'import.items' | 'capture.keep'>;

export interface Intake {
  readonly verbs: IntakeVerbs;
  /** Imports and waits for the end; for the command line and tests. Throws CANCELLED, DISK_*. */
  importNow(
    request: Pick<ImportRequest, 'paths' | 'context' | 'source' | 'sourceRef'>,
    handle: JobHandle,
    onItem?: (outcome: ItemOutcome) => void,
  ): Promise<ImportSession>;
}

/** Every way in but the network: files, folders, zips and the camera. */
export function createIntake(ctx: EngineContext): Intake {
  const session = (key: ImportSessionKey): ImportSession => readSession(ctx, key);
  return {
    verbs: {
      'import.start': async ({ paths, context }) => {
        const key = newSession();
        const archive = archiveForNew(ctx, context.archive);
        const request = { session: key, paths, context, archive, source: 'file' as const, label: labelOf(paths) };
        const job = ctx.jobs.start('import', (handle) => new Importer(ctx, request, handle, () => undefined).run(), {
          importSession: key,
        });
        return Promise.resolve({ job, session: key });
      },
      'import.sessions': async ({ limit }) => {
        const rows = statement(ctx.db, `${SESSION_COLUMNS} ORDER BY id DESC LIMIT ?`).all(limit);
        return Promise.resolve({ rows: rows.map((row) => ImportSession.parse(row)) });
      },
      'import.session': async ({ session: key }) => Promise.resolve(session(key)),
      'import.items': async ({ session: key, outcome, offset, limit }) => {
        session(key);
        return Promise.resolve(items(ctx, key, outcome ?? null, offset, limit));
      },
      'capture.keep': async ({ bytes, context, takenAt, camera }) => ({
        image: await keepCapture(ctx, { bytes, context, takenAt, camera, source: 'camera' }),
      }),
    },
    importNow: async (request, handle, onItem = () => undefined) => {
      const key = newSession();
      const archive = archiveForNew(ctx, request.context.archive);
      await new Importer(
        ctx,
        { ...request, session: key, archive, label: labelOf(request.paths) },
        handle,
        onItem,
      ).run();
      return session(key);
    },
  };
}

const SESSION_COLUMNS = `SELECT key AS session, source, started_at AS startedAt, finished_at AS finishedAt, state, files, added,
  already_stored AS alreadyStored, rejected, bytes, label FROM import_session`;

function newSession(): ImportSessionKey {
  return ImportSessionKey.parse(randomUUID());
}

/** Names of what was chosen, without the folders above, for the list of imports. */
function labelOf(paths: readonly string[]): string {
  const names = paths.slice(0, 5).map((path) => basename(path));
  return names.join(', ') + (paths.length > names.length ? ' …' : '');
}

function readSession(ctx: EngineContext, key: ImportSessionKey): ImportSession {
  const row = statement(ctx.db, `${SESSION_COLUMNS} WHERE key = ?`).get(key);
  if (!row) throw new FieldboxError('NOT_FOUND', { what: key });
  return ImportSession.parse(row);
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
