import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { ArchiveVerb, CoreVerb, EventName, EventPayload, Handlers } from '@shared/contract';
import type { VerifyReport } from '@shared/contract/archive';
import { JobId } from '@shared/model/ids';
import { diskError } from '../platform/durable';
import { WorkerPool } from '../workers/pool';
import { actingUser } from './actor';
import { Background, type BackgroundTimings } from './background';
import { createAnonymisation } from './anonymisation';
import { intoTrash } from './anonymisation/set-aside';
import { Arrivals } from './arrivals';
import { type AttachmentContent, createAttachments } from './attachments';
import { createCatalog } from './catalog';
import { createClassification } from './classification';
import { Committer } from './committer';
import type { EngineContext } from './context';
import { markClosed, openDatabase } from './database/open-database';
import { QuietCheckpoint } from './database/quiet-checkpoint';
import { createRelease } from './export';
import { createExportSets } from './export/sets';
import { createIdentity } from './identity';
import { removeErased } from './identity/erasing';
import { createImages } from './images';
import { createForms } from './forms';
import { createGrouping } from './grouping';
import { createIntake, type Intake } from './ingest';
import { appliedSeq } from './index-writer';
import { markInterrupted } from './index-writer/apply-intake';
import { JobBoard, type JobHandle } from './jobs/job-board';
import { ArchiveLock } from './lock';
import { createLog } from './log';
import { Journal } from './log/journal';
import { createMaintenance } from './maintenance';
import { adoptOrphans } from './maintenance/rebuild';
import { eraseRemains } from './maintenance/remains';
import { verifyArchive } from './maintenance/verify';
import { openManifest } from './manifest';
import { ObjectStore } from './objects/object-store';
import { archivePaths } from './paths';
import { createPeople } from './people';
import { builtinKindRecords } from './people/builtin-kinds';
import { oneAfterTheOther } from './people/in-turn';
import { createPictures, type Pictures } from './pictures';
import { RecordChain, recordKey } from './records/chain';
import { recover } from './recovery';
import { createSourceNames } from './source-names';
import { type CallerOptions, createAccess, Directory, type Session } from './users';
import { createResults } from './results';

export interface OpenOptions {
  /** Who opens it, for the one who finds it locked. */
  readonly holder: string;
  readonly version: string;
  readonly onEvent?: <E extends EventName>(event: E, payload: EventPayload<E>) => void;
  readonly now?: () => Date;
  /** What remotes can show as evidence, as their drivers say (main/sync/remotes/registry.ts); without it, none can show any. */
  readonly proofsOf?: EngineContext['proofsOf'];
  /** Other pauses than the usual ones of what goes on by itself. */
  readonly timings?: BackgroundTimings;
}

/** An open archive: every verb about it, callers with their rights, and what does not travel over the contract. */
export interface Engine {
  /** Unguarded, as the engine itself: for tests and for what has asked `openSession` before. */
  readonly verbs: Handlers<ArchiveVerb>;
  readonly intake: Intake;
  readonly pictures: Pictures;
  readonly attachments: AttachmentContent;
  readonly context: EngineContext;
  /** What goes on by itself, once it is started: watched folders and forwarding. */
  readonly background: Background;
  /** A new caller: nobody is signed in, every verb is guarded (main/archive/users/session.ts). */
  openSession(options: CallerOptions): Session;
  /** The same for a caller who also uses what stands on top of the archive: it is guarded alike. */
  openSessionWith<V extends CoreVerb>(options: CallerOptions, above: Handlers<V>): Session<ArchiveVerb | V>;
  /** Verifies and waits for the end, for the command line and tests. Throws CANCELLED. */
  verifyNow(deep: boolean, handle: JobHandle): Promise<VerifyReport>;
  close(): Promise<void>;
}

/** Workers wait for the disk half of their time (every file is flushed), so there are more of them than a small laptop has cores. */
const LEAST_WORKERS = 4;
const MOST_WORKERS = 8;

/** Wraps the signal-less start of a long task that runs before anybody can cancel it. */
const UNWATCHED: JobHandle = {
  job: JobId.parse(randomUUID()),
  signal: new AbortController().signal,
  update: () => undefined,
};

/**
 * Opens the archive in a folder, or makes one in an empty folder; brings into order what a crash has left.
 * Throws ARCHIVE_IN_USE, ARCHIVE_TOO_NEW, NOT_AN_ARCHIVE, DISK_FULL, DISK_FAILED.
 */
