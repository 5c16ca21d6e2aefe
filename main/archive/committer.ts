import { existsSync, mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { IndexAttributes } from '../dicom/index-attributes';
import { diskError, flushFile, flushFolder, systemCode } from '../platform/durable';
import { sha256Of } from '../platform/sha256';
import { FilesystemFlush } from '../platform/filesystem-flush';
import type { IncomingObject } from './context';
import { type AttributesOf, applyRecord, appliedSeq, notePassedOver, setAppliedSeq } from './index-writer';
import type { ObjectStore } from './objects/object-store';
import type { ArchivePaths } from './paths';
import type { RecordChain } from './records/chain';
import { filesIn, objectsIn } from './records/named-objects';
import type { ArchiveRecord, NewRecord } from './records/record';

/** Space that stays free, so that the index and the records can always be closed in order. */
const RESERVED_BYTES = 64 * 1024 * 1024;

/** Files that are open at once while they are flushed. */
const OPEN_AT_ONCE = 128;

/** From this many files on flushing the whole filesystem once takes less time than flushing each of them. */
const WORTH_ALL_AT_ONCE = 24;

/** Files moved before others get their turn in this thread. */
const MOVED_AT_ONCE = 32;

export type ReadAttributes = (path: string) => Promise<IndexAttributes>;

/** Faults of the disk beneath the index: what they stopped can be tried again. */
function isDiskFault(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY)/.test(systemCode(error));
}

/**
 * The one way into the archive: docs/architecture.md, "Order of a write". Commits run one after the other.
 */
export class Committer {
  private tail: Promise<void> = Promise.resolve();
  private closed = false;
  private readonly filesystem: FilesystemFlush;
  /** How many commits that have not ended name a file of `incoming/`. */
  private readonly named = new Map<ImageId, number>();

  constructor(
    private readonly paths: ArchivePaths,
    private readonly db: Database,
    private readonly chain: RecordChain,
    private readonly objects: ObjectStore,
    private readonly readAttributes: ReadAttributes,
    private readonly now: () => Date,
  ) {
    this.filesystem = new FilesystemFlush(paths.incoming);
  }

  /** See EngineContext.commit. Throws ARCHIVE_CLOSED once it is closed: nothing may be half written when the lock is let go. */
  commit(records: readonly NewRecord[], incoming: readonly IncomingObject[] = []): Promise<void> {
    if (this.closed) return Promise.reject(new FieldboxError('ARCHIVE_CLOSED'));
    for (const { sha256 } of incoming) this.named.set(sha256, (this.named.get(sha256) ?? 0) + 1);
    // The disk is at it while what was committed before is still being applied.
    const flushed = this.flush(incoming);
    flushed.catch(() => undefined); // whoever waits for it hears of it
    const result = this.tail.then(() => this.write(records, incoming, flushed));
    this.tail = result.catch(() => undefined); // the caller hears of it; the next commit starts afresh
    return result;
  }

  /** Waits until nothing is being written. */
  async settle(): Promise<void> {
    await this.tail;
  }

  /** The same before the archive is closed; takes nothing from now on. */
  async close(): Promise<void> {
    this.closed = true;
    await this.settle();
    this.filesystem.close();
  }

  /**
   * Applies records that are in the chain and not yet in the index: after a crash, after a failed transaction, or all of
   * them for a rebuild. Gives how many. `onProgress` hears the number of the last record applied.
   */
  async catchUp(onProgress?: (seq: number) => void): Promise<number> {
    const from = appliedSeq(this.db);
    let count = 0;
    let batch: ArchiveRecord[] = [];
    const flush = async (): Promise<void> => {
      await this.placeLeft(batch);
      const attributes = await this.attributesOfAll(batch);
      this.apply(batch, attributes);
      count += batch.length;
      onProgress?.(batch.at(-1)?.seq ?? from);
      batch = [];
    };
    for await (const entry of this.chain.read(from)) {
      if (entry.kind !== 'record') continue;
      batch.push(entry.record);
      if (batch.length >= 256) await flush();
    }
    if (batch.length > 0) await flush();
    return count;
  }

  private async write(
    records: readonly NewRecord[],
    incoming: readonly IncomingObject[],
    flushed: Promise<void>,
  ): Promise<void> {
    let inChain = false;
    try {
      if (appliedSeq(this.db) < this.chain.seq) await this.catchUp();
      this.refuseWhenNearlyFull();
      await flushed;
      for (const { sha256 } of incoming) this.requireThere(sha256); // nobody has taken one away meanwhile
      // Only now: a record that is on the disk names files that are there too, whenever the power goes.
      const appended = await this.chain.append(records, this.now());
      inChain = true;
      await this.placeAll(incoming);
      const known = new Map(incoming.map((object) => [object.sha256, object.attributes]));
      const missing = appended.filter((record) => objectsIn(record).some((stored) => !known.get(stored.image)));
      const read = await this.attributesOfAll(missing);
      const [fault] = this.apply(appended, (sha256) => known.get(sha256 as ImageId) ?? read(sha256));
      if (fault !== undefined) throw new FieldboxError('INTERNAL', {}, fault);
    } catch (error) {
      throw error instanceof FieldboxError ? error : diskError(error);
    } finally {
      this.letGo(incoming, !inChain && this.chain.isSure);
    }
  }

