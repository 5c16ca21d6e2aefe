import type { Database } from 'better-sqlite3';
import type { IncomingImageRow, IncomingRow } from '@shared/contract/boxes';
import { type ErrorCode, FieldboxError } from '@shared/errors';
import type { ImageId, RemoteKey } from '@shared/model/ids';
import { statement } from '../../archive/index-writer/statements';
import { IncomingCounters } from './incoming-counts';
import type { BoxStatus } from './protocol';

/** Where an image that comes belongs. */
export interface IncomingPlace {
  readonly remote: RemoteKey;
  /** As the sender counts. */
  readonly number: number;
  readonly way: IncomingRow['way'];
  readonly sequence: number;
  readonly total: number;
}

/** What became of it. */
export type IncomingOutcome =
  | { readonly kind: 'stored'; readonly image: ImageId; readonly isNew: boolean; readonly restored: boolean }
  | { readonly kind: 'rejected'; readonly code: ErrorCode };

/** An image that came, and what became of it. */
export interface Booked {
  readonly place: IncomingPlace;
  readonly outcome: IncomingOutcome;
}

/** A transaction as it stands after an image has come. */
export interface IncomingCounts {
  readonly id: number;
  readonly received: number;
  readonly added: number;
  readonly total: number;
  /** This image was the one that completed it. */
  readonly completed: boolean;
}

/** A sender that has been quiet for so long counts as waiting, as slicebox shows it. */
const QUIET_MS = 15_000;

type Stored = Omit<IncomingRow, 'state'> & { readonly state: 'processing' | 'finished' | 'failed' };

/**
 * What other boxes send, by their transactions. An image counts once however often it comes (slicebox counts every attempt), so
 * what is shown is what is here.
 */
export class IncomingBook {
  private readonly counters: IncomingCounters;
  private readonly book: (images: readonly Booked[]) => readonly IncomingCounts[];

  constructor(
    private readonly db: Database,
    private readonly now: () => Date,
  ) {
    this.counters = new IncomingCounters(db);
    this.book = db.transaction((images: readonly Booked[]) =>
      images.map(({ place, outcome }) => this.write(place, outcome)),
    );
  }

  /** Books images that came together; how their transaction stands after each. */
  note(images: readonly Booked[]): readonly IncomingCounts[] {
    try {
      return this.book(images);
    } catch (error) {
      this.counters.forgetAll(); // what was counted has not been written
      throw error;
    }
  }

  private write(place: IncomingPlace, outcome: IncomingOutcome): IncomingCounts {
    const at = this.now().toISOString();
    const id = this.openTransaction(place, at);
    const { sequence, total } = place;
    const before = this.counters.of(id).received;
    const known = statement(
      this.db,
      'SELECT is_new AS isNew FROM local_incoming_image WHERE incoming = ? AND sequence = ?',
    ).get(id, sequence) as { isNew: number } | undefined;
    const isNew = outcome.kind === 'stored' && outcome.isNew ? 1 : 0;
    statement(
      this.db,
      `INSERT INTO local_incoming_image (incoming, sequence, image, is_new, restored, code, at)
       VALUES (@id, @sequence, @image, @isNew, @restored, @code, @at)
       ON CONFLICT (incoming, sequence) DO UPDATE SET image = excluded.image, code = excluded.code, at = excluded.at,
         restored = excluded.restored, is_new = max(is_new, excluded.is_new)`,
    ).run({
      id,
      sequence,
      image: outcome.kind === 'stored' ? outcome.image : null,
      isNew,
      restored: outcome.kind === 'stored' && outcome.restored ? 1 : 0,
      code: outcome.kind === 'rejected' ? outcome.code : null,
      at,
    });
    const counts = this.counters.count(id, known, isNew);
    const complete = counts.received >= total;
    statement(this.db, 'UPDATE local_incoming SET state = ? WHERE id = ?').run(
      complete ? 'finished' : 'processing',
      id,
    );
    return { id, ...counts, total, completed: complete && before < total };
  }

  /** Sets what the sender says of its transaction; undefined when it is not known here. */
  setState(
    remote: RemoteKey,
    way: IncomingRow['way'],
    number: number,
    status: BoxStatus,
  ): (IncomingCounts & { readonly changed: boolean }) | undefined {
    const row = this.find(remote, way, number);
    if (row === undefined) return undefined;
    const state = status === 'FINISHED' ? 'finished' : status === 'FAILED' ? 'failed' : 'processing';
    statement(this.db, 'UPDATE local_incoming SET state = ?, updated_at = ? WHERE id = ?').run(
      state,
      this.now().toISOString(),
      row.id,
    );
    return { ...row, completed: false, changed: row.state !== state };
  }

