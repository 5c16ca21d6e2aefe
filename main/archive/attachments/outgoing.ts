import type { Database } from 'better-sqlite3';
import type { AttachmentRow } from '@shared/contract/attachments';
import type { ErrorCode } from '@shared/errors';
import type { AttachmentKey } from '@shared/model/ids';
import type { Consent } from '@shared/model/vocabulary';
import { rowByKey } from '../catalog/rows';
import { statement } from '../index-writer/statements';
import { mayLeave, type Release } from '../release/gate';
import { attachmentRow } from './rows';

/** What a choice of attached files comes to: those that may leave, in the order in which they were chosen, and those that stay. */
export interface SelectedFiles {
  readonly rows: readonly AttachmentRow[];
  readonly leftOut: readonly { readonly attachment: AttachmentKey; readonly code: ErrorCode }[];
}

/** Asks the gate about each of the attached files; the same one named twice is one. Throws NOT_FOUND for one that is not known. */
export function selectFiles(db: Database, attachments: readonly AttachmentKey[], release: Release): SelectedFiles {
  const rows: AttachmentRow[] = [];
  const leftOut: { attachment: AttachmentKey; code: ErrorCode }[] = [];
  for (const attachment of new Set(attachments)) {
    const row = attachmentRow(db, attachment);
    const code = reasonToStay(db, row, release);
    if (code === null) rows.push(row);
    else leftOut.push({ attachment, code });
  }
  return { rows, leftOut };
}

/** Why an attached file may not leave: what was put away is not meant to, and a patient's "no" holds for files too; null when it may. */
export function reasonToStay(db: Database, row: AttachmentRow, release: Release): ErrorCode | null {
  if (row.archivedAt !== null) return 'SEND_FILE_AWAY';
  const verdict = mayLeave({ image: row.sha256, consent: consentOf(db, row), objectState: row.state }, release);
  return verdict.leaves ? null : verdict.code;
}

/** What the patient of a file said about leaving the clinic. */
export function consentOf(db: Database, { patient }: Pick<AttachmentRow, 'patient'>): Consent {
  return (statement(db, 'SELECT consent FROM patient WHERE key = ?').get(patient) as { consent: Consent }).consent;
}

/**
 * The cases of a file as others can name them: a study by its Study Instance UID, a visit by its clinic and its first day. What is not there any more
 * is left out.
 */
export function casesNamed(
  db: Database,
  { cases }: Pick<AttachmentRow, 'cases'>,
): readonly { readonly key: string; readonly name: string; readonly day: string | null }[] {
  return cases.flatMap((each) => {
    if (each.kind === 'visit') {
      const clinic = statement(db, 'SELECT name, first_day AS day FROM clinic WHERE key = ?').get(each.clinic) as
        { name: string; day: string } | undefined;
      if (clinic === undefined) return [];
      const { name, day } = clinic;
      return [{ key: `clinic ${name} ${day}`, name, day: withHyphens(day) }];
    }
    const study = rowByKey(db, 'study', each.study);
    if (study === undefined) return [];
    const { StudyInstanceUID, StudyDescription, StudyDate } = study;
    return [{ key: `study ${StudyInstanceUID}`, name: StudyDescription, day: withHyphens(StudyDate) }];
  });
}

function withHyphens(day: string): string | null {
  return /^\d{8}$/.test(day) ? `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}` : null;
}