  /**
   * What no record names, nor a commit that is still to come, goes away: a full disk must not be filled further by what was refused
   * because it is full. Where a record may be on the disk all the same, its files stay for the next start, which reads it.
   */
  private letGo(incoming: readonly IncomingObject[], refused: boolean): void {
    for (const { sha256 } of incoming) {
      const others = (this.named.get(sha256) ?? 1) - 1;
      if (others > 0) this.named.set(sha256, others);
      else {
        this.named.delete(sha256);
        if (refused) rmSync(join(this.paths.incoming, sha256), { force: true });
      }
    }
  }

  /**
   * Applies records to the index; gives those it cannot take. One such record must never keep the others, or the whole archive,
   * from being opened: it is noted and passed over, and stays in the chain for a version that can. Throws faults of the disk.
   */
  private apply(records: readonly ArchiveRecord[], attributesOf: AttributesOf): readonly unknown[] {
    try {
      this.applyTogether(records, attributesOf);
      return [];
    } catch (error) {
      if (isDiskFault(error)) throw error;
    }
    const faults: unknown[] = [];
    for (const record of records) {
      try {
        this.applyTogether([record], attributesOf);
      } catch (error) {
        if (isDiskFault(error)) throw error;
        notePassedOver(this.db, record.seq);
        faults.push(error);
      }
    }
    return faults;
  }

  private applyTogether(records: readonly ArchiveRecord[], attributesOf: AttributesOf): void {
    this.db.transaction(() => {
      for (const record of records) applyRecord(this.db, record, attributesOf);
      const last = records.at(-1);
      if (last) setAppliedSeq(this.db, last.seq);
    })();
  }

  /** Puts a file from `incoming/` in the place of a known object that is missing. Throws DISK_FULL, DISK_FAILED. */
  async restore(sha256: ImageId): Promise<void> {
    await this.flush([{ sha256, bytes: 0 }]);
    this.place(sha256);
  }

  /** Makes files in `incoming/` last, all together; those that are in their place already have been flushed before. */
  private async flush(incoming: readonly Pick<IncomingObject, 'sha256' | 'bytes'>[]): Promise<void> {
    if (incoming.length === 0) return;
    const ownBytes = incoming.reduce((sum, { bytes }) => sum + bytes, 0);
    if (incoming.length >= WORTH_ALL_AT_ONCE && (await this.filesystem.flush(ownBytes))) return;
    // The names are in the folder already: it waits for the disk together with the files.
    const folder = flushFolder(this.paths.incoming);
    folder.catch(() => undefined); // heard below
    for (let at = 0; at < incoming.length; at += OPEN_AT_ONCE) {
      await Promise.all(incoming.slice(at, at + OPEN_AT_ONCE).map(({ sha256 }) => this.flushIncoming(sha256)));
    }
    await folder;
  }

  /** Throws DISK_FAILED when a file is neither on its way in nor in its place. */
  private requireThere(sha256: ImageId): void {
    if (!existsSync(join(this.paths.incoming, sha256)) && !existsSync(this.objects.path(sha256)))
      throw new FieldboxError('DISK_FAILED', { reason: 'ENOENT' });
  }

  private async flushIncoming(sha256: ImageId): Promise<void> {
    try {
      await flushFile(join(this.paths.incoming, sha256));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || !(await this.objects.exists(sha256))) throw error;
    }
  }

  private async placeAll(incoming: readonly IncomingObject[]): Promise<void> {
    for (let at = 0; at < incoming.length; at += MOVED_AT_ONCE) {
      if (at > 0) await nextTurn();
      for (const { sha256 } of incoming.slice(at, at + MOVED_AT_ONCE)) this.place(sha256);
    }
  }

  /**
   * Moves a file from incoming/ to its place. One that lies there already has these bytes and stays: what is in incoming/ may be a
   * second copy that is being written at this moment. Throws the plain error of the system.
   */
  place(sha256: ImageId): void {
    const file = join(this.paths.incoming, sha256);
    const target = this.objects.path(sha256);
    if (existsSync(target)) {
      rmSync(file, { force: true });
      return;
    }
    try {
      renameSync(file, target);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      mkdirSync(dirname(target), { recursive: true });
      renameSync(file, target);
    }
  }

  /**
   * Moves to their place what records name and a commit could not move: what is applied without its file is no image. A second copy
   * that is being written at this moment stays where it is. Throws the plain error of the system.
   */
  private async placeLeft(records: readonly ArchiveRecord[]): Promise<void> {
    for (const sha256 of records.flatMap(filesIn)) {
      const file = join(this.paths.incoming, sha256);
      if (!existsSync(file) || existsSync(this.objects.path(sha256))) continue;
      if ((await sha256Of(file)) === sha256) this.place(sha256);
    }
  }

  private async attributesOfAll(
    records: readonly ArchiveRecord[],
  ): Promise<(sha256: string) => IndexAttributes | undefined> {
    const found = new Map<string, IndexAttributes>();
    await Promise.all(
      records.flatMap(objectsIn).map(async ({ image }) => {
        if (!(await this.objects.exists(image))) return;
        try {
          found.set(image, await this.readAttributes(this.objects.path(image)));
        } catch (error) {
          // A stored file that has rotted on the disk must not keep the others from being found; the index says it is damaged.
          if (!(error instanceof FieldboxError) || error.code === 'ARCHIVE_CLOSED') throw error;
        }
      }),
    );
    return (sha256) => found.get(sha256);
  }

  private refuseWhenNearlyFull(): void {
    const disk = statfsSync(this.paths.root);
    if (disk.bavail * disk.bsize < RESERVED_BYTES) throw new FieldboxError('DISK_FULL');
  }
}
