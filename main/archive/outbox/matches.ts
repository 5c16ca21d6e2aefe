import type { Database } from 'better-sqlite3';
import { type ImageId, PatientKey, type RemoteKey, SeriesKey, type TransactionKey } from '@shared/model/ids';
import { MATCH_CODES, MatchDecision, RemotePatient } from '@shared/model/remotes/matching';
import type { MatchRow } from '@shared/contract/matching';
import { allOf } from '../index-writer/merged';
import { statement } from '../index-writer/statements';
import { PATIENT_OF_ITEM } from './views';

const CODES = JSON.stringify(MATCH_CODES);

interface DecisionColumns {
  readonly choice: 'this' | 'new' | 'none' | null;
  readonly remotePatient: string | null;
  readonly basis: string | null;
  readonly decidedAt: string | null;
  readonly decidedBy: string | null;
}

interface MatchColumns extends Omit<MatchRow, 'candidates' | 'decision' | 'details'>, DecisionColumns {
  readonly candidates: string | null;
  readonly details: string;
}

const DECISION = `d.choice, d.remote_patient AS remotePatient, d.basis, d.at AS decidedAt, d.by_user AS decidedBy`;
const CARD = `r.key AS remote, r.name AS remoteName, p.key AS patient, p.PatientID, p.PatientName, p.PatientBirthDate, p.PatientSex`;
const SAID = `LEFT JOIN remote_patient AS d ON d.remote = r.key AND d.patient = p.key
  LEFT JOIN local_match_candidates AS c ON c.remote = r.key AND c.patient = p.key`;

/** Patients whose images wait for a person's answer, or those that were answered, by remote and name. */
export function matchRows(
  db: Database,
  filter: {
    readonly remote?: RemoteKey | undefined;
    readonly decided: boolean;
    readonly limit: number;
    readonly offset: number;
  },
): { readonly total: number; readonly rows: MatchRow[] } {
  const waiting = `FROM outbox_item AS i JOIN remote AS r ON r.id = i.remote_id AND r.removed = 0
    JOIN patient AS p ON p.id = ${PATIENT_OF_ITEM} ${SAID}
    WHERE i.state = 'parked' AND i.code IN (SELECT value FROM json_each(@codes))
      AND (@remote IS NULL OR r.key = @remote) GROUP BY r.id, p.id`;
  const answered = `FROM remote_patient AS d JOIN remote AS r ON r.key = d.remote AND r.removed = 0
    JOIN patient AS p ON p.key = d.patient LEFT JOIN local_match_candidates AS c ON c.remote = r.key AND c.patient = p.key
    WHERE (@remote IS NULL OR r.key = @remote)`;
  const values = { remote: filter.remote ?? null, ...(!filter.decided && { codes: CODES }) };
  const from = filter.decided ? answered : waiting;
  const own = filter.decided
    ? `0 AS images, '' AS code, '{}' AS details`
    : `count(*) AS images, min(i.code) AS code, i.details`;
  const { total } = statement(db, `SELECT count(*) AS total FROM (SELECT 1 ${from})`).get(values) as { total: number };
  const rows = statement(
    db,
    `SELECT ${CARD}, ${own}, ${DECISION}, c.candidates ${from} ORDER BY r.name, p.name_folded, p.id LIMIT @limit OFFSET @offset`,
  ).all({ ...values, limit: filter.limit, offset: filter.offset }) as MatchColumns[];
  return { total, rows: rows.map(matchRow) };
}

function matchRow(row: MatchColumns): MatchRow {
  const { choice, remotePatient, basis, decidedAt, decidedBy, candidates, details, ...card } = row;
  return {
    ...card,
    details: JSON.parse(details) as MatchRow['details'],
    candidates: candidates === null ? [] : RemotePatient.array().parse(JSON.parse(candidates)),
    decision:
      choice === null ? null : MatchDecision.parse({ choice, remotePatient, basis, at: decidedAt, by: decidedBy }),
  };
}

/**
 * Who a patient is at a remote; what was said of those merged into them counts when nothing was said of themselves and it is
 * the same of all.
 */
export function decisionOf(
  db: Database,
  remote: RemoteKey,
  patient: PatientKey,
): Pick<MatchDecision, 'choice' | 'remotePatient'> | null {
  const find = statement(
    db,
    'SELECT choice, remote_patient AS remotePatient FROM remote_patient WHERE remote = ? AND patient = ?',
  );
  const of = (key: string): Pick<MatchDecision, 'choice' | 'remotePatient'> | undefined =>
    find.get(remote, key) as Pick<MatchDecision, 'choice' | 'remotePatient'> | undefined;
  const own = of(patient);
  if (own) return own;
  const merged = allOf(db, patient).flatMap((key) => of(key) ?? []);
  const [first] = merged;
  return first && merged.every((each) => each.choice === first.choice && each.remotePatient === first.remotePatient)
    ? first
    : null;
}

/** The patient here who is that person at the remote already, besides one; null when there is none. */
export function whoIs(db: Database, remote: RemoteKey, remotePatient: string, besides: PatientKey): PatientKey | null {
  const own = new Set(allOf(db, besides));
  const rows = statement(
    db,
    `SELECT patient FROM remote_patient WHERE remote = ? AND remote_patient = ? AND choice = 'this'`,
  ).all(remote, remotePatient) as { patient: string }[];
  const other = rows.find(({ patient }) => !own.has(patient));
  return other === undefined ? null : PatientKey.parse(other.patient);
}

