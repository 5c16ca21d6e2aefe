import { createHash } from 'node:crypto';

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
