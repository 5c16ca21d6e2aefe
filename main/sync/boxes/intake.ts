import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { asFieldboxError, type ErrorCode, FieldboxError } from '@shared/errors';
import { ImageId, type RemoteKey } from '@shared/model/ids';
import type { Engine } from '../../archive/engine';
import { statement } from '../../archive/index-writer/statements';
import { noteLog } from '../../archive/log/journal';
import type { Remote } from '../../archive/outbox/queue';
import { Reception } from '../scp/reception';
import { IncomingBook, type IncomingCounts, type IncomingPlace } from './incoming-book';
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
      const sender = { sourceRef: remote.name, label: remote.name };
      const shown = `${String(place.number)}-${String(place.sequence)}.dcm`;
      const received = await this.reception.take(sender, path, shown, {
        expected,
        restores: true,
        ours: true,
        held,
      });
      return await this.note(remote, place, { kind: 'stored', ...received });
    } catch (thrown) {
      const { code } = asFieldboxError(thrown);
      if (PASSING.has(code)) throw thrown;
      return await this.note(remote, place, { kind: 'rejected', code });
    } finally {
      rmSync(path, { force: true });
    }
  }

  /** Books an image that was here already under the very same bytes. Throws NOT_FOUND. */
  async takeKnown(remote: Remote, place: IncomingPlace, sha256: string): Promise<Taken> {
    const image = this.known(sha256);
    if (image === undefined) throw new FieldboxError('NOT_FOUND', { what: 'image' });
    return this.note(remote, place, { kind: 'stored', image, isNew: false, restored: false });
  }

  /** Books a file that is none before anything was kept of it. */
  reject(remote: Remote, place: IncomingPlace, code: ErrorCode): Promise<Taken> {
    return this.note(remote, place, { kind: 'rejected', code });
  }

  /** The image with these bytes, when it is here and sound. */
  known(sha256: string): ImageId | undefined {
    const row = statement(
      this.engine.context.db,
      `SELECT image.object FROM image JOIN object ON object.sha256 = image.object
       WHERE image.object = ? AND object.state = 'good'`,
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

  private async note(
    remote: Remote,
    place: IncomingPlace,
    outcome: Parameters<IncomingBook['note']>[1],
  ): Promise<Taken> {
    const counts = this.book.note(place, outcome);
    this.changed();
    const { received, added } = counts;
    if (counts.completed) await this.log('BOX_INCOMING_FINISHED', remote, { received, added });
    return { ...counts, rejected: outcome.kind === 'rejected' ? outcome.code : null };
  }

  private log(
    code: 'BOX_INCOMING_FINISHED' | 'BOX_INCOMING_FAILED',
    { name }: Pick<Remote, 'name'>,
    details: Readonly<Record<string, number>>,
  ): Promise<void> {
    return noteLog(this.engine.context, code, { remote: name, ...details });
  }
}