  /** How a transaction stands, in slicebox's words; undefined when it is not known here. */
  status(remote: RemoteKey, way: IncomingRow['way'], number: number): BoxStatus | undefined {
    const row = this.find(remote, way, number);
    if (row === undefined) return undefined;
    return stateOf(row, this.now()).toUpperCase() as Uppercase<IncomingRow['state']>;
  }

  list(filter: { readonly remote?: RemoteKey | undefined; readonly limit: number; readonly offset: number }): {
    readonly total: number;
    readonly rows: IncomingRow[];
  } {
    const where = filter.remote === undefined ? '' : 'WHERE t.remote = @remote';
    const of = filter.remote === undefined ? {} : { remote: filter.remote };
    const { total } = statement(this.db, `SELECT count(*) AS total FROM local_incoming AS t ${where}`).get(of) as {
      total: number;
    };
    const rows = statement(this.db, `${ROW} ${where} GROUP BY t.id ORDER BY t.id DESC LIMIT @limit OFFSET @offset`).all(
      { ...of, limit: filter.limit, offset: filter.offset },
    ) as Stored[];
    const now = this.now();
    return { total, rows: rows.map((row) => ({ ...row, state: stateOf(row, now) })) };
  }

  /** Throws NOT_FOUND. */
  images(id: number, limit: number, offset: number): { readonly total: number; readonly rows: IncomingImageRow[] } {
    this.require(id);
    const { total } = statement(this.db, 'SELECT count(*) AS total FROM local_incoming_image WHERE incoming = ?').get(
      id,
    ) as { total: number };
    const rows = statement(
      this.db,
      `SELECT i.sequence, image.object AS image, i.is_new AS isNew, i.restored, i.code, i.at FROM local_incoming_image AS i
       LEFT JOIN image ON image.object = i.image WHERE i.incoming = ? ORDER BY i.sequence LIMIT ? OFFSET ?`,
    ).all(id, limit, offset) as {
      sequence: number;
      image: ImageId | null;
      isNew: 0 | 1;
      restored: 0 | 1;
      code: string | null;
      at: string;
    }[];
    return {
      total,
      rows: rows.map(({ isNew, restored, code, ...row }) => ({
        ...row,
        isNew: isNew === 1,
        restored: restored === 1,
        fault: code === null ? null : { code, details: {} },
      })),
    };
  }

  /** Throws NOT_FOUND. */
  forget(id: number): void {
    this.require(id);
    this.counters.forget(id);
    statement(this.db, 'DELETE FROM local_incoming WHERE id = ?').run(id);
  }

  private require(id: number): void {
    if (statement(this.db, 'SELECT 1 FROM local_incoming WHERE id = ?').get(id) === undefined)
      throw new FieldboxError('NOT_FOUND', { what: 'transaction' });
  }

  private openTransaction({ remote, number, way, total }: IncomingPlace, at: string): number {
    const { id } = statement(
      this.db,
      `INSERT INTO local_incoming (remote, number, way, state, total, created_at, updated_at)
       VALUES (@remote, @number, @way, 'processing', @total, @at, @at)
       ON CONFLICT (remote, way, number) DO UPDATE SET total = excluded.total, updated_at = excluded.updated_at
       RETURNING id`,
    ).get({ remote, number, way, total, at }) as { id: number };
    return id;
  }

  private find(remote: RemoteKey, way: IncomingRow['way'], number: number): Stored | undefined {
    return statement(
      this.db,
      `${ROW} WHERE t.remote = @remote AND t.way = @way AND t.number = @number GROUP BY t.id`,
    ).get({ remote, way, number }) as Stored | undefined;
  }
}

const ROW = `SELECT t.id, t.remote, coalesce(r.name, '') AS remoteName, t.number AS "transaction", t.way, t.state, t.total,
  count(i.sequence) AS received, coalesce(sum(i.is_new), 0) AS added, count(i.code) AS rejected,
  t.created_at AS createdAt, t.updated_at AS updatedAt
  FROM local_incoming AS t LEFT JOIN remote AS r ON r.key = t.remote LEFT JOIN local_incoming_image AS i ON i.incoming = t.id`;

function stateOf({ state, updatedAt }: Pick<Stored, 'state' | 'updatedAt'>, now: Date): IncomingRow['state'] {
  return state === 'processing' && now.getTime() - Date.parse(updatedAt) > QUIET_MS ? 'waiting' : state;
}
