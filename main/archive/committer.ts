import { mkdir, rename, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { IndexAttributes } from '../dicom/index-attributes';
import { diskError, flushFile, flushFolder, systemCode } from '../platform/durable';
import type { IncomingObject } from './context';
import { type AttributesOf, applyRecord, appliedSeq, notePassedOver, setAppliedSeq } from './index-writer';
import type { ObjectStore } from './objects/object-store';
import type { ArchivePaths } from './paths';
import type { RecordChain } from './records/chain';
import { objectsIn } from './records/named-objects';
import type { ArchiveRecord, NewRecord } from './records/record';

/** Space that stays free, so that the index and the records can always be closed in order. */
const RESERVED_BYTES = 64 * 1024 * 1024;

/** Files that are open at once while they are flushed. */
const OPEN_AT_ONCE = 128;

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

  constructor(
    private readonly paths: ArchivePaths,
    private readonly db: Database,
    private readonly chain: RecordChain,
    private readonly objects: ObjectStore,
    private readonly readAttributes: ReadAttributes,
    private readonly now: () => Date,
  ) {}

  /** See EngineContext.commit. */
  commit(records: readonly NewRecord[], incoming: readonly IncomingObject[] = []): Promise<void> {
    const result = this.tail.then(() => this.write(records, incoming));
    this.tail = result.catch(() => undefined); // the caller hears of it; the next commit starts afresh
    return result;
  }

  /** Waits until nothing is being written. */
  async settle(): Promise<void> {
    await this.tail;
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

  private async write(records: readonly NewRecord[], incoming: readonly IncomingObject[]): Promise<void> {
    try {
      if (appliedSeq(this.db) < this.chain.seq) await this.catchUp();
      await this.refuseWhenNearlyFull();
      await this.flush(incoming.map((object) => object.sha256));
      const appended = await this.chain.append(records, this.now());
      for (const object of incoming) await this.place(object.sha256);
      const known = new Map(incoming.map((object) => [object.sha256, object.attributes]));
      const missing = appended.filter((record) => objectsIn(record).some((stored) => !known.get(stored.image)));
      const read = await this.attributesOfAll(missing);
      const [fault] = this.apply(appended, (sha256) => known.get(sha256 as ImageId) ?? read(sha256));
      if (fault !== undefined) throw new FieldboxError('INTERNAL', {}, fault);
    } catch (error) {
      throw error instanceof FieldboxError ? error : diskError(error);
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
    await this.flush([sha256]);
    await this.place(sha256);
  }

  /** Makes files in `incoming/` last, all together; those that are in their place already have been flushed before. */
  private async flush(names: readonly ImageId[]): Promise<void> {
    if (names.length === 0) return;
    for (let at = 0; at < names.length; at += OPEN_AT_ONCE) {
      await Promise.all(names.slice(at, at + OPEN_AT_ONCE).map((sha256) => this.flushIncoming(sha256)));
    }
    await flushFolder(this.paths.incoming);
  }

  private async flushIncoming(sha256: ImageId): Promise<void> {
    try {
      await flushFile(join(this.paths.incoming, sha256));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || !(await this.objects.exists(sha256))) throw error;
    }
  }

  /** Moves a file from incoming/ to its place. Already there means: the same bytes. */
  async place(sha256: ImageId): Promise<void> {
    const target = this.objects.path(sha256);
    try {
      await rename(join(this.paths.incoming, sha256), target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await mkdir(dirname(target), { recursive: true });
      if (await this.objects.exists(sha256)) return;
      await rename(join(this.paths.incoming, sha256), target);
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

  private async refuseWhenNearlyFull(): Promise<void> {
    const disk = await statfs(this.paths.root);
    if (disk.bavail * disk.bsize < RESERVED_BYTES) throw new FieldboxError('DISK_FULL');
  }
}
