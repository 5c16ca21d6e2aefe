import { z } from 'zod';
import type { Query, QueryAnswer } from '../remote';
import type { StoredMemory } from './identifiers';
import { type ArchiveV1Session, unexpected } from './session';

/** Any object: what the interface promises comes first, and servers tell more. */
const Row = z.record(z.string(), z.unknown());
const Rows = z.array(Row);

/** Values that are dates, which this service writes with hyphens (PS3.5 6.2, DA). */
const DATE = /Date$/;

/**
 * Looks things up by the number of their patient, the only way there is: their card, their studies, the series of a study.
 * Throws HttpFailure.
 */
export async function lookUp(
  session: ArchiveV1Session,
  memory: StoredMemory,
  { level, match, limit }: Query,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const asked = new Map(match.map(({ keyword, value }) => [keyword, value]));
  const StudyInstanceUID = asked.get('StudyInstanceUID') ?? '';
  const PatientID = asked.get('PatientID') ?? memory.patientOf(StudyInstanceUID) ?? '';
  if (PatientID === '' || /[*?]/.test(PatientID)) return { kind: 'later', trouble: { code: 'REMOTE_NEEDS_PATIENT' } };
  const get = async (path: string, parameters: Readonly<Record<string, string>>) => {
    const answer = await session.get(path, parameters, z.union([Rows, Row]), signal);
    if (answer.ok && (Array.isArray(answer.value) || isRow(answer.value))) return [answer.value].flat();
    const fault = answer.ok ? null : answer.fault;
    if (fault === null || fault.words.has('object_not_found') || NOT_FOUND.some((word) => fault.words.has(word)))
      return [];
    throw unexpected(fault, path);
  };
  // There is no list of images.
  const found =
    level === 'image'
      ? []
      : level === 'patient'
        ? await get('/patient/get/', { PatientID })
        : level === 'study' || StudyInstanceUID === ''
          ? await get('/patient/studies/list/', { PatientID })
          : await get('/patient/study/series/list/', { PatientID, StudyInstanceUID });
  const rows = found
    .map((row) => ({ PatientID, ...(level === 'series' && { StudyInstanceUID }), ...textsOf(row) }))
    .filter((row) => fits(row, asked));
  for (const row of rows) if ('StudyInstanceUID' in row) memory.notePatient(row.StudyInstanceUID, PatientID);
  return { kind: 'rows', rows: rows.slice(0, limit), more: rows.length > limit };
}

const NOT_FOUND = ['patient_not_found', 'study_not_found', 'series_not_found'] as const;

/** An error that came with status 200 has none of the keywords. */
function isRow(row: Readonly<Record<string, unknown>>): boolean {
  return 'PatientID' in row || 'StudyInstanceUID' in row || 'SeriesInstanceUID' in row;
}

function textsOf(row: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number') return [];
      const text = String(value);
      return [[key, DATE.test(key) ? text.replaceAll('-', '') : text]];
    }),
  );
}

/** The service matches nothing itself but the identifiers; plain values are compared here. */
function fits(row: Readonly<Record<string, string>>, asked: ReadonlyMap<string, string>): boolean {
  return [...asked].every(
    ([keyword, value]) => value === '' || /[*?]/.test(value) || row[keyword] === undefined || row[keyword] === value,
  );
}
