import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { asFieldboxError, type ErrorCode, FieldboxError } from '@shared/errors';
import { ImageId, type RemoteKey } from '@shared/model/ids';
import type { Engine } from '../../archive/engine';
import { statement } from '../../archive/index-writer/statements';
import { noteLog } from '../../archive/log/journal';
import type { Received } from '../../archive/ingest/receiver';
import type { Group } from '../../archive/ingest/storing';
import type { Remote } from '../../archive/outbox/queue';
import { Reception } from '../scp/reception';
import {
  type Booked,
  IncomingBook,
  type IncomingCounts,
  type IncomingOutcome,
  type IncomingPlace,
} from './incoming-book';
import { PartialFiles } from './partial-files';
import type { BoxStatus } from './protocol';

/** What passes when there is room, or when the program is there again: the image is sent once more. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'DISK_FULL',
  'DISK_FAILED',
  'CANCELLED',
  'INTERNAL',
  'OBJECT_DAMAGED',
]);

/** An image of a box, as it was taken. */
export interface Taken extends IncomingCounts {
  /** Why it was not taken, for good; null when it was. */
  readonly rejected: ErrorCode | null;
}

/** Bytes of several files in memory that is used again. */
type Lent = Pick<Group, 'whole' | 'giveBack'>;

/** One of several small files that came in one request. */
export interface GroupedImage {
  readonly place: IncomingPlace;
  /** What its bytes must have. */
  readonly sha256: string;
  /** Where it lies in the bytes that came. */
  readonly start: number;
  readonly bytes: number;
}

/** Takes in what boxes send, whichever side opened the connection, and books it. */
export class BoxIntake {
  readonly book: IncomingBook;
  readonly partial: PartialFiles;
  private readonly reception: Reception;

  constructor(
    private readonly engine: Engine,
    onFault: (error: unknown) => void,
    private readonly changed: () => void,
  ) {
    const { context } = engine;
    this.book = new IncomingBook(context.db, () => context.now());
    this.partial = new PartialFiles(context.paths);
    this.reception = new Reception(engine, onFault, 'box');
  }

  /**
   * Takes in one file, `held` in memory or lying at its path, and removes it from there. `expected`: SHA-256 its bytes must have.
   * Throws what may pass: DISK_FULL, DISK_FAILED, CANCELLED, OBJECT_DAMAGED (other bytes than expected).
   */
  async take(
    remote: Remote,
    place: IncomingPlace,
    path: string,
    expected: string | null,
    held?: Uint8Array,
  ): Promise<Taken> {
    try {
      const taking = { expected, restores: true, ours: true, held };
      const received = await this.reception.take(senderOf(remote), path, shownAs(place), taking);
      return await this.noteOne(remote, place, { kind: 'stored', ...received });
    } catch (thrown) {
      const { code } = asFieldboxError(thrown);
      if (PASSING.has(code)) throw thrown;
      return await this.noteOne(remote, place, { kind: 'rejected', code });
    } finally {
      rmSync(path, { force: true });
    }
  }

  /**
   * Takes in several small files at one go, and books them together; for each what became of it, or what may pass (as `take` throws
   * it). The bytes are not here until they are given back. What needs more than that is OBJECT_DAMAGED, and is to come by itself. Throws DISK_FULL,
   * DISK_FAILED, CANCELLED where that holds for all of them.
   */
  async takeGroup(
    remote: Remote,
    memory: Lent,
    images: readonly GroupedImage[],
  ): Promise<readonly (Taken | FieldboxError)[]> {
    const known = images.map(({ sha256 }) => this.known(sha256));
    const isFirst = ({ sha256 }: GroupedImage, at: number): boolean =>
      images.findIndex((other) => other.sha256 === sha256) === at;
    const fresh = images.filter((image, at) => known[at] === undefined && isFirst(image, at));
    const received = new Map<GroupedImage, Received | FieldboxError>();
    for (const [at, came] of (await this.receiveGroup(remote, memory, fresh)).entries()) {
      const image = fresh[at];
      if (image !== undefined) received.set(image, came);
    }
    const booked: Booked[] = [];
    const passing = images.map((one, at): FieldboxError | null => {
      const image = known[at];
      const came = image === undefined ? received.get(one) : { image, isNew: false, restored: false };
      if (came === undefined) return new FieldboxError('OBJECT_DAMAGED', { sha256: one.sha256 }); // it comes twice
      if (came instanceof FieldboxError && PASSING.has(came.code)) return came;
      booked.push({ place: one.place, outcome: outcomeOf(came) });
      return null;
    });
    const taken = [...(await this.note(remote, booked))];
    return passing.map((error) => error ?? taken.shift() ?? new FieldboxError('INTERNAL'));
  }

