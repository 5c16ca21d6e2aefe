import type { Database } from 'better-sqlite3';
import type { Parsed } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { ImageId, PatientKey, ResultKey, SeriesKey, UserKey } from '@shared/model/ids';
import type { ResultFault, ResultRow, ResultValue } from '@shared/model/results';
import { listRows, seriesTerms } from '../catalog/row-filter';
import { statement } from '../index-writer/statements';

/** Results of what is here now: those of a series that is not in the index wait until it is. */
const FROM = `FROM result JOIN series ON series.key = result.series JOIN patient ON patient.id = series.patient_id`;
const COLUMNS = `SELECT result.*, patient.key AS patient,
  (SELECT bytes FROM object WHERE sha256 = result.object) AS bytes ${FROM}`;

/** Which results are asked for. */
export type ResultFilter = Pick<
  Parsed<'results.list'>,
  'patient' | 'study' | 'series' | 'image' | 'type' | 'name' | 'removed'
>;

/** A page of results, newest first, and how many there are. */
export function listResults(
  db: Database,
  filter: ResultFilter,
  page: { readonly limit: number; readonly offset: number },
): { total: number; rows: ResultRow[] } {
  const { total, rows } = listRows<ResultFilter>(
    db,
    {
      from: FROM,
      select: COLUMNS,
      always: filter.removed ? [] : ['result.removed_at IS NULL'],
      said: {
        ...seriesTerms('result'),
        image: 'result.image = @image',
        type: 'lower(result.type) = lower(@type)',
        name: 'result.name = @name',
      },
      orderBy: 'result.id DESC',
    },
    filter,
    page,
  );
  return { total, rows: (rows as RawResult[]).map(resultOf) };
}

/** Throws NOT_FOUND. */
export function getResult(db: Database, key: ResultKey): ResultRow {
  const row = statement(db, `${COLUMNS} WHERE result.key = ?`).get(key) as RawResult | undefined;
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'result' });
  return resultOf(row);
}

/** The newest result of a name on a series, or on one image of it; null when there is none. */
export function newestResult(
  db: Database,
  at: { readonly series: SeriesKey; readonly image: ImageId | null; readonly type: string; readonly name: string },
): ResultRow | null {
  const row = statement(
    db,
    `${COLUMNS} WHERE result.series = @series AND lower(result.type) = lower(@type) AND result.name = @name
       AND result.removed_at IS NULL AND (@image IS NULL OR result.image IS NULL OR result.image = @image)
     ORDER BY result.id DESC LIMIT 1`,
  ).get(at) as RawResult | undefined;
  return row ? resultOf(row) : null;
}

interface RawResult {
  readonly key: string;
  readonly patient: string;
  readonly series: string;
  readonly image: string | null;
  readonly type: string;
  readonly name: string;
  readonly algorithm: string;
  readonly product: string;
  readonly version: string;
  readonly threshold: number | null;
  readonly kind: 'number' | 'text' | 'file';
  readonly number: number | null;
  readonly text: string | null;
  readonly object: string | null;
  readonly bytes: number | null;
  readonly file_name: string | null;
  readonly inputs: string;
  readonly made_at: string | null;
  readonly added_at: string;
  readonly by_user: string | null;
  readonly removed_at: string | null;
  readonly removed_by: string | null;
  readonly removed_reason: string | null;
}

function resultOf(row: RawResult): ResultRow {
  const fault = row.kind === 'number' && row.number !== null ? faultOf(row.type, row.number) : null;
  return {
    result: ResultKey.parse(row.key),
    patient: PatientKey.parse(row.patient),
    seriesKey: SeriesKey.parse(row.series),
    image: row.image === null ? null : ImageId.parse(row.image),
    type: row.type,
    name: row.name,
    algorithm: row.algorithm,
    product: row.product,
    version: row.version,
    threshold: row.threshold,
    value: valueOf(row),
    fault,
    reachesThreshold:
      row.number === null || row.threshold === null || fault !== null ? null : row.number >= row.threshold,
    inputs: (JSON.parse(row.inputs) as string[]).map((input) => ImageId.parse(input)),
    madeAt: row.made_at,
    addedAt: row.added_at,
    by: row.by_user === null ? null : UserKey.parse(row.by_user),
    removed:
      row.removed_at === null
        ? null
        : {
            at: row.removed_at,
            by: row.removed_by === null ? null : UserKey.parse(row.removed_by),
            reason: row.removed_reason ?? '',
          },
  };
}

function valueOf(row: RawResult): ResultValue {
  if (row.kind === 'file') {
    return {
      kind: 'file',
      object: ImageId.parse(row.object),
      bytes: row.bytes ?? 0,
      fileName: row.file_name ?? '',
    };
  }
  return row.kind === 'text'
    ? { kind: 'text', text: row.text ?? '' }
    : { kind: 'number', number: row.number ?? Number.NaN };
}

/** CAD4TB scores are 0 to 100; its negative values say why there is none. */
function faultOf(type: string, number: number): ResultFault | null {
  if (type.toLowerCase() !== 'cad4tb' || number >= 0) return null;
  if (number === -1) return 'unusable';
  return number === -2 ? 'refused' : 'failed';
}
