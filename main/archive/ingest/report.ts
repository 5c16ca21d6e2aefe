import { asFieldboxError, type FieldboxError } from '@shared/errors';
import type { ImageId, ImportSessionKey } from '@shared/model/ids';
import type { JobHandle } from '../jobs/job-board';
import type { RecordBody } from '../records/record';
import type { CommitBatcher } from './commit-batcher';

type Item = RecordBody<'import.items'>['items'][number];

/** One outcome as the person sees it, for those who follow an import live. */
export interface ItemOutcome {
  readonly path: string;
  readonly entry: string;
  readonly outcome: 'added' | 'alreadyStored' | 'rejected';
  readonly image: ImageId | null;
  readonly error: FieldboxError | null;
}

/** Outcomes other than "added" are written down in groups of this many. */
const GROUP = 200;

/** Counts what became of each file, writes it down, and tells whoever watches. */
export class ImportReport {
  files = 0;
  added = 0;
  alreadyStored = 0;
  rejected = 0;
  bytes = 0;
  private items: Item[] = [];
  private readonly writes: Promise<void>[] = [];

  constructor(
    private readonly session: ImportSessionKey,
    private readonly batcher: CommitBatcher,
    private readonly handle: JobHandle,
    private readonly onItem: (outcome: ItemOutcome) => void,
  ) {}

  /** A file whose images are durable and in the index; its own record has said so already. */
  noteAdded(path: string, entry: string, image: ImageId, bytes: number): void {
    this.added += 1;
    this.bytes += bytes;
    this.count({ path, entry, outcome: 'added', image, error: null });
  }

  noteAlreadyStored(path: string, entry: string, image: ImageId, bytes: number): void {
    this.alreadyStored += 1;
    this.bytes += bytes;
    this.write({ path, entry, outcome: 'alreadyStored', image, code: null, details: {} });
    this.count({ path, entry, outcome: 'alreadyStored', image, error: null });
  }

  noteRejected(path: string, entry: string, thrown: unknown): void {
    const error = asFieldboxError(thrown);
    this.rejected += 1;
    this.write({ path, entry, outcome: 'rejected', image: null, code: error.code, details: { ...error.details } });
    this.count({ path, entry, outcome: 'rejected', image: null, error });
  }

  /** Waits until everything is written down. */
  async finish(): Promise<void> {
    this.flush();
    await Promise.all(this.writes);
  }

  private count(outcome: ItemOutcome): void {
    this.files += 1;
    this.handle.update({
      done: this.files,
      added: this.added,
      alreadyStored: this.alreadyStored,
      rejected: this.rejected,
      bytesDone: this.bytes,
    });
    this.onItem(outcome);
  }

  private write(item: Item): void {
    this.items.push(item);
    if (this.items.length >= GROUP) this.flush();
  }

  private flush(): void {
    if (this.items.length === 0) return;
    const items = this.items;
    this.items = [];
    const write = this.batcher.add([{ type: 'import.items', body: { session: this.session, items } }], []);
    write.catch(() => undefined); // heard in finish()
    this.writes.push(write);
  }
}
