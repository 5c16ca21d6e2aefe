import type { Output } from '@shared/contract';
import type { EntryRow, Signature } from '@shared/contract/forms';

/** A report with whom it is about. */
export type EntryOfSomebody = Output<'entries.export'>['rows'][number];

/** A person as paper and tables name them: the full name and, to tell two of a name apart, the username. */
export function signed(person: Signature | null): string {
  return person === null ? '' : `${person.name} (${person.login})`;
}

const FIXED = [
  'PatientID',
  'PatientName',
  'StudyDate',
  'SeriesInstanceUID',
  'id',
  'form',
  'version',
  'revision',
  'state',
  'author',
  'signer',
  'savedAt',
] as const;

/** A line for each report and a column for each field of any version, as CSV (RFC 4180) with the values as they are kept. */
export function entriesCsv(rows: readonly EntryOfSomebody[]): string {
  const fields = [
    ...new Set(rows.flatMap((row) => row.lines.filter(({ value }) => value !== null).map(({ field }) => field))),
  ];
  const lines = rows.map((row) => [
    row.PatientID,
    row.PatientName,
    row.StudyDate,
    row.SeriesInstanceUID,
    String(row.id),
    row.formName,
    String(row.formVersion),
    String(row.revision),
    row.state,
    signed(row.author),
    signed(row.signer),
    row.savedAt,
    ...fields.map((field) => cellOf(row.values[field])),
  ]);
  return [[...FIXED, ...fields], ...lines].map((line) => line.map(quoted).join(',')).join('\r\n');
}

function cellOf(value: EntryRow['values'][string] | undefined): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.join(';') : String(value);
}

/** A cell that begins like a formula gets a sign before it that keeps spreadsheets from computing it. */
function quoted(cell: string): string {
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