export async function openArchive(folder: string, options: OpenOptions): Promise<Engine> {
  const now = options.now ?? ((): Date => new Date());
  const paths = archivePaths(resolve(folder));
  const { manifest, created } = await openManifest(paths, now());
  const lock = await ArchiveLock.take(paths, options.holder, now());
  const closers: (() => Promise<void> | void)[] = [() => lock.release()];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.reverse().splice(0)) await close();
  };
  try {
    for (const part of [paths.objects, paths.incoming, paths.thumbnails, paths.backups])
      await mkdir(part, { recursive: true });
    const chain = await RecordChain.open(paths.records, recordKey(manifest.recordKey), paths.quarantine);
    closers.push(() => chain.close());
    const { db, empty, putAside } = await openDatabase(paths, now());
    closers.push(() => {
      db.close();
    });
    const pool = new WorkerPool(Math.max(LEAST_WORKERS, Math.min(MOST_WORKERS, availableParallelism())));
    closers.push(() => pool.close());
    markClosed(db, 'open');

    const objects = new ObjectStore(paths.objects);
    const readAttributes = async (path: string) => (await pool.run('readAttributes', { path })).attributes;
    const committer = new Committer(paths, db, chain, objects, readAttributes, now);
    const quiet = new QuietCheckpoint(db);
    const directory = new Directory(db);
    const changeListeners: (() => void)[] = [];
    const emit: EngineContext['emit'] = (event, payload) => {
      options.onEvent?.(event, payload);
      if (event === 'catalog.changed') for (const listener of changeListeners) listener();
    };
    const listeners = new Set<Parameters<EngineContext['listen']>[0]>();
    const jobs = new JobBoard((job) => emit('job.changed', job), now);
    const context: EngineContext = {
      paths,
      db,
      objects,
      pool,
      jobs,
      arrivals: new Arrivals(),
      archiveId: manifest.archiveId,
      version: options.version,
      commit: async (records, incoming) => {
        const by = actingUser();
        await committer.commit(
          records.map((record) => ({ by, ...record })),
          incoming,
        );
        quiet.noteWritten();
        directory.noteWritten(records.map((record) => record.type));
        for (const listener of listeners) listener(records);
        if (records.every((record) => record.type === 'log.noted')) return; // nothing in the lists has changed
        const images = records.flatMap((record) => (record.type === 'object.stored' ? [record.body.image] : []));
        emit('catalog.changed', { images: images.slice(0, 64), at: now().toISOString() });
      },
      restore: (sha256) => committer.restore(sha256),
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      proofsOf: options.proofsOf ?? (() => []),
      emit,
      whenChanged: (listener) => void changeListeners.push(listener),
      now,
    };

    const recovered = await recover(paths, db, chain, committer, appliedSeq(db));
    await removeErased(context);
    await eraseRemains(context);
    if (created) await committer.commit(builtinKindRecords());
    if (empty && !created) await adoptOrphans(context, UNWATCHED);
    markInterrupted(db);
    directory.read();

    const inTurn = oneAfterTheOther();
    const intake = createIntake(context);
    const setAside = intoTrash(context);
    const background = new Background(context, options.timings ?? {}, (images) =>
      context.commit(setAside(images, 'forwarded')),
    );
    const exportSets = await createExportSets(context);
    const maintenance = createMaintenance(context, committer, { recovered, indexPutAside: putAside });
    const journal = new Journal(context);
    const access = createAccess(context, directory, journal);
    const pictures = createPictures(context);
    const attachments = createAttachments(context);
    const release = createRelease(context);
    const forms = createForms(context);
    const verbs: Handlers<ArchiveVerb> = {
      ...maintenance,
      ...createCatalog(context),
      ...createPeople(context, inTurn),
      ...createIdentity(context, inTurn),
      ...intake.verbs,
      ...createSourceNames(context),
      ...background.verbs,
      ...exportSets.verbs,
      ...createAnonymisation(context),
      ...access.verbs,
      ...createLog(context, directory),
      ...attachments.verbs,
      ...createImages(context),
      ...release,
      ...forms,
      ...createResults(context),
      ...createGrouping(context, { ...release, ...forms }),
      ...createClassification(context),
    };
    closers.push(async () => {
      access.close();
      await jobs.close();
      await intake.finishAdding();
      await journal.flush();
      await committer.close();
      quiet.stop();
      markClosed(db, 'cleanly');
      db.pragma('wal_checkpoint(TRUNCATE)');
    });
    closers.push(() => background.stop());
    closers.push(() => exportSets.stop());
    return {
      verbs,
      intake,
      background,
      pictures,
      openSession: (caller) => access.open(verbs, pictures, caller),
      openSessionWith: <V extends CoreVerb>(caller: CallerOptions, above: Handlers<V>) =>
        // The verbs of the one and of the other together; the compiler does not add up a type that is not chosen yet.
        access.open({ ...verbs, ...above } as unknown as Handlers<ArchiveVerb | V>, pictures, caller),
      attachments: attachments.content,
      context,
      verifyNow: (deep, handle) => verifyArchive(context, deep, handle),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw diskErrorUnlessOurs(error);
  }
}

function diskErrorUnlessOurs(error: unknown): unknown {
  return error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(E[A-Z]+|SQLITE_)/.test(error.code)
    ? diskError(error)
    : error;
}
