import type { Database } from 'better-sqlite3';
import {
  Cause,
  type ItemFilter,
  type ItemRow,
  type ItemState,
  type StateCounts,
  type TransactionRow,
} from '@shared/contract/sync';
import { AnonymisationWay } from '@shared/model/anonymisation';
import type { AttachmentKey, ImageId, PatientKey, RemoteKey, TransactionKey } from '@shared/model/ids';
import { allOf, survivorOf } from '../index-writer/merged';
import { idOf, statement } from '../index-writer/statements';

/** SQL of the patient (`patient.id`) of an item `i`: whose image it is, or whose attached file. */
export const PATIENT_OF_ITEM = `(CASE WHEN i.attachment IS NULL THEN (SELECT patient_id FROM image WHERE object = i.image)
  ELSE (SELECT patient_id FROM attachment WHERE key = i.attachment) END)`;

/** Items that are on their way at this moment, as the running program knows them. */
export interface InFlight {
  has(transaction: TransactionKey, position: number): boolean;
  readonly size: number;
  /** How many of a transaction. */
  of(transaction: TransactionKey): number;
  attempts(transaction: TransactionKey, position: number): number;
  /** Why it was put off when it was last tried. */
  trouble(
    transaction: TransactionKey,
    position: number,
  ): { readonly code: string; readonly details?: Readonly<Record<string, string | number>> | undefined } | null;
}

/** Of a transaction `t`: a rule has asked for it. */
const BY_RULE = `json_extract(t.cause, '$.type') = 'rule'`;

/** For who knows nothing of the running program: everything that has not arrived waits. */
export const noneInFlight: InFlight = {
  has: () => false,
  of: () => 0,
  attempts: () => 0,
  trouble: () => null,
  size: 0,
};

export function emptyCounts(): StateCounts {
  return { waiting: 0, sending: 0, arrived: 0, proven: 0, refused: 0, parked: 0, cancelled: 0 };
}

/** Numbers of items by state, of one remote, one transaction, or all. */
export function countsOf(
  db: Database,
  of: {
    readonly remote?: RemoteKey | undefined;
    readonly transaction?: TransactionKey;
    /** Only what rules have asked for. */
    readonly cause?: 'rule';
  },
): StateCounts {
  const terms = ['1'];
  const values: Record<string, string> = {};
  if (of.transaction !== undefined) {
    terms.push('transaction_id = (SELECT id FROM outbox_transaction WHERE key = @transaction)');
    values['transaction'] = of.transaction;
  }
  if (of.remote !== undefined) {
    terms.push('remote_id = (SELECT id FROM remote WHERE key = @remote)');
    values['remote'] = of.remote;
  }
  if (of.cause !== undefined) terms.push(`transaction_id IN (SELECT id FROM outbox_transaction AS t WHERE ${BY_RULE})`);
  const rows = statement(
    db,
    `SELECT state, count(*) AS n FROM outbox_item WHERE ${terms.join(' AND ')} GROUP BY state`,
  ).all(values) as { state: keyof StateCounts; n: number }[];
  return rows.reduce((counts, { state, n }) => ({ ...counts, [state]: n }), emptyCounts());
}

interface TransactionColumns extends Omit<TransactionRow, 'cause' | 'anonymise' | 'counts'> {
  readonly cause: string;
  readonly anonymise: string | null;
}

/** Counts of the tables with what is being sent taken out of what waits. */
export function withSending(counts: StateCounts, sending: number): StateCounts {
  return { ...counts, waiting: Math.max(0, counts.waiting - sending), sending };
}

/** States as the tables know them: what is being sent waits there. */
function asStored(states: readonly ItemState[]): string {
  return JSON.stringify(states.map((state) => (state === 'sending' ? 'waiting' : state)));
}

