import type { Database } from 'better-sqlite3';
import { ExportSetRow } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import type { ExportSetKey } from '@shared/model/ids';
import type { ExportForm } from '@shared/model/vocabulary';
import type { ExportOutcome } from '../../../workers/export/plan';
import type { Selected } from '../selection';
import { statement } from '../../index-writer/statements';

interface Raw {
  readonly set: string;
  readonly name: string;
  readonly form: string;
  readonly state: string;
  readonly images: string;
  readonly leftOut: string;
  readonly bytes: number;
  readonly created: number;
  readonly expires: number;
  readonly code: string | null;
  readonly details: string;
}

const COLUMNS = `SELECT key AS "set", name, form, state, images, left_out AS leftOut, bytes, created, expires, code, details
  FROM local_export_set`;

const HOUR_MS = 3_600_000;

function rowOf({ images, leftOut, created, expires, code, details, ...rest }: Raw): ExportSetRow {
  return ExportSetRow.parse({
    ...rest,
    images: JSON.parse(images) as unknown,
    leftOut: JSON.parse(leftOut) as unknown,
    createdAt: new Date(created).toISOString(),
    expiresAt: new Date(expires).toISOString(),
    path: null,
    error: code === null ? null : { code, details: JSON.parse(details) as unknown },
  });
}

/** All sets, newest first. */
export function setRows(db: Database): ExportSetRow[] {
  return (statement(db, `${COLUMNS} ORDER BY id DESC`).all() as Raw[]).map(rowOf);
}

/** Throws NOT_FOUND. */
export function setRow(db: Database, set: ExportSetKey): ExportSetRow {
  const raw = statement(db, `${COLUMNS} WHERE key = ?`).get(set) as Raw | undefined;
  if (!raw) throw new FieldboxError('NOT_FOUND', { what: 'export set' });
  return rowOf(raw);
}

export function saveSet(
  db: Database,
  {
    set,
    name,
    form,
    selected,
    created,
    hours,
  }: {
    readonly set: ExportSetKey;
    readonly name: string;
    readonly form: ExportForm;
    readonly selected: Selected;
    readonly created: number;
    readonly hours: number;
  },
): void {
  statement(
    db,
    `INSERT INTO local_export_set (key, name, form, state, images, left_out, created, expires)
     VALUES (@set, @name, @form, 'making', @images, @leftOut, @created, @expires)`,
  ).run({
    set,
    name,
    form,
    images: JSON.stringify(selected.rows.map((row) => row.object)),
    leftOut: JSON.stringify(selected.leftOut),
    created,
    expires: created + hours * HOUR_MS,
  });
}

/** The zip is whole; images that turned out to be damaged are taken off. False when the set is gone. */
export function readySet(db: Database, set: ExportSetKey, outcome: ExportOutcome, bytes: number): boolean {
  const row = statement(db, `${COLUMNS} WHERE key = ?`).get(set) as Raw | undefined;
  if (!row) return false;
  const { images, leftOut } = rowOf(row);
  const stayed = outcome.leftOut.map(({ image, code }) => ({ image, code }));
  const gone = new Set(stayed.map(({ image }) => image));
  statement(db, `UPDATE local_export_set SET state = 'ready', images = ?, left_out = ?, bytes = ? WHERE key = ?`).run(
    JSON.stringify(images.filter((image) => !gone.has(image))),
    JSON.stringify([...leftOut, ...stayed]),
    bytes,
    set,
  );
  return true;
}

/** The zip could not be made. False when the set is gone. */
export function failSet(db: Database, set: ExportSetKey, { code, details }: FieldboxError): boolean {
  const { changes } = statement(
    db,
    `UPDATE local_export_set SET state = 'failed', code = ?, details = ? WHERE key = ?`,
  ).run(code, JSON.stringify(details), set);
  return changes > 0;
}

/** Sets that were being made when the archive was closed; called when it is opened. */
export function cutOff(db: Database): void {
  statement(
    db,
    `UPDATE local_export_set SET state = 'failed', code = 'EXPORT_SET_CUT_OFF' WHERE state = 'making'`,
  ).run();
}

/** Sets whose time is over; one that was made in the future of a clock that was set back is over as well. */
export function expiredSets(db: Database, now: number): ExportSetKey[] {
  const rows = statement(db, `SELECT key FROM local_export_set WHERE expires <= @now OR created > @now + @day`).all({
    now,
    day: 24 * HOUR_MS,
  }) as { key: ExportSetKey }[];
  return rows.map(({ key }) => key);
}

export function dropSet(db: Database, set: ExportSetKey): void {
  statement(db, 'DELETE FROM local_export_set WHERE key = ?').run(set);
}
