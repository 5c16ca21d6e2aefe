import type { PatientRow } from '@shared/model/rows';
import type { ExtraValue } from '../../dicom/anonymise/tag-path';

/**
 * Attributes that say who a person is beside number, name, birth date and sex (PS3.3 C.2.2, C.2.3, C.7.1.1). Those of the wrong
 * person go; what was measured of whoever lay there stays.
 */
const OF_THE_PERSON: readonly string[] = [
  'IssuerOfPatientIDQualifiersSequence',
  'TypeOfPatientID',
  'OtherPatientIDs',
  'OtherPatientIDsSequence',
  'OtherPatientNames',
  'PatientBirthName',
  'PatientMotherBirthName',
  'PatientBirthTime',
  'PatientBirthDateInAlternativeCalendar',
  'PatientDeathDateInAlternativeCalendar',
  'PatientAlternativeCalendar',
  'ReferencedPatientPhotoSequence',
  'ReferencedPatientSequence',
  'PatientAddress',
  'PatientTelephoneNumbers',
  'PatientTelecomInformation',
  'CountryOfResidence',
  'RegionOfResidence',
  'EthnicGroup',
  'Occupation',
  'PatientReligiousPreference',
  'PatientPrimaryLanguageCodeSequence',
  'PatientInsurancePlanCodeSequence',
  'MedicalRecordLocator',
  'MilitaryRank',
  'BranchOfService',
  'ResponsiblePerson',
  'ResponsiblePersonRole',
  'ResponsibleOrganization',
  'PatientComments',
  'AdditionalPatientHistory',
  'MedicalAlerts',
  'Allergies',
  'AdmissionID',
  'IssuerOfAdmissionIDSequence',
];

/** What an object must say to name this patient. */
export function identityValues(patient: PatientRow): readonly ExtraValue[] {
  return [
    { path: 'PatientID', value: patient.PatientID },
    { path: 'IssuerOfPatientID', value: patient.IssuerOfPatientID === '' ? null : patient.IssuerOfPatientID },
    { path: 'PatientName', value: patient.PatientName },
    { path: 'PatientBirthDate', value: patient.PatientBirthDate },
    { path: 'PatientSex', value: patient.PatientSex },
    { path: 'PatientAge', value: patient.ageYears === null ? null : ageString(patient.ageYears) },
    ...OF_THE_PERSON.map((path) => ({ path, value: null })),
  ];
}

/** VR AS: three digits and a unit. */
function ageString(years: number): string {
  return `${String(Math.floor(years)).padStart(3, '0')}Y`;
}
