type Row = Readonly<Record<string, string>>;

/** What a patient is told by; the other attributes of a study are of that study alone. */
const OF_PATIENT = ['PatientID', 'IssuerOfPatientID', 'PatientName', 'PatientBirthDate', 'PatientSex'] as const;
const PAGE = 200;
/** More studies than this are not gone through for one question. */
const MOST_STUDIES = 10_000;

/**
 * The patients of studies, each once: QIDO-RS knows no search for patients (PS3.18 10.6, table 10.6.1-1). `studies` gives one page
 * of those that match. Goes on until there are `limit` patients, or no more studies; `more` says that there may be others.
 */
export async function patientsOf(
  studies: (page: { readonly offset: number; readonly limit: number }) => Promise<readonly Row[]>,
  limit: number,
): Promise<{ readonly rows: readonly Row[]; readonly more: boolean }> {
  const found = new Map<string, Row>();
  const seen = new Set<string>();
  for (let offset = 0; offset < MOST_STUDIES; offset += PAGE) {
    const page = await studies({ offset, limit: PAGE });
    const news = page.filter(({ StudyInstanceUID = '' }) => !seen.has(StudyInstanceUID));
    for (const study of news) {
      seen.add(study['StudyInstanceUID'] ?? '');
      const patient = Object.fromEntries(OF_PATIENT.flatMap((key) => (study[key] ? [[key, study[key]]] : [])));
      const name = JSON.stringify([patient['PatientID'], patient['IssuerOfPatientID']]);
      if (!found.has(name)) found.set(name, patient);
      if (found.size > limit) return { rows: [...found.values()].slice(0, limit), more: true };
    }
    // A server that knows no offset gives the same page again.
    if (page.length < PAGE || news.length === 0) return { rows: [...found.values()], more: false };
  }
  return { rows: [...found.values()], more: true };
}
