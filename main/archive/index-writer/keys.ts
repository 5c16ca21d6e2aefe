import { createHash } from 'node:crypto';
import { PatientKey, SeriesKey, StudyKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';

/** How an object names its patient. */
export interface Identity {
  readonly PatientID: string;
  readonly IssuerOfPatientID: string;
  readonly PatientName: string;
}

/**
 * The identity by which arriving objects find their patient: number, issuer and name together, since "1" is somebody else
 * in every hospital, and one name is many people. Objects that name nobody are kept apart study by study.
 */
export function identityOf(identity: Identity, studyOrObject: string): string {
  const name = foldText(identity.PatientName);
  if (identity.PatientID === '' && name === '') return `nobody|${studyOrObject}`;
  return [identity.PatientID, identity.IssuerOfPatientID, name]
    .map((part) => encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd')))
    .join('|');
}

/** Remembers what was made last: images of one series come one behind the other and ask for the same keys. */
function rememberingLast<A extends readonly string[], K>(make: (...from: A) => K): (...from: A) => K {
  let last: { readonly from: A; readonly made: K } | undefined;
  return (...from) => {
    if (!last || last.from.some((text, at) => text !== from[at])) last = { from, made: make(...from) };
    return last.made;
  };
}

/** The key of a patient known only from objects: the same identity gives the same key again after a rebuild. */
export const derivedPatientKey = rememberingLast((identity: string): PatientKey => {
  const hex = createHash('sha256').update(`patient|${identity}`).digest('hex');
  // RFC 9562 version 8 (custom), variant 10.
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return PatientKey.parse(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
});

/** Keys of study and series: their UID within the patient; an object without the UID stands alone. */
export const studyKey = rememberingLast((patient: string, uidOrObject: string): StudyKey =>
  StudyKey.parse(shortHash(`study|${patient}|${uidOrObject}`)),
);

export const seriesKey = rememberingLast((study: string, uidOrObject: string): SeriesKey =>
  SeriesKey.parse(shortHash(`series|${study}|${uidOrObject}`)),
);

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