/** Transactions, newest first. */
export function transactionRows(
  db: Database,
  filter: {
    readonly remote?: RemoteKey | undefined;
    readonly transaction?: TransactionKey;
    readonly openOnly: boolean;
    readonly states?: readonly ItemState[] | undefined;
    readonly cause?: 'rule';
    readonly limit: number;
    readonly offset: number;
  },
  inFlight: InFlight,
): { readonly total: number; readonly rows: readonly TransactionRow[] } {
  const terms = [filter.cause === undefined ? '1' : BY_RULE];
  if (filter.remote !== undefined) terms.push('t.remote_id = (SELECT id FROM remote WHERE key = @remote)');
  if (filter.openOnly)
    terms.push(`EXISTS (SELECT 1 FROM outbox_item AS i WHERE i.transaction_id = t.id AND i.state = 'waiting')`);
  if (filter.states !== undefined && filter.states.length > 0)
    terms.push(
      `EXISTS (SELECT 1 FROM outbox_item AS i WHERE i.transaction_id = t.id AND i.state IN (SELECT value FROM json_each(@states)))`,
    );
  if (filter.transaction !== undefined) terms.push('t.key = @transaction');
  const where = `FROM outbox_transaction AS t JOIN remote AS r ON r.id = t.remote_id WHERE ${terms.join(' AND ')}`;
  const values = {
    ...(filter.transaction !== undefined && { transaction: filter.transaction }),
    ...(filter.remote !== undefined && { remote: filter.remote }),
    ...(filter.states !== undefined && { states: asStored(filter.states) }),
  };
  const { total } = statement(db, `SELECT count(*) AS total ${where}`).get(values) as { total: number };
  const rows = statement(
    db,
    `SELECT t.key AS "transaction", r.key AS remote, r.name AS remoteName, t.at AS requestedAt, t.by_user AS by, t.cause, t.anonymise,
       t.priority, t.total, t.bytes,
       (SELECT count(*) FROM outbox_item WHERE transaction_id = t.id AND attachment IS NOT NULL) AS files ${where} ORDER BY t.id DESC LIMIT @limit OFFSET @offset`,
  ).all({ ...values, limit: filter.limit, offset: filter.offset }) as TransactionColumns[];
  return {
    total,
    rows: rows.map((row) => ({
      ...row,
      by: row.by,
      cause: Cause.parse(JSON.parse(row.cause)),
      anonymise: row.anonymise === null ? null : AnonymisationWay.parse(JSON.parse(row.anonymise)),
      counts: withSending(countsOf(db, { transaction: row.transaction }), inFlight.of(row.transaction)),
    })),
  };
}

interface ItemColumns extends Omit<
  ItemRow,
  'fault' | 'proof' | 'attempts' | 'anonymised' | 'file' | 'newer' | 'isHere'
> {
  readonly isHere: number;
  /** Whose the image was when it was set aside. */
  readonly owner: PatientKey | null;
  readonly newest: ImageId | null;
  readonly newerAsked: number;
  readonly attachment: AttachmentKey | null;
  readonly fileName: string | null;
  readonly description: string | null;
  readonly contentType: string | null;
  readonly anonymised: number;
  readonly code: string | null;
  readonly details: string;
  readonly proofKind: NonNullable<ItemRow['proof']>['kind'] | null;
  readonly proofAt: string | null;
  readonly proofNote: string;
}

/**
 * The version that is here now of an item of which a remote holds an older one; of anonymised copies nothing is said, since what
 * was corrected may well not be in them.
 */
export const NEWER_OF_ITEM = `(SELECT living.object FROM set_aside JOIN image AS living ON living.id = set_aside.arrival
  WHERE set_aside.object = i.image AND set_aside.why = 'replaced' AND i.attachment IS NULL AND t.anonymise IS NULL
    AND i.state IN ('arrived', 'proven'))`;
/** Whether that version is on its way to the same remote, or there. */
const NEWER_ASKED = `EXISTS (SELECT 1 FROM outbox_item AS later JOIN outbox_transaction AS asked ON asked.id = later.transaction_id
  WHERE later.image = ${NEWER_OF_ITEM} AND later.attachment IS NULL AND later.remote_id = i.remote_id AND asked.anonymise IS NULL
    AND later.state IN ('waiting', 'arrived', 'proven', 'parked'))`;

/** At how many remotes an image or file is proven as it is; an anonymised copy proves nothing about the image itself. */
const PROOFS = `(SELECT count(DISTINCT proven.remote_id) FROM outbox_item AS proven
  JOIN outbox_transaction AS whole ON whole.id = proven.transaction_id
  WHERE proven.image = i.image AND proven.attachment IS i.attachment AND proven.state = 'proven' AND whole.anonymise IS NULL)`;
const ITEM_COLUMNS = `t.key AS "transaction", r.key AS remote, r.name AS remoteName, i.position, i.image, i.attachment, i.bytes, i.state, i.code, i.details,
  i.arrived_at AS arrivedAt, i.proof_kind AS proofKind, i.proof_at AS proofAt, i.proof_note AS proofNote,
  t.anonymise IS NOT NULL AS anonymised, ${PROOFS} AS proofs, ${NEWER_OF_ITEM} AS newest, ${NEWER_ASKED} AS newerAsked,
  coalesce(p.PatientID, aside.PatientID) AS PatientID, coalesce(p.PatientName, aside.PatientName) AS PatientName, p.key AS patient,
  aside.owner, coalesce(image.SOPInstanceUID, json_extract(aside.image, '$.attributes.SOPInstanceUID')) AS SOPInstanceUID,
  image.object IS NOT NULL OR attached.key IS NOT NULL AS isHere, attached.name AS fileName, attached.description, stored_file.content_type AS contentType`;
