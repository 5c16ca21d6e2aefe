import type { Database } from 'better-sqlite3';
import type { Output, Parsed } from '@shared/contract';
import { riskOf, subjectOfImage } from '../../archive/anonymisation/images';
import { select } from '../../archive/export/selection';
import type { Remote } from '../../archive/outbox/queue';
import { provenAt } from '../../archive/outbox/views';

/** What would be sent to a remote, what stays here and why, and what a person should look at before. */
export function previewOf(
  db: Database,
  remote: Remote,
  { selection, anonymise }: Pick<Parsed<'outbox.preview'>, 'selection' | 'anonymise'>,
): Output<'outbox.preview'> {
  const release = { purpose: 'send', recipient: remote.name, person: null } as const;
  const { rows, leftOut } = select(db, selection, 'media', release);
  const images = rows.map(({ object }) => object);
  return {
    patients: new Set(rows.map(({ patientId }) => patientId)).size,
    studies: new Set(rows.map(({ studyId }) => studyId)).size,
    images: rows.length,
    bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
    leftOut: [...leftOut],
    // A copy that was anonymised before has other numbers each time: it is not the same image there.
    alreadyThere: anonymise === null ? provenAt(db, remote.remote, images) : 0,
    burnedIn: images.filter((image) => ['certain', 'high'].includes(riskOf(subjectOfImage(db, image)).level)),
    notAsked: new Set(rows.filter(({ consent }) => consent === 'not-asked').map(({ patientId }) => patientId)).size,
  };
}
