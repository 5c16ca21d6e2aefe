/** The table in whose column of the same name the values of a property stand; those of all others stand in `image_value`. */
export const VALUE_COLUMNS: Readonly<Record<string, string>> = {
  ...tableOf('patient', ['IssuerOfPatientID', 'PatientSex']),
  ...tableOf('study', ['StudyID', 'StudyDescription', 'AccessionNumber', 'ReferringPhysicianName', 'InstitutionName']),
  ...tableOf('series', [
    'Modality',
    'SeriesNumber',
    'SeriesDescription',
    'BodyPartExamined',
    'Laterality',
    'ProtocolName',
    'Manufacturer',
    'ManufacturerModelName',
    'StationName',
    'status',
    'statusMessage',
  ]),
  ...tableOf('image', ['ImageType']),
};

function tableOf(table: string, keywords: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(keywords.map((keyword) => [keyword, table]));
}
