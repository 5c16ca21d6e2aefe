import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImportSession } from '@shared/contract/intake';
import { asFieldboxError, FieldboxError } from '@shared/errors';
import type { ImageId, ImportSessionKey } from '@shared/model/ids';
import { diskError } from '../../platform/durable';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { archiveForNew } from '../grouping/projects';
import { statement } from '../index-writer/statements';
import { oneAfterTheOther } from '../people/in-turn';
import { CommitBatcher } from './commit-batcher';
import { intakeLimits } from './limits';
import { newSession, readSession } from './session-rows';
import { Storing } from './storing';

/** What became of one thing that was added to a session. */
export interface Added {
  readonly images: readonly { readonly image: ImageId; readonly isNew: boolean }[];
}

/** Sessions that another program opens and adds to, one thing after the other. */
export interface Adding {
  /** Says in the log what has not been said yet; for closing the archive. */
  finishAdding(): Promise<void>;
  /**
   * Begins a session with a name; the same name by the same person gives the session there is. Throws SESSION_NAME_TAKEN,
   * DISK_*.
   */
  createSession(name: string): Promise<ImportSession>;
  /**
   * Takes in one DICOM file, photo or PDF that comes as bytes or a stream, and counts it in the session; `name` is how it is
   * called there. When this answers, what was stored is durable and in the index. What cannot be taken in is counted as put
   * aside and thrown. Throws NOT_FOUND, SESSION_CLOSED, FILE_*, DICOM_*, PHOTO_*, DISK_*.
   */
  addToSession(session: ImportSessionKey, content: Uint8Array | Readable, name: string): Promise<Added>;
}

const NOBODY = { patient: null, clinic: null, station: null, kind: null } as const;
/** Sessions whose arrivals are being watched for doubles at once; more are only found out about by the index. */
const SESSIONS_HELD = 64;
/** Such sessions have no end: when nothing was added for so long, the log says what filters have taken out. */
const QUIET_MS = 15_000;

/** A session that is being added to. */
interface Held {
  readonly storing: Storing;
  timer: NodeJS.Timeout | undefined;
}

export function createAdding(ctx: EngineContext): Adding {
  const batcher = new CommitBatcher(ctx);
  const inTurn = oneAfterTheOther();
  const held = new Map<ImportSessionKey, Held>();
  const finish = async ({ storing, timer }: Held): Promise<void> => {
    clearTimeout(timer);
    await storing.noteFiltered();
  };
  const heldOf = async (session: ImportSessionKey): Promise<Held> => {
    const entry = held.get(session) ?? {
      storing: new Storing(
        ctx,
        batcher,
        { session, context: NOBODY, archive: archiveForNew(ctx, undefined), source: 'api' },
        new AbortController().signal,
      ),
      timer: undefined,
    };
    held.delete(session);
    held.set(session, entry);
    for (const [oldest, other] of held) {
      if (held.size <= SESSIONS_HELD) break;
      held.delete(oldest);
      await finish(other);
    }
    return entry;
  };
  const noteWhenQuiet = (entry: Held): void => {
    clearTimeout(entry.timer);
    // What cannot be written now (a full disk) is counted still, and said after the next one or when the archive is closed.
    entry.timer = setTimeout(() => void entry.storing.noteFiltered().catch(() => undefined), QUIET_MS);
    entry.timer.unref();
  };
  return {
    finishAdding: async () => {
      for (const entry of held.values()) await finish(entry);
    },
    createSession: (name) =>
      inTurn(async () => {
        const known = statement(
          ctx.db,
          `SELECT key AS session, source_ref AS sourceRef FROM import_session
           WHERE open = 1 AND forgotten = 0 AND label = ? ORDER BY id DESC LIMIT 1`,
        ).get(name) as { session: ImportSessionKey; sourceRef: string } | undefined;
        if (known) {
          if (known.sourceRef !== (actingUser() ?? '')) throw new FieldboxError('SESSION_NAME_TAKEN');
          return readSession(ctx, known.session);
        }
        const session = newSession();
        await ctx.commit([{ type: 'import.started', body: { session, source: 'api', open: true, label: name } }]);
        return readSession(ctx, session);
      }),
    addToSession: async (session, content, name) => {
      const { open } = readSession(ctx, session);
      if (!open) throw new FieldboxError('SESSION_CLOSED');
      const file = join(ctx.paths.incoming, `add-${randomUUID()}.part`);
      try {
        await receive(content, file);
        const entry = await heldOf(session);
        const added = await ctx.arrivals.during(() => take(entry.storing, batcher, { session, file, name }));
        noteWhenQuiet(entry);
        return added;
      } catch (thrown) {
        const error = asFieldboxError(thrown);
        if (!isFaultOfTheDisk(error)) await note(batcher, session, name, { outcome: 'rejected', image: null, error });
        throw error;
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}

async function take(
  storing: Storing,
  batcher: CommitBatcher,
  { session, file, name }: { session: ImportSessionKey; file: string; name: string },
): Promise<Added> {
  const taken = await storing.takeIn({ path: file, entry: '' });
  if (taken.kind === 'zip' || taken.kind === 'dicomdir') throw new FieldboxError('FILE_UNKNOWN');
  const stored = await storing.store(taken, { path: file, shown: name, entry: '' });
  for (const { image, isNew } of stored) {
    if (!isNew) await note(batcher, session, name, { outcome: 'alreadyStored', image, error: null });
  }
  return { images: stored.map(({ image, isNew }) => ({ image, isNew })) };
}

function note(
  batcher: CommitBatcher,
  session: ImportSessionKey,
  path: string,
  what: {
    readonly outcome: 'alreadyStored' | 'rejected';
    readonly image: ImageId | null;
    readonly error: FieldboxError | null;
  },
): Promise<void> {
  const { outcome, image, error } = what;
  const item = { path, entry: '', outcome, image, code: error?.code ?? null, details: { ...error?.details } };
  return batcher.add([{ type: 'import.items', body: { session, items: [item] } }], []);
}

/** Writes what comes to a file. Throws FILE_TOO_LARGE, FILE_UNREADABLE when the sender breaks off, DISK_*. */
async function receive(content: Uint8Array | Readable, file: string): Promise<void> {
  try {
    await pipeline(Readable.from(bounded(content)), createWriteStream(file, { flags: 'wx' }));
  } catch (error) {
    throw diskError(error); // faults of the sender are FieldboxErrors already
  }
}

async function* bounded(content: Uint8Array | Readable): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const piece of content instanceof Uint8Array ? [content] : content) {
      const chunk = piece as Uint8Array;
      bytes += chunk.length;
      if (bytes > intakeLimits.maxFileBytes) throw new FieldboxError('FILE_TOO_LARGE', { limit: '16 GB' });
      yield chunk;
    }
  } catch (error) {
    throw error instanceof FieldboxError ? error : new FieldboxError('FILE_UNREADABLE', { reason: 'sender' }, error);
  }
}

function isFaultOfTheDisk({ code }: FieldboxError): boolean {
  return ['DISK_FULL', 'DISK_FAILED', 'ARCHIVE_CLOSED', 'INTERNAL'].includes(code);
}
