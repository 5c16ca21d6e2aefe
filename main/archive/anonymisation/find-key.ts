import type { Database } from 'better-sqlite3';
import type { KeyMatch } from '@shared/contract/anonymisation';
import { ImageId, type AnonymisationKeyId, type PatientKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import { statement } from '../index-writer/statements';

const MOST = 200;

const HEAD = `k.key, k.patient, k.PatientName, k.PatientID, k.anonymous_name AS anonymousName, k.anonymous_id AS anonymousID,
  EXISTS (SELECT 1 FROM patient WHERE key = k.patient) AS isHere`;

interface Raw extends Omit<KeyMatch, 'isHere' | 'level' | 'side' | 'originalImage' | 'anonymousImage'> {
  readonly isHere: 0 | 1;
  readonly originalImage?: ImageId | null;
  readonly anonymousImage?: ImageId | null;
}

const LEVELS = [
  { level: 'image', original: 'SOPInstanceUID', anonymous: 'anonymous_sop' },
  { level: 'series', original: 'SeriesInstanceUID', anonymous: 'anonymous_series' },
  { level: 'study', original: 'StudyInstanceUID', anonymous: 'anonymous_study' },
] as const;

/**
 * Who or what a text names, on either side: an image of the archive or a UID exactly, a name or number as a whole or by a part.
 * The most exact matches come first, at most 200.
 */
export function findByKey(db: Database, text: string): KeyMatch[] {
  const image = ImageId.safeParse(text.toLowerCase());
  if (image.success) return byImage(db, image.data);
  const byUID = /^[\d.]+$/.test(text) ? LEVELS.flatMap((level) => ofLevel(db, level, text)) : [];
  return [...byUID, ...ofPatients(db, text)].slice(0, MOST);
}

const PAIR = `${HEAD}, i.SOPInstanceUID AS original, i.anonymous_sop AS anonymous,
  (SELECT object FROM image WHERE object = i.original) AS originalImage,
  (SELECT object FROM image WHERE object = i.anonymous) AS anonymousImage
  FROM anonymised_image AS i JOIN anonymisation_key AS k ON k.id = i.key_id`;

function byImage(db: Database, image: ImageId): KeyMatch[] {
  const rows = (column: 'original' | 'anonymous'): KeyMatch[] =>
    (
      statement(db, `SELECT ${PAIR} WHERE i.${column} = ? ORDER BY i.id DESC LIMIT ${String(MOST)}`).all(image) as Raw[]
    ).map((row) => matchOf(row, 'image', column));
  return [...rows('anonymous'), ...rows('original')];
}

function ofLevel(db: Database, { level, original, anonymous }: (typeof LEVELS)[number], uid: string): KeyMatch[] {
  const rows = (side: 'original' | 'anonymous'): KeyMatch[] => {
    const column = side === 'original' ? original : anonymous;
    const sql =
      level === 'image'
        ? `SELECT ${PAIR} WHERE i.${column} = ? ORDER BY i.id DESC LIMIT ${String(MOST)}`
        : `SELECT DISTINCT ${HEAD}, i.${original} AS original, i.${anonymous} AS anonymous
           FROM anonymised_image AS i JOIN anonymisation_key AS k ON k.id = i.key_id
           WHERE i.${column} = ? ORDER BY k.id DESC LIMIT ${String(MOST)}`;
    return (statement(db, sql).all(uid) as Raw[]).map((row) => matchOf(row, level, side));
  };
  // With retained UIDs both sides are the same: once is enough.
  const anonymousRows = rows('anonymous');
  const seen = new Set(anonymousRows.map(({ key, original: uidOf }) => `${key} ${uidOf}`));
  return [...anonymousRows, ...rows('original').filter((row) => !seen.has(`${row.key} ${row.original}`))];
}

function ofPatients(db: Database, text: string): KeyMatch[] {
  const part = foldText(text);
  if (part === '') return [];
  const rows = (side: 'original' | 'anonymous'): KeyMatch[] => {
    const [exact, like] =
      side === 'anonymous'
        ? ['k.anonymous_id = @text OR k.anonymous_name = @text', 'instr(k.anonymous_folded, @part) > 0']
        : ['k.id_folded = @part', 'instr(k.name_folded, @part) > 0 OR instr(k.id_folded, @part) > 0'];
    return (
      statement(
        db,
        `SELECT ${HEAD}, k.PatientID AS original, k.anonymous_id AS anonymous FROM anonymisation_key AS k
         WHERE ${like} ORDER BY (${exact}) DESC, k.id DESC LIMIT ${String(MOST)}`,
      ).all({ text, part }) as Raw[]
    ).map((row) => matchOf(row, 'patient', side));
  };
  return [...rows('anonymous'), ...rows('original')];
}

function matchOf(raw: Raw, level: KeyMatch['level'], side: KeyMatch['side']): KeyMatch {
  const { isHere, originalImage = null, anonymousImage = null, ...row } = raw;
  return { ...row, level, side, isHere: isHere === 1, originalImage, anonymousImage };
}

/** How a data set names whom and what it is of. */
export interface NamedIdentity {
  readonly PatientName: string;
  readonly PatientID: string;
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID: string;
  readonly SOPInstanceUID: string;
}

/** The key behind an anonymous data set, and how far down it knows it. */
export interface KeyBehind {
  readonly id: number;
  readonly key: AnonymisationKeyId;
  readonly patient: PatientKey;
  readonly level: KeyMatch['level'];
  readonly PatientName: string;
  readonly PatientID: string;
  readonly PatientBirthDate: string;
  /** The image of the key that is nearest: the same one, else one of the same series, study or patient; null when it has none. */
  readonly nearest: { readonly original: ImageId; readonly keyValues: string } | null;
}

/**
 * Finds the key that made the anonymous identity of a data set: number and name must be the key's; then the instance, the series
 * or the study may be known. The latest key goes first.
 */
export function keyBehind(db: Database, named: NamedIdentity): KeyBehind | undefined {
  const keys = statement(
    db,
    `SELECT id, key, patient, PatientName, PatientID, PatientBirthDate FROM anonymisation_key
     WHERE anonymous_id = ? AND anonymous_name = ? ORDER BY id DESC`,
  ).all(named.PatientID, named.PatientName) as Omit<KeyBehind, 'level' | 'nearest'>[];
  const levels = [
    ['image', 'anonymous_sop', named.SOPInstanceUID],
    ['series', 'anonymous_series', named.SeriesInstanceUID],
    ['study', 'anonymous_study', named.StudyInstanceUID],
  ] as const;
  for (const [level, column, uid] of levels) {
    for (const key of keys) {
      const nearest = statement(
        db,
        `SELECT original, key_values AS keyValues FROM anonymised_image WHERE ${column} = ? AND key_id = ? ORDER BY id DESC LIMIT 1`,
      ).get(uid, key.id) as KeyBehind['nearest'] | undefined;
      if (nearest) return { ...key, level, nearest };
    }
  }
  const [key] = keys;
  if (!key) return undefined;
  const nearest = statement(
    db,
    'SELECT original, key_values AS keyValues FROM anonymised_image WHERE key_id = ? ORDER BY id DESC LIMIT 1',
  ).get(key.id) as KeyBehind['nearest'] | undefined;
  return { ...key, level: 'patient', nearest: nearest ?? null };
}

/** The original behind an anonymous UID of a key; undefined for one that the key does not know. */
export function originalUID(db: Database, keyId: number, anonymous: string): string | undefined {
  for (const { original, anonymous: column } of LEVELS) {
    const row = statement(
      db,
      `SELECT ${original} AS uid FROM anonymised_image WHERE ${column} = ? AND key_id = ? LIMIT 1`,
    ).get(anonymous, keyId) as { uid: string } | undefined;
    if (row) return row.uid;
  }
  const row = statement(db, 'SELECT original AS uid FROM anonymised_uid WHERE key_id = ? AND anonymous = ?').get(
    keyId,
    anonymous,
  ) as { uid: string } | undefined;
  return row?.uid;
}
