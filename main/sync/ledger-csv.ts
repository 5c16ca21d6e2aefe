import type { ItemRow } from '@shared/contract/sync';

const COLUMNS = [
  'image',
  'SOPInstanceUID',
  'file',
  'PatientID',
  'PatientName',
  'destination',
  'copy',
  'state',
  'proof',
  'provenAt',
  'arrivedAt',
  'note',
  'code',
] as const;
const PAGE = 1000;

/** A spreadsheet takes what begins with these for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** A field of RFC 4180, safe for spreadsheets. */
export function csvField(value: string): string {
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The first line. */
export const HEAD = `${COLUMNS.join(',')}\r\n`;

/** One line of it. */
export function lineOf(row: ItemRow): string {
  const fields = [
    row.image,
    row.SOPInstanceUID ?? '',
    row.file?.name ?? '',
    row.PatientID ?? '',
    row.PatientName ?? '',
    row.remoteName,
    row.anonymised ? 'anonymised' : '',
    row.state,
    row.proof?.kind ?? '',
    row.proof?.at ?? '',
    row.arrivedAt ?? '',
    row.proof?.note ?? '',
    row.fault?.code ?? '',
  ];
  return `${fields.map(csvField).join(',')}\r\n`;
}

/** The ledger as CSV (RFC 4180), read page by page. */
export function ledgerCsv(page: (offset: number, limit: number) => readonly ItemRow[]): string {
  let csv = HEAD;
  for (let offset = 0; ; offset += PAGE) {
    const rows = page(offset, PAGE);
    csv += rows.map(lineOf).join('');
    if (rows.length < PAGE) return csv;
  }
}
