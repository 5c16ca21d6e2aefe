import type { Database } from 'better-sqlite3';
import type { Output, Parsed } from '@shared/contract';
import { riskOf, subjectOfImage } from '../../archive/anonymisation/images';
import { consentOf, selectFiles } from '../../archive/attachments/outgoing';
import { select } from '../../archive/export/selection';
import type { Remote } from '../../archive/outbox/queue';
import { filesProvenAt, provenAt } from '../../archive/outbox/views';
import type { ErrorCode } from '@shared/errors';
import { driverFor } from '../remotes/registry';

/** What would be sent to a remote, what stays here and why, and what a person should look at before. */
export function previewOf(
  db: Database,
  remote: Remote,
  { selection, attachments = [], anonymise }: Pick<Parsed<'outbox.preview'>, 'selection' | 'attachments' | 'anonymise'>,
): Output<'outbox.preview'> {
  const release = { purpose: 'send', recipient: remote.name, person: null } as const;
  const { rows, leftOut } = select(db, selection, 'media', release);
  const images = rows.map(({ object }) => object);
  const files = selectFiles(db, attachments, release);
  const patients = new Set([...rows.map(({ patientKey }) => patientKey), ...files.rows.map(({ patient }) => patient)]);
  return {
    patients: patients.size,
    studies: new Set(rows.map(({ studyId }) => studyId)).size,
    images: rows.length,
    files: files.rows.length,
    filesRefused: attachments.length === 0 ? null : whyNoFiles(remote, anonymise),
    bytes: [...rows, ...files.rows].reduce((sum, { bytes }) => sum + bytes, 0),
    leftOut: [...leftOut],
    leftOutFiles: [...files.leftOut],
    // A copy that was anonymised before has other numbers each time: it is not the same image there.
    alreadyThere:
      anonymise === null ? provenAt(db, remote.remote, images) + filesProvenAt(db, remote.remote, attachments) : 0,
    burnedIn: images.filter((image) => ['certain', 'high'].includes(riskOf(subjectOfImage(db, image)).level)),
    notAsked: [...patients].filter((patient) => consentOf(db, { patient }) === 'not-asked').length,
  };
}

/** Why attached files cannot go to a remote so at all; null when they can. */
export function whyNoFiles(
  remote: Pick<Remote, 'settings'>,
  anonymise: Parsed<'outbox.send'>['anonymise'],
): ErrorCode | null {
  if (anonymise !== null) return 'SEND_FILES_ANONYMOUS';
  return driverFor(remote.settings).abilities.takesFiles ? null : 'REMOTE_NO_FILES';
}
