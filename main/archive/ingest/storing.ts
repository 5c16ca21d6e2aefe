import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldboxError, fromWire } from '@shared/errors';
import { ImageId, type PatientKey, type SeriesKey } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import type { TagFilter } from '../../dicom/filter';
import type { TakeInInput, TakeInOutput } from '../../workers/tasks/take-in';
import type { GroupedFile, TakeInGroupInput } from '../../workers/tasks/take-in-group';
import type { EngineContext, IncomingObject } from '../context';
import { survivorOf } from '../index-writer/merged';
import { statement } from '../index-writer/statements';
import { activeFilter } from '../tag-filters/active';
import { putAside } from '../recovery';
import type { NewRecord } from '../records/record';
import type { CommitBatcher } from './commit-batcher';
import { intakeLimits } from './limits';
import { makeDocumentFrom } from './made-from';
import { deviceTime } from './device-time';
import type { ImportRequest, Offers } from './request';

type Stored = { readonly image: ImageId; readonly isNew: boolean; readonly bytes: number };
type TakenFile = Extract<TakeInOutput, { kind: 'dicom' | 'photo' | 'pdf' }>;
interface Origin {
  readonly path: string;
  readonly shown: string;
  readonly entry: string;
}

/** How a file is taken in: workers/tasks/take-in.ts. */
type TakingIn = Pick<TakeInInput, 'ours' | 'held' | 'named'>;

/** Small files that came together and are in memory, one behind the other. The bytes go to a worker. */
export interface Group {
  /** All of its memory: it is not here until it is given back. */
  readonly whole: Uint8Array<ArrayBuffer>;
  /** Called when the memory is not needed any more; not when the worker is lost that has it. */
  readonly giveBack: (memory: Uint8Array<ArrayBuffer>) => void;
  readonly files: readonly GroupedFile[];
}

/** What is said of everything that comes in together. */
export type StoringRequest = Pick<ImportRequest, 'session' | 'context' | 'archive' | 'source' | 'sourceRef'> & {
  readonly offers?: Pick<Offers, 'expected'> | undefined;
};

/** What nobody waits for stands behind what somebody looks at or has asked for. */
const IN_BACKGROUND = -1;
const LARGE_FILE_TIMEOUT_MS = 3_600_000;

/** Stores taken files, each once: what is here already is recognised by its bytes. */
export class Storing {
  /** Files with these bytes are being stored right now. */
  private readonly arriving = new Map<string, Promise<readonly Stored[]>>();

  /** Images that were added with attributes taken out. */
  private filtered = 0;

