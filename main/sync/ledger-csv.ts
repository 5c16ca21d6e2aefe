import type { ItemRow } from '@shared/contract/sync';

const COLUMNS = [
  'image',
  'SOPInstanceUID',
  'PatientID',
  'PatientName',
  'destination',
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

/** The ledger as CSV (RFC 4180), read page by page. */
export function ledgerCsv(page: (offset: number, limit: number) => readonly ItemRow[]): string {
  const lines = [COLUMNS.join(',')];
  for (let offset = 0; ; offset += PAGE) {
    const rows = page(offset, PAGE);
    for (const row of rows) {
      lines.push(
        [
          row.image,
          row.SOPInstanceUID ?? '',
          row.PatientID ?? '',
          row.PatientName ?? '',
          row.remoteName,
          row.state,
          row.proof?.kind ?? '',
          row.proof?.at ?? '',
          row.arrivedAt ?? '',
          row.proof?.note ?? '',
          row.fault?.code ?? '',
        ]
          .map(csvField)
          .join(','),
      );
    }
    if (rows.length < PAGE) return `${lines.join('\r\n')}\r\n`;
  }
}
