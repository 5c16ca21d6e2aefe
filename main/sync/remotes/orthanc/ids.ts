import { createHash } from 'node:crypto';
import type { OlderVersion } from '../remote';

/** The name Orthanc gives an instance: SHA-1 over the four identifiers, so that it can be known before it is asked. */
export function instanceId(
  PatientID: string,
  StudyInstanceUID: string,
  SeriesInstanceUID: string,
  SOPInstanceUID: string,
): string {
  const hex = createHash('sha1')
    .update([PatientID, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID].join('|'), 'utf8')
    .digest('hex');
  return (hex.match(/.{8}/g) ?? []).join('-');
}

/** The name of an image or an older version of one. */
export function idOf({ facts }: Pick<OlderVersion, 'facts'>): string {
  const { PatientID, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = facts;
  return instanceId(PatientID, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID);
}
