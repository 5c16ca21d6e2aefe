import type { Database } from 'better-sqlite3';
import type { KeySort } from '@shared/contract/anonymisation';
import {
  AnonymisationKeyRow,
  AnonymisedImageRow,
  type KeyProperty,
  type KeyQuery,
} from '@shared/contract/anonymisation';
import { FieldboxError } from '@shared/errors';
import type { AnonymisationKeyId } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import { statement } from '../index-writer/statements';

const KEY = `
  SELECT k.key, k.created_at AS createdAt, k.patient, k.PatientName, k.PatientID, k.PatientBirthDate,
    k.anonymous_name AS anonymousName, k.anonymous_id AS anonymousID, k.date_shift_days AS shift, k.profile,
    k.tag_values AS tagValues, k.images, EXISTS (SELECT 1 FROM patient WHERE key = k.patient) AS isHere
  FROM anonymisation_key AS k`;

/** Where a property stands: a column of the key, or one of its images. `folded`: where `like` looks, if not in the column. */
const PROPERTIES: Readonly<
  Record<KeyProperty, { readonly column: string; readonly folded?: string; readonly ofImage?: true }>
> = {
  key: { column: 'k.key' },
  patient: { column: 'k.patient' },
  PatientName: { column: 'k.PatientName', folded: 'k.name_folded' },
  PatientID: { column: 'k.PatientID', folded: 'k.id_folded' },
  PatientBirthDate: { column: 'k.PatientBirthDate' },
  anonymousName: { column: 'k.anonymous_name', folded: 'k.anonymous_folded' },
  anonymousID: { column: 'k.anonymous_id', folded: 'k.anonymous_folded' },
  createdAt: { column: 'k.created_at' },
  image: { column: 'i.original', ofImage: true },
  StudyInstanceUID: { column: 'i.StudyInstanceUID', ofImage: true },
  SeriesInstanceUID: { column: 'i.SeriesInstanceUID', ofImage: true },
  SOPInstanceUID: { column: 'i.SOPInstanceUID', ofImage: true },
  anonymousStudyInstanceUID: { column: 'i.anonymous_study', ofImage: true },
  anonymousSeriesInstanceUID: { column: 'i.anonymous_series', ofImage: true },
  anonymousSOPInstanceUID: { column: 'i.anonymous_sop', ofImage: true },
};

const ORDER: Readonly<Record<(typeof KeySort.options)[number], string>> = {
  createdAt: 'k.created_at',
  PatientName: 'k.name_folded',
  PatientID: 'k.id_folded',
  anonymousName: 'k.anonymous_name',
  anonymousID: 'k.anonymous_id',
  images: 'k.images',
};

/** A page of keys. */
export function listKeys(db: Database, query: KeyQuery): { total: number; rows: AnonymisationKeyRow[] } {
  const { where, values } = conditions(query);
  const { total } = statement(db, `SELECT count(*) AS total FROM anonymisation_key AS k ${where}`).get(...values) as {
    total: number;
  };
  const direction = query.descending ? 'DESC' : 'ASC';
  const rows = statement(
    db,
    `${KEY} ${where} ORDER BY ${ORDER[query.sort]} ${direction}, k.id ${direction} LIMIT ? OFFSET ?`,
  ).all(...values, query.limit, query.offset);
  return { total, rows: rows.map(keyRow) };
}

/** Throws NOT_FOUND. */
export function keyRowOf(db: Database, key: AnonymisationKeyId): AnonymisationKeyRow {
  const row = statement(db, `${KEY} WHERE k.key = ?`).get(key);
  if (row === undefined) throw new FieldboxError('NOT_FOUND', { what: `anonymisation key ${key}` });
  return keyRow(row);
}