/** Patients who are known at a remote, with their id there. */
export function knownThere(db: Database, remote: RemoteKey): { readonly patient: PatientKey; readonly id: string }[] {
  const rows = statement(
    db,
    `SELECT d.patient, d.remote_patient AS id FROM remote_patient AS d JOIN patient ON patient.key = d.patient
     WHERE d.remote = ? AND d.choice = 'this' AND d.remote_patient IS NOT NULL ORDER BY patient.id`,
  ).all(remote) as { patient: string; id: string }[];
  return rows.map(({ patient, id }) => ({ patient: PatientKey.parse(patient), id }));
}

/** Items of a patient at a remote that wait for the answer of a person or were held back by one. */
export function itemsToDecide(
  db: Database,
  remote: RemoteKey,
  patient: PatientKey,
): readonly { readonly transaction: TransactionKey; readonly position: number; readonly refused: boolean }[] {
  const rows = statement(
    db,
    `SELECT t.key AS "transaction", i.position, i.state = 'refused' AS refused
     FROM outbox_item AS i JOIN outbox_transaction AS t ON t.id = i.transaction_id
     JOIN remote AS r ON r.id = i.remote_id JOIN patient AS p ON p.id = ${PATIENT_OF_ITEM}
     WHERE r.key = @remote AND p.key = @patient AND ((i.state = 'parked' AND i.code IN (SELECT value FROM json_each(@codes)))
       OR (i.state = 'refused' AND i.code = 'MATCH_NOT_SENT'))
     ORDER BY i.transaction_id, i.position`,
  ).all({ remote, patient, codes: CODES }) as { transaction: TransactionKey; position: number; refused: number }[];
  return rows.map((row) => ({ ...row, refused: row.refused === 1 }));
}

/** Keeps who a patient may be at a remote. */
export function keepCandidates(
  db: Database,
  remote: RemoteKey,
  patient: PatientKey,
  candidates: readonly RemotePatient[],
): void {
  statement(
    db,
    `INSERT INTO local_match_candidates (remote, patient, candidates) VALUES (?, ?, ?)
     ON CONFLICT (remote, patient) DO UPDATE SET candidates = excluded.candidates`,
  ).run(remote, patient, JSON.stringify(candidates));
}

/** The remote's own id of a clinic or station here. */
export function remotePlaceOf(
  db: Database,
  remote: RemoteKey,
  kind: 'clinic' | 'station',
  place: string | null,
): string | null {
  if (place === null) return null;
  const row = statement(
    db,
    'SELECT remote_place AS id FROM remote_place WHERE remote = ? AND kind = ? AND place = ?',
  ).get(remote, kind, place) as { id: string } | undefined;
  return row?.id ?? null;
}

/** The places here that go by an id of the remote. */
export function placesAs(
  db: Database,
  remote: RemoteKey,
  kind: 'clinic' | 'station',
  remotePlace: string,
): readonly string[] {
  const rows = statement(
    db,
    'SELECT place FROM remote_place WHERE remote = ? AND kind = ? AND remote_place = ? ORDER BY place',
  ).all(remote, kind, remotePlace) as { place: string }[];
  return rows.map(({ place }) => place);
}

/** Series of which images were delivered to a remote, with those images; of one patient, or only some series. */
export function deliveredSeries(
  db: Database,
  remote: RemoteKey,
  only: { readonly patient?: PatientKey | undefined; readonly series?: readonly string[] } = {},
): readonly { readonly series: SeriesKey; readonly images: ImageId[] }[] {
  const rows = statement(
    db,
    `SELECT DISTINCT series.id, series.key AS series, i.image FROM outbox_item AS i JOIN remote AS r ON r.id = i.remote_id
     JOIN image ON image.object = i.image JOIN series ON series.id = image.series_id JOIN patient AS p ON p.id = image.patient_id
     WHERE r.key = @remote AND i.state IN ('arrived', 'proven') AND i.attachment IS NULL AND (@patient IS NULL OR p.key = @patient)
       AND (@series IS NULL OR series.key IN (SELECT value FROM json_each(@series)))
     ORDER BY series.id, image.id`,
  ).all({
    remote,
    patient: only.patient ?? null,
    series: only.series === undefined ? null : JSON.stringify(only.series),
  }) as { series: string; image: ImageId }[];
  const found = new Map<string, ImageId[]>();
  for (const { series, image } of rows) {
    const images = found.get(series);
    if (images) images.push(image);
    else found.set(series, [image]);
  }
  return [...found].map(([series, images]) => ({ series: SeriesKey.parse(series), images }));
}

/** Whether an image was delivered to a remote and not taken back. */
export function isDelivered(db: Database, remote: RemoteKey, image: ImageId): boolean {
  const sql = `SELECT 1 FROM outbox_item WHERE image = ? AND attachment IS NULL AND remote_id = (SELECT id FROM remote WHERE key = ?)
    AND state IN ('arrived', 'proven')`;
  return statement(db, sql).get(image, remote) !== undefined;
}

/** The images of items; attached files have none. */
export function imagesOfItems(
  db: Database,
  items: readonly { readonly transaction: TransactionKey; readonly position: number }[],
): readonly ImageId[] {
  const find = statement(
    db,
    `SELECT image FROM outbox_item WHERE transaction_id = (SELECT id FROM outbox_transaction WHERE key = ?) AND position = ?
       AND attachment IS NULL`,
  );
  return items.flatMap(({ transaction, position }) => {
    const row = find.get(transaction, position) as { image: ImageId } | undefined;
    return row ? [row.image] : [];
  });
}
