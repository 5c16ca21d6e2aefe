import type { Database } from 'better-sqlite3';
import type { resultBodies } from '../records/bodies/results';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { statement } from './statements';

export const resultAppliers: Appliers<keyof typeof resultBodies> = {
  'result.added': applyAdded,
  'result.removed': applyRemoved,
};

function applyAdded(db: Database, record: RecordOf<'result.added'>): void {
  const { body } = record;
  const { value } = body;
  statement(
    db,
    `INSERT INTO result (id, key, series, image, type, name, algorithm, product, version, threshold, kind, number, text, object,
       file_name, inputs, made_at, added_at, by_user)
     VALUES (@seq, @result, @series, @image, @type, @name, @algorithm, @product, @version, @threshold, @kind, @number, @text,
       @object, @fileName, @inputs, @madeAt, @at, @by)
     ON CONFLICT (key) DO NOTHING`,
  ).run({
    seq: record.seq,
    result: body.result,
    series: body.series,
    image: body.image,
    type: body.type,
    name: body.name,
    algorithm: body.algorithm,
    product: body.product,
    version: body.version,
    threshold: body.threshold,
    kind: value.kind,
    number: value.kind === 'number' ? value.number : null,
    text: value.kind === 'text' ? value.text : null,
    object: value.kind === 'file' ? value.object : null,
    fileName: value.kind === 'file' ? value.fileName : null,
    inputs: JSON.stringify(body.inputs),
    madeAt: body.madeAt,
    at: record.at,
    by: record.by,
  });
  addLogEntry(db, record, 'RESULT_ADDED', { name: body.name }, { series: body.series, image: body.image });
}

function applyRemoved(db: Database, record: RecordOf<'result.removed'>): void {
  const found = statement(db, 'SELECT name, series, image FROM result WHERE key = ?').get(record.body.result) as
    { name: string; series: string; image: string | null } | undefined;
  if (!found) return; // the record that added it was damaged
  statement(
    db,
    `UPDATE result SET removed_at = @at, removed_by = @by, removed_reason = @reason WHERE key = @key AND removed_at IS NULL`,
  ).run({ at: record.at, by: record.by, reason: record.body.reason, key: record.body.result });
  addLogEntry(db, record, 'RESULT_REMOVED', { name: found.name });
}