function conditions(query: KeyQuery): { readonly where: string; readonly values: readonly string[] } {
  const parts: string[] = [];
  const values: string[] = [];
  const filter = foldText(query.filter);
  if (filter !== '') {
    parts.push('(instr(k.name_folded, ?) > 0 OR instr(k.id_folded, ?) > 0 OR instr(k.anonymous_folded, ?) > 0)');
    values.push(filter, filter, filter);
  }
  for (const { property, operator, value } of query.where) {
    const { column, folded, ofImage } = PROPERTIES[property];
    const test = operator === '=' ? `${column} = ?` : `instr(${folded ?? `lower(${column})`}, ?) > 0`;
    values.push(operator === '=' ? value : folded === undefined ? value.toLowerCase() : foldText(value));
    parts.push(ofImage ? `EXISTS (SELECT 1 FROM anonymised_image AS i WHERE i.key_id = k.id AND ${test})` : test);
  }
  return { where: parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`, values };
}

function keyRow(raw: unknown): AnonymisationKeyRow {
  const { shift, profile, tagValues, isHere, ...row } = raw as Record<string, unknown> & {
    readonly shift: number;
    readonly profile: string;
    readonly tagValues: string;
    readonly isHere: 0 | 1;
  };
  const parsed = JSON.parse(profile) as { readonly dates?: unknown };
  return AnonymisationKeyRow.parse({
    ...row,
    isHere: isHere === 1,
    profile: parsed,
    values: JSON.parse(tagValues) as unknown,
    dateShiftDays: parsed.dates === 'modified' ? shift : null,
  });
}

const IMAGE = `
  SELECT k.key, i.created_at AS createdAt, i.purpose, i.original, i.anonymous,
    EXISTS (SELECT 1 FROM image WHERE object = i.original) AS originalIsHere,
    EXISTS (SELECT 1 FROM image WHERE object = i.anonymous) AS anonymousIsHere,
    i.StudyInstanceUID, i.SeriesInstanceUID, i.SOPInstanceUID, i.anonymous_study AS anonymousStudyInstanceUID,
    i.anonymous_series AS anonymousSeriesInstanceUID, i.anonymous_sop AS anonymousSOPInstanceUID, i.key_values AS keyValues
  FROM anonymised_image AS i JOIN anonymisation_key AS k ON k.id = i.key_id`;

/** The images of a key, latest first. Throws NOT_FOUND. */
export function listKeyImages(
  db: Database,
  { key, offset, limit }: { readonly key: AnonymisationKeyId; readonly offset: number; readonly limit: number },
): { total: number; rows: AnonymisedImageRow[] } {
  const { images } = keyRowOf(db, key);
  const rows = statement(
    db,
    `${IMAGE} WHERE i.key_id = (SELECT id FROM anonymisation_key WHERE key = ?) ORDER BY i.id DESC LIMIT ? OFFSET ?`,
  ).all(key, limit, offset);
  return { total: images, rows: rows.map(imageRow) };
}

const PAGE = 500;

/** The images of all keys in the order in which they were anonymised. What is added meanwhile comes too. */
export function* allKeyImages(db: Database): Generator<AnonymisedImageRow> {
  let last = 0;
  for (;;) {
    const rows = statement(
      db,
      `${IMAGE.replace('SELECT', 'SELECT i.id,')} WHERE i.id > ? ORDER BY i.id LIMIT ${String(PAGE)}`,
    ).all(last) as { id: number }[];
    for (const row of rows) {
      last = row.id;
      yield imageRow(row);
    }
    if (rows.length < PAGE) return;
  }
}

function imageRow(raw: unknown): AnonymisedImageRow {
  const { keyValues, originalIsHere, anonymousIsHere, ...row } = raw as Record<string, unknown> & {
    readonly keyValues: string;
    readonly originalIsHere: 0 | 1;
    readonly anonymousIsHere: 0 | 1;
  };
  return AnonymisedImageRow.parse({
    ...row,
    originalIsHere: originalIsHere === 1,
    anonymousIsHere: anonymousIsHere === 1,
    values: JSON.parse(keyValues) as unknown,
  });
}