const ITEM_TABLES = `FROM outbox_item AS i JOIN outbox_transaction AS t ON t.id = i.transaction_id JOIN remote AS r ON r.id = i.remote_id
  LEFT JOIN image ON image.object = i.image AND i.attachment IS NULL
  LEFT JOIN set_aside AS aside ON aside.object = i.image AND i.attachment IS NULL
  LEFT JOIN attachment AS attached ON attached.key = i.attachment LEFT JOIN stored_file ON stored_file.sha256 = attached.file
  LEFT JOIN patient AS p ON p.id = coalesce(image.patient_id, attached.patient_id)`;

/** The patient under whom somebody stands now; null when there is none any more. */
function standingPatient(db: Database, key: PatientKey | null): PatientKey | null {
  if (key === null) return null;
  const survivor = survivorOf(db, key);
  return idOf(db, 'patient', survivor) === undefined ? null : survivor;
}

function itemRow(db: Database, row: ItemColumns, inFlight: InFlight): ItemRow {
  const {
    code,
    details,
    proofKind,
    proofAt,
    proofNote,
    attachment,
    fileName,
    description,
    contentType,
    newest,
    newerAsked,
    isHere,
    owner,
    ...rest
  } = row;
  const sending = rest.state === 'waiting' && inFlight.has(rest.transaction, rest.position);
  const trouble = rest.state === 'waiting' ? inFlight.trouble(rest.transaction, rest.position) : null;
  const putOff = trouble === null ? null : { code: trouble.code, details: { ...trouble.details } };
  return {
    ...rest,
    isHere: isHere === 1,
    patient: rest.patient ?? standingPatient(db, owner),
    state: sending ? 'sending' : rest.state,
    file:
      attachment === null
        ? null
        : { attachment, name: fileName ?? '', description: description ?? '', contentType: contentType ?? '' },
    fault: code === null ? putOff : { code, details: JSON.parse(details) as Record<string, string | number> },
    anonymised: rest.anonymised === 1,
    newer: newest === null ? null : { image: newest, asked: newerAsked === 1 },
    attempts: inFlight.attempts(rest.transaction, rest.position),
    proof: proofKind === null || proofAt === null ? null : { kind: proofKind, at: proofAt, note: proofNote },
  };
}

/** Items under a filter; the ledger shows the newest transaction first, an open transaction its own order. */
export function itemRows(
  db: Database,
  filter: ItemFilter,
  inFlight: InFlight,
): { readonly total: number; readonly rows: readonly ItemRow[] } {
  const terms = ['1'];
  const values: Record<string, string | number> = {};
  if (filter.transaction !== undefined) {
    terms.push('t.key = @transaction');
    values['transaction'] = filter.transaction;
  }
  if (filter.remote !== undefined) {
    terms.push('i.remote_id = (SELECT id FROM remote WHERE key = @remote)');
    values['remote'] = filter.remote;
  }
  if (filter.patient !== undefined) {
    terms.push(`((i.attachment IS NULL AND i.image IN (SELECT object FROM image WHERE patient_id = @patient
          UNION ALL SELECT object FROM set_aside WHERE owner IN (SELECT value FROM json_each(@owners))))
      OR i.attachment IN (SELECT key FROM attachment WHERE patient_id = @patient))`);
    values['owners'] = JSON.stringify(allOf(db, filter.patient));
    values['patient'] = idOf(db, 'patient', filter.patient) ?? 0;
  }
  if (filter.outdated === true) terms.push(`${NEWER_OF_ITEM} IS NOT NULL AND NOT ${NEWER_ASKED}`);
  if (filter.states.length > 0) {
    terms.push('i.state IN (SELECT value FROM json_each(@states))');
    values['states'] = asStored(filter.states);
  }
  const where = `${ITEM_TABLES} WHERE ${terms.join(' AND ')}`;
  const { total } = statement(db, `SELECT count(*) AS total ${where}`).get(values) as { total: number };
  const rows = statement(
    db,
    `SELECT ${ITEM_COLUMNS} ${where} ORDER BY i.transaction_id DESC, i.position LIMIT @limit OFFSET @offset`,
  ).all({ ...values, limit: filter.limit, offset: filter.offset }) as ItemColumns[];
  return { total, rows: rows.map((row) => itemRow(db, row, inFlight)) };
}