  /** Books an image that was here already under the very same bytes. Throws NOT_FOUND. */
  async takeKnown(remote: Remote, place: IncomingPlace, sha256: string): Promise<Taken> {
    const image = this.known(sha256);
    if (image === undefined) throw new FieldboxError('NOT_FOUND', { what: 'image' });
    return this.noteOne(remote, place, { kind: 'stored', image, isNew: false, restored: false });
  }

  /** Books a file that is none before anything was kept of it. */
  reject(remote: Remote, place: IncomingPlace, code: ErrorCode): Promise<Taken> {
    return this.noteOne(remote, place, { kind: 'rejected', code });
  }

  /** The image with these bytes, when it is here and sound. */
  known(sha256: string): ImageId | undefined {
    const row = statement(
      this.engine.context.db,
      `SELECT image.object FROM image JOIN object ON object.sha256 = image.object
       WHERE image.object = +? AND object.state = 'good'`,
    ).get(sha256) as { object: string } | undefined;
    return row === undefined ? undefined : ImageId.parse(row.object);
  }

  /** Takes over what the sender says of its transaction; false when it is not known here. */
  async setStatus(
    remote: Pick<Remote, 'remote' | 'name'>,
    way: IncomingPlace['way'],
    number: number,
    status: BoxStatus,
  ): Promise<boolean> {
    const set = this.book.setState(remote.remote, way, number, status);
    if (set === undefined) return false;
    this.changed();
    const { received, added, total } = set;
    if (set.changed && status === 'FINISHED') await this.log('BOX_INCOMING_FINISHED', remote, { received, added });
    if (set.changed && status === 'FAILED') await this.log('BOX_INCOMING_FAILED', remote, { received, total });
    return true;
  }

  statusOf(remote: RemoteKey, way: IncomingPlace['way'], number: number): BoxStatus | undefined {
    return this.book.status(remote, way, number);
  }

  /** Removes a file that is not taken. */
  async discard(path: string): Promise<void> {
    await rm(path, { force: true });
  }

  /** Removes beginnings of files that nobody needs any more. */
  tidy(): Promise<void> {
    return this.partial.tidy(this.engine.context.now(), (sha256) => this.known(sha256) !== undefined);
  }

  close(): void {
    this.reception.close();
  }

  /** A worker that dies of one of them says nothing of the others: each is to come by itself. */
  private async receiveGroup(
    remote: Remote,
    memory: Lent,
    images: readonly GroupedImage[],
  ): Promise<readonly (Received | FieldboxError)[]> {
    if (images.length === 0) return [];
    const files = images.map(({ sha256, start, bytes }) => ({ expected: sha256, start, bytes }));
    const shown = images.map(({ place }) => shownAs(place));
    try {
      return await this.reception.takeGroup(senderOf(remote), { ...memory, files }, shown, { restores: true });
    } catch (thrown) {
      const error = asFieldboxError(thrown);
      if (error.code !== 'WORKER_DIED' && error.code !== 'TIMED_OUT') throw error;
      return images.map(({ sha256 }) => new FieldboxError('OBJECT_DAMAGED', { sha256 }, error));
    }
  }

  private async noteOne(remote: Remote, place: IncomingPlace, outcome: IncomingOutcome): Promise<Taken> {
    const [taken] = await this.note(remote, [{ place, outcome }]);
    if (taken === undefined) throw new FieldboxError('INTERNAL');
    return taken;
  }

  private async note(remote: Remote, images: readonly Booked[]): Promise<readonly Taken[]> {
    if (images.length === 0) return [];
    const counts = this.book.note(images);
    this.changed();
    for (const { completed, received, added } of counts)
      if (completed) await this.log('BOX_INCOMING_FINISHED', remote, { received, added });
    return counts.map((one, at) => {
      const outcome = images[at]?.outcome;
      return { ...one, rejected: outcome?.kind === 'rejected' ? outcome.code : null };
    });
  }

  private log(
    code: 'BOX_INCOMING_FINISHED' | 'BOX_INCOMING_FAILED',
    { name }: Pick<Remote, 'name'>,
    details: Readonly<Record<string, number>>,
  ): Promise<void> {
    return noteLog(this.engine.context, code, { remote: name, ...details });
  }
}

function senderOf({ name }: Remote): { readonly sourceRef: string; readonly label: string } {
  return { sourceRef: name, label: name };
}

/** What an image is called in the report of the import. */
function shownAs({ number, sequence }: IncomingPlace): string {
  return `${String(number)}-${String(sequence)}.dcm`;
}

function outcomeOf(came: Received | FieldboxError): IncomingOutcome {
  return came instanceof FieldboxError ? { kind: 'rejected', code: came.code } : { kind: 'stored', ...came };
}
