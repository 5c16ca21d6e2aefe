import type { Database } from 'better-sqlite3';
import type { PatientKey } from '@shared/model/ids';
import { derivedPatientKey, identityOf } from './keys';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { refreshPatientText, refreshStudyText } from '../catalog/text-index';
import { BUILTIN_KINDS } from '../people/builtin-kinds';
import { patientColumns, seriesColumns, studyColumns, updateRow } from './hierarchy';
import { hide, survivorOf, unhide } from './merged';
import { idOf, statement } from './statements';

/**
 * What images that came or went may have changed above them. Everything above the images is told by the living ones: a study
 * says what the first of its images says, and what holds none is not there. `settle` brings this about, once for many images.
 */
export class Touched {
  readonly series = new Set<number>();
  readonly studies = new Set<number>();
  /** Studies that are new or have a new series. */
  readonly newTexts = new Set<number>();
  /** Keys of the patients to whom images belong by themselves. */
  readonly owners = new Set<PatientKey>();
  readonly sopInstanceUIDs = new Set<string>();
}

interface First {
  readonly attributes: string;
  readonly clinic: number | null;
  readonly source: string;
  readonly sourceRef: string;
}

/** Call it in the transaction that has added or removed images. `at` is the time of the record. */
export function settle(db: Database, touched: Touched, at: string): void {
  for (const uid of touched.sopInstanceUIDs) markConflict(db, uid);
  const texts = new Set(touched.newTexts);
  for (const id of touched.series) settleSeries(db, id, texts);
  for (const id of touched.studies) settleStudy(db, id, texts);
  for (const id of texts) refreshStudyText(db, id);
  for (const owner of touched.owners) settleOwner(db, owner);
  const survivors = new Set([...touched.owners].map((owner) => survivorOf(db, owner)));
  for (const key of survivors) settlePatient(db, key, at);
}

/** Objects with other bytes under the same SOP Instance UID are all kept and all flagged. */
export function markConflict(db: Database, sopInstanceUID: string): void {
  if (sopInstanceUID === '') return;
  const conflict = isShared(db, sopInstanceUID) ? 1 : 0;
  statement(db, 'UPDATE image SET conflict = @conflict WHERE SOPInstanceUID = @uid AND conflict <> @conflict').run({
    conflict,
    uid: sopInstanceUID,
  });
}

/** The same for an image that has just come: it has no flag yet, and as a rule its UID is its own. */
export function markShared(db: Database, sopInstanceUID: string): void {
  if (sopInstanceUID !== '' && isShared(db, sopInstanceUID)) markConflict(db, sopInstanceUID);
}

function isShared(db: Database, sopInstanceUID: string): boolean {
  const rows = statement(db, 'SELECT 1 FROM image WHERE SOPInstanceUID = ? LIMIT 2').all(sopInstanceUID);
  return rows.length > 1;
}

const FIRST = 'SELECT attributes, clinic_id AS clinic, source, source_ref AS sourceRef FROM image';

function settleSeries(db: Database, id: number, texts: Set<number>): void {
  const series = statement(db, 'SELECT study_id AS study FROM series WHERE id = ?').get(id) as
    { study: number } | undefined;
  if (!series) return;
  const first = statement(db, `${FIRST} WHERE series_id = ? ORDER BY id LIMIT 1`).get(id) as First | undefined;
  if (!first) statement(db, 'DELETE FROM series WHERE id = ?').run(id);
  if (!first || updateRow(db, 'series', id, seriesColumns(parsed(first), first.source, first.sourceRef)))
    texts.add(series.study);
}

function settleStudy(db: Database, id: number, texts: Set<number>): void {
  const first = statement(db, `${FIRST} WHERE study_id = ? ORDER BY id LIMIT 1`).get(id) as First | undefined;
  if (!first) statement(db, 'DELETE FROM study WHERE id = ?').run(id);
  if (!first || updateRow(db, 'study', id, studyColumns(parsed(first), first.clinic))) texts.add(id);
}

/** Who was never registered is there as long as images, files or details are theirs, and is called what the first image says. */
function settleOwner(db: Database, key: string): void {
  const row = statement(
    db,
    'SELECT registered FROM patient WHERE key = @key UNION ALL SELECT registered FROM merged_patient WHERE key = @key',
  ).get({ key }) as { registered: number } | undefined;
  if (!row || row.registered === 1) return;
  const first = statement(
    db,
    `SELECT attributes, image.clinic_id AS clinic, source, source_ref AS sourceRef FROM image JOIN study ON study.id = image.study_id
     WHERE study.owner = ? ORDER BY image.id LIMIT 1`,
  ).get(key) as First | undefined;
  const wasHidden = unhide(db, key) !== undefined;
  const id = idOf(db, 'patient', key, 'itself');
  if (id === undefined) return;
  if (first) {
    if (updateRow(db, 'patient', id, patientColumns(parsed(first)))) refreshPatientText(db, id);
    if (wasHidden) hide(db, key);
  } else if (hasMore(db, key, id)) {
    if (wasHidden) hide(db, key);
  } else {
    statement(db, 'DELETE FROM patient WHERE id = ?').run(id);
    refreshPatientText(db, id);
  }
}

/** Whether anything but images belongs to a patient. */
function hasMore(db: Database, key: string, id: number): boolean {
  const sql = `SELECT 1 FROM attachment WHERE owner = ? UNION ALL SELECT 1 FROM patient_details WHERE patient_id = ?`;
  return statement(db, sql).get(key, id) !== undefined;
}

/** What a patient's row says of all images under it. */
function settlePatient(db: Database, key: string, at: string): void {
  const id = idOf(db, 'patient', key, 'itself');
  if (id === undefined) return;
  const { last } = statement(
    db,
    `SELECT coalesce(max(json_extract(attributes, '$.studyDate')), '') AS last FROM image WHERE patient_id = ?`,
  ).get(id) as { last: string };
  const headshot = statement(
    db,
    `SELECT object FROM image WHERE patient_id = ? AND kind_id = (SELECT kind.id FROM kind WHERE kind.key = ?)
     ORDER BY image.id DESC LIMIT 1`,
  ).get(id, BUILTIN_KINDS.headshot) as { object: string } | undefined;
  updateRow(db, 'patient', id, {
    last_study_date: last,
    headshot: headshot?.object ?? null,
    changed_at: at,
  });
}

function parsed({ attributes }: First): IndexAttributes {
  // Written by this program from the type it is read as.
  return JSON.parse(attributes) as IndexAttributes;
}

/** To whom an object belongs that nobody was named for: whoever has registered or brought in this identity before. */
export function ownerByIdentity(
  db: Database,
  attributes: Pick<IndexAttributes, 'PatientID' | 'IssuerOfPatientID' | 'PatientName' | 'StudyInstanceUID'>,
  image: string,
): PatientKey {
  const identity = identityOf(
    {
      PatientID: attributes.PatientID ?? '',
      IssuerOfPatientID: attributes.IssuerOfPatientID ?? '',
      PatientName: attributes.PatientName ?? '',
    },
    attributes.StudyInstanceUID ?? image,
  );
  const known = statement(db, 'SELECT patient FROM known_identity WHERE identity = ?').get(identity) as
    { patient: PatientKey } | undefined;
  return known?.patient ?? derivedPatientKey(identity);
}