/** Everything that was ever sent of one image, and at how many remotes it is proven as it is. */
export function ledgerOf(
  db: Database,
  image: ImageId,
  inFlight: InFlight,
): { readonly rows: readonly ItemRow[]; readonly proofs: number } {
  const rows = (
    statement(db, `SELECT ${ITEM_COLUMNS} ${ITEM_TABLES} WHERE i.image = ? AND i.attachment IS NULL ORDER BY i.id`).all(
      image,
    ) as ItemColumns[]
  ).map((row) => itemRow(db, row, inFlight));
  return { rows, proofs: rows[0]?.proofs ?? 0 };
}

/** How many of these images are proven at a remote already. */
export function provenAt(db: Database, remote: RemoteKey, images: readonly ImageId[]): number {
  const sql = `SELECT count(DISTINCT i.image) AS n FROM outbox_item AS i JOIN outbox_transaction AS t ON t.id = i.transaction_id
    WHERE i.remote_id = (SELECT id FROM remote WHERE key = @remote) AND i.state = 'proven' AND t.anonymise IS NULL
      AND i.attachment IS NULL AND i.image IN (SELECT value FROM json_each(@images))`;
  return (statement(db, sql).get({ remote, images: JSON.stringify(images) }) as { n: number }).n;
}

/** How many of these attached files are proven at a remote already. */
export function filesProvenAt(db: Database, remote: RemoteKey, attachments: readonly AttachmentKey[]): number {
  const sql = `SELECT count(DISTINCT attachment) AS n FROM outbox_item WHERE state = 'proven'
    AND remote_id = (SELECT id FROM remote WHERE key = @remote) AND attachment IN (SELECT value FROM json_each(@attachments))`;
  return (statement(db, sql).get({ remote, attachments: JSON.stringify(attachments) }) as { n: number }).n;
}

/** The versions that are here now of what a remote holds in older ones, where nobody has sent them yet. */
export function newerOf(db: Database, remote: RemoteKey, patient: PatientKey | undefined): readonly ImageId[] {
  const rows = statement(
    db,
    `SELECT DISTINCT ${NEWER_OF_ITEM} AS image FROM outbox_item AS i JOIN outbox_transaction AS t ON t.id = i.transaction_id
     WHERE i.remote_id = (SELECT id FROM remote WHERE key = @remote) AND i.state IN ('arrived', 'proven')
       AND ${NEWER_OF_ITEM} IS NOT NULL AND NOT ${NEWER_ASKED}
       AND (@patient IS NULL OR (SELECT patient_id FROM image WHERE object = ${NEWER_OF_ITEM}) = @patient)`,
  ).all({ remote, patient: patient === undefined ? null : (idOf(db, 'patient', patient) ?? 0) }) as {
    image: ImageId;
  }[];
  return rows.map(({ image }) => image);
}

/** Older versions of an image that a remote holds, whole ones, the latest delivered first. */
export function olderThere(db: Database, remote: RemoteKey, image: ImageId): readonly ImageId[] {
  const rows = statement(
    db,
    `SELECT DISTINCT i.image FROM image AS living JOIN set_aside ON set_aside.arrival = living.id AND set_aside.why = 'replaced'
       CROSS JOIN outbox_item AS i ON i.image = set_aside.object AND i.remote_id = (SELECT id FROM remote WHERE key = @remote)
       JOIN outbox_transaction AS t ON t.id = i.transaction_id
     WHERE living.object = +@image AND i.attachment IS NULL AND t.anonymise IS NULL AND i.state IN ('arrived', 'proven')
     ORDER BY i.id DESC`,
  ).all({ remote, image }) as { image: ImageId }[];
  return rows.map((row) => row.image);
}

/** An older version that a remote holds beside the newer one. */
export interface OlderLeft {
  readonly older: ImageId;
  readonly newer: ImageId;
}

/** Older versions that a remote holds of images of which the version that is here now is proven there, whole ones. */
export function olderLeft(db: Database, remote: RemoteKey): readonly OlderLeft[] {
  return statement(
    db,
    `SELECT DISTINCT i.image AS older, living.object AS newer
     FROM set_aside CROSS JOIN image AS living ON living.id = set_aside.arrival
       CROSS JOIN outbox_item AS i ON i.image = set_aside.object AND i.remote_id = (SELECT id FROM remote WHERE key = ?)
       JOIN outbox_transaction AS t ON t.id = i.transaction_id
     WHERE set_aside.why = 'replaced' AND i.attachment IS NULL AND t.anonymise IS NULL AND i.state IN ('arrived', 'proven')
       AND EXISTS (SELECT 1 FROM outbox_item AS later JOIN outbox_transaction AS whole ON whole.id = later.transaction_id
         WHERE later.image = living.object AND later.remote_id = i.remote_id AND later.attachment IS NULL
           AND whole.anonymise IS NULL AND later.state = 'proven')
     ORDER BY i.id`,
  ).all(remote) as OlderLeft[];
}