  constructor(
    private readonly ctx: EngineContext,
    private readonly batcher: CommitBatcher,
    private readonly request: StoringRequest,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads and copies one file in a worker; one that is `ours` gets a second name (workers/tasks/take-in.ts). */
  async takeIn({ path, entry }: Pick<Origin, 'path' | 'entry'>, how: TakingIn = {}): Promise<TakeInOutput> {
    const filter = activeFilter(this.ctx.db, this.sourceOf(entry), this.request.sourceRef ?? '');
    const taken = await this.runTakeIn(path, filter, how);
    if (taken.kind === 'zip' || taken.kind === 'dicomdir') return taken;
    const sha256 = ImageId.parse(taken.sha256);
    if (this.stateOf(sha256) !== 'corrupt') return taken;
    // The archive's own copy is damaged and here are sound bytes: the damaged file is put aside, the sound one takes its place.
    await putAside(this.ctx.paths, this.ctx.objects.path(sha256), sha256);
    statement(this.ctx.db, `UPDATE object SET state = 'missing' WHERE sha256 = ?`).run(sha256);
    return this.runTakeIn(path, filter, how);
  }

  /**
   * The same with several small files; for each what was taken, or why not. One whose copy in the archive is damaged is not taken
   * in this way (OBJECT_DAMAGED). Throws when none of them was looked at to the end: WORKER_DIED, TIMED_OUT, CANCELLED.
   */
  async takeInGroup({ whole, giveBack, files }: Group): Promise<readonly (TakeInOutput | FieldboxError)[]> {
    const filter = activeFilter(this.ctx.db, this.sourceOf(''), this.request.sourceRef ?? '');
    const input: TakeInGroupInput = { whole, files, ...this.places, filter };
    const taken = await this.ctx.pool.run('takeInGroup', input, { signal: this.signal, transfer: [whole.buffer] });
    giveBack(taken.whole);
    return taken.files.map((one) => {
      if (!one.ok) return fromWire(one.error);
      const sha256 = 'sha256' in one.taken ? ImageId.parse(one.taken.sha256) : null;
      const isDamaged = sha256 !== null && this.stateOf(sha256) === 'corrupt';
      return isDamaged ? new FieldboxError('OBJECT_DAMAGED', { sha256 }) : one.taken;
    });
  }

  /** Makes a taken file part of the archive; answers when it is durable and in the index. */
  async store(taken: TakenFile, origin: Origin): Promise<readonly Stored[]> {
    const key = `${taken.kind === 'dicom' ? 'dicom' : (this.request.context.patient ?? 'nobody')}|${taken.sha256}`;
    const other = this.arriving.get(key);
    if (other) {
      const stored = await other;
      await this.discardCopy(ImageId.parse(taken.sha256));
      return stored.map((one) => ({ ...one, isNew: false }));
    }
    const work = this.storeOnce(taken, origin);
    this.arriving.set(key, work);
    try {
      return await work;
    } finally {
      this.arriving.delete(key);
    }
  }

  /** Says in the log from how many images attributes were taken out since it was said last; for the end of an import. */
  async noteFiltered(): Promise<void> {
    const images = this.filtered;
    if (images === 0) return;
    await this.ctx.commit([{ type: 'log.noted', body: { code: 'IMAGES_FILTERED', details: { images }, about: {} } }]);
    this.filtered -= images;
  }

  private get places(): Pick<TakeInInput, 'incoming' | 'objects' | 'maxBytes'> {
    const { incoming, objects } = this.ctx.paths;
    return { incoming, objects, maxBytes: intakeLimits.maxFileBytes };
  }

  private async runTakeIn(path: string, filter: TagFilter | null, how: TakingIn): Promise<TakeInOutput> {
    try {
      return await this.ctx.pool.run(
        'takeIn',
        {
          path,
          ...this.places,
          filter,
          ...how,
          unchanged: this.request.offers?.expected(path),
        },
        { signal: this.signal, timeoutMs: LARGE_FILE_TIMEOUT_MS, priority: this.request.offers ? IN_BACKGROUND : 0 },
      );
    } catch (error) {
      // A fault of a reader that nobody foresaw concerns this file only: the others go on.
      if (error instanceof FieldboxError && error.code === 'INTERNAL')
        throw new FieldboxError('WORKER_DIED', {}, error);
      throw error;
    }
  }

  private async storeOnce(taken: TakenFile, origin: Origin): Promise<readonly Stored[]> {
    const sha256 = ImageId.parse(taken.sha256);
    const known = taken.kind === 'dicom' ? this.knownInstance(sha256) : this.knownSource(sha256);
    if (known.length > 0) {
      await this.heal(sha256);
      await this.putIntoArchive(known);
      return known.map((image) => ({ image, isNew: false, bytes: taken.bytes }));
    }
    return taken.kind === 'dicom' ? this.storeDicom(taken, sha256, origin) : this.storeDocument(taken, sha256, origin);
  }

  private async storeDicom(
    taken: Extract<TakenFile, { kind: 'dicom' }>,
    sha256: ImageId,
    origin: Origin,
  ): Promise<readonly Stored[]> {
    const record = this.record(origin, {
      image: sha256,
      bytes: taken.bytes,
      source: null,
      takenAt: deviceTime(taken.attributes),
      assigned: false,
    });
    await this.batcher.add(
      [record, ...this.notes(sha256)],
      [{ sha256, bytes: taken.bytes, role: 'instance', attributes: taken.attributes }],
    );
    if (taken.removed > 0) this.filtered += 1;
    return [{ image: sha256, isNew: true, bytes: taken.bytes }];
  }

  /** What lies in the trash comes out of it by arriving again (index-writer/asides.ts); the log says so. */
  private notes(sha256: ImageId): NewRecord[] {
    const trashed = statement(
      this.ctx.db,
      `SELECT owner FROM set_aside WHERE why = 'trashed' AND arrival = (SELECT arrival FROM set_aside WHERE object = ?)`,
    ).get(sha256) as { owner: PatientKey } | undefined;
    if (!trashed) return [];
    const about = { patient: survivorOf(this.ctx.db, trashed.owner) };
    return [{ type: 'log.noted', body: { code: 'IMAGES_RESTORED', details: { images: 1 }, about } }];
  }

  /** By which way a file comes in: out of a zip that a person chose, or as the whole import does. */
  private sourceOf(entry: string): SourceType {
    const { source } = this.request;
    return entry !== '' && (source === 'file' || source === 'folder') ? 'zip' : source;
  }

  /** A photo or PDF: its own bytes are kept, and the DICOM made from it is the image. */
  private async storeDocument(
    taken: Exclude<TakenFile, { kind: 'dicom' }>,
    sha256: ImageId,
    origin: Origin,
  ): Promise<readonly Stored[]> {
    const incoming: IncomingObject[] = [{ sha256, bytes: taken.bytes, role: 'source' }];
    const records: NewRecord[] = [];
    const stored: Stored[] = [];
    try {
      if (taken.bytes > intakeLimits.maxPhotoBytes) throw new FieldboxError('FILE_TOO_LARGE', { limit: '512 MB' });
      const made = await makeDocumentFrom(this.ctx, {
        context: this.request.context,
        group: this.request.session,
        sourceSha256: sha256,
        kind: taken.kind === 'pdf' ? 'pdf' : taken.photo,
        name: origin.entry === '' ? origin.shown : origin.entry,
        modified: new Date(taken.modifiedMs),
        signal: this.signal,
      });
      const image = ImageId.parse(made.sha256);
      incoming.push({ sha256: image, bytes: made.bytes, role: 'instance', attributes: made.attributes });
      records.push(
        this.record(origin, {
          image,
          bytes: made.bytes,
          source: { sha256, bytes: taken.bytes },
          takenAt: made.takenAt,
          assigned: true,
        }),
      );
      stored.push({ image, isNew: true, bytes: taken.bytes });
    } catch (error) {
      await this.discardCopy(sha256);
      throw error;
    }
    await this.batcher.add(records, incoming);
    return stored;
  }

  private record(
    origin: Origin,
    what: {
      image: ImageId;
      bytes: number;
      source: { sha256: ImageId; bytes: number } | null;
      takenAt: string | null;
      assigned: boolean;
    },
  ): NewRecord {
    const { context, sourceRef, session } = this.request;
    return {
      type: 'object.stored',
      body: {
        image: what.image,
        bytes: what.bytes,
        sourceObject: what.source,
        source: this.sourceOf(origin.entry),
        ...(sourceRef !== undefined && { sourceRef }),
        session,
        path: origin.shown,
        entry: origin.entry,
        patient: what.assigned ? context.patient : null,
        clinic: context.clinic,
        station: what.assigned ? context.station : null,
        kind: what.assigned ? context.kind : null,
        takenAt: what.takenAt,
        archive: this.request.archive,
      },
    };
  }

  /** What was here already goes into the chosen archive all the same. */
  private async putIntoArchive(images: readonly ImageId[]): Promise<void> {
    const { archive } = this.request;
    if (archive === null) return;
    const rows = statement(
      this.ctx.db,
      `SELECT DISTINCT series.key FROM image JOIN series ON series.id = image.series_id
       WHERE image.object IN (SELECT value FROM json_each(@images)) AND NOT EXISTS (
         SELECT 1 FROM archive_series AS m JOIN project_archive AS a ON a.id = m.archive_id
         WHERE m.series_id = series.id AND a.key = @archive)`,
    ).all({ images: JSON.stringify(images), archive }) as { key: SeriesKey }[];
    if (rows.length === 0) return;
    const series = rows.map(({ key }) => key);
    await this.batcher.add([{ type: 'project.assigned', body: { archive, patients: [], studies: [], series } }], []);
  }

  /** The living version of the image whose bytes these are, or were before it was changed. */
  private knownInstance(sha256: ImageId): ImageId[] {
    const row = statement(
      this.ctx.db,
      `SELECT object FROM image WHERE object = @sha256 OR id = (SELECT arrival FROM set_aside WHERE object = @sha256)`,
    ).get({ sha256 }) as { object: ImageId } | undefined;
    return row ? [row.object] : [];
  }

  /** Images made earlier from the same file for the same person. */
  private knownSource(sha256: ImageId): ImageId[] {
    const { patient } = this.request.context;
    const rows = statement(
      this.ctx.db,
      `SELECT image.object FROM image JOIN patient ON patient.id = image.patient_id
       WHERE image.source_object = +@sha256
         AND (patient.key = @patient OR (@patient IS NULL AND patient.registered = 0 AND patient.PatientID = '' AND patient.PatientName = ''))
       ORDER BY image.id`,
    ).all({ sha256, patient: patient === null ? null : survivorOf(this.ctx.db, patient) }) as { object: ImageId }[];
    return rows.map((row) => row.object);
  }

  private stateOf(sha256: ImageId): string | undefined {
    const row = statement(this.ctx.db, 'SELECT state FROM object WHERE sha256 = ?').get(sha256) as
      { state: string } | undefined;
    return row?.state;
  }

  /** A known object whose file had gone missing gets it back; otherwise the new copy is not needed. */
  private async heal(sha256: ImageId): Promise<void> {
    if (await this.ctx.objects.exists(sha256)) return this.discardCopy(sha256);
    await this.ctx.restore(sha256);
    statement(this.ctx.db, `UPDATE object SET state = 'good' WHERE sha256 = ?`).run(sha256);
  }

  /** Only bytes that are in the archive already, or that were put aside, are thrown away here. */
  private async discardCopy(sha256: ImageId): Promise<void> {
    await rm(join(this.ctx.paths.incoming, sha256), { force: true });
  }
}
