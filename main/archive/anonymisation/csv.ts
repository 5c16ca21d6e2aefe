import type { Output } from '@shared/contract';
import type { AnonymisationKeyRow, AnonymisedImageRow } from '@shared/contract/anonymisation';
import type { AnonymisationKeyId } from '@shared/model/ids';
import type { Consent } from '@shared/model/vocabulary';
import type { EngineContext } from '../context';
import { writeOutside } from '../export/outside-file';
import { statement } from '../index-writer/statements';
import { mayLeave } from '../release/gate';
import { allKeyImages, keyRowOf } from './key-list';

const HEADER = [
  'Key',
  'Created',
  'Purpose',
  'Image',
  'Anonymous Image',
  'Patient Name',
  'Anonymous Patient Name',
  'Patient ID',
  'Anonymous Patient ID',
  'Patient Birth Date',
  'Days Shifted',
  'Study Instance UID',
  'Anonymous Study Instance UID',
  'Series Instance UID',
  'Anonymous Series Instance UID',
  'SOP Instance UID',
  'Anonymous SOP Instance UID',
] as const;

/** Lines that are put together before they are written. */
const AT_ONCE = 500;

/**
 * Writes every image of every key as a line of a table (RFC 4180 with semicolons, UTF-8 with its mark), flushed, then under its
 * name. The gate is asked about each: patients who said no to pictures leaving the clinic do not leave it in this table either.
 * Throws BAD_REQUEST, EXPORT_INSIDE_ARCHIVE, EXPORT_TARGET_LOST, EXPORT_TARGET_FULL.
 */
export async function writeKeys(ctx: EngineContext, path: string): Promise<Output<'anonymisation.csv'>> {
  let [rows, leftOut] = [0, 0];
  await writeOutside(ctx, path, async (file) => {
    const keys = new Map<AnonymisationKeyId, { readonly row: AnonymisationKeyRow; readonly leaves: boolean }>();
    let lines = [`\ufeff${line(HEADER)}`];
    for (const image of allKeyImages(ctx.db)) {
      const known = keys.get(image.key) ?? { row: keyRowOf(ctx.db, image.key), leaves: leaves(ctx, image) };
      keys.set(image.key, known);
      if (!known.leaves) {
        leftOut += 1;
        continue;
      }
      rows += 1;
      lines.push(line(cells(known.row, image)));
      if (lines.length < AT_ONCE) continue;
      await file.writeFile(lines.join(''));
      lines = [];
    }
    await file.writeFile(lines.join(''));
  });
  await ctx.commit([{ type: 'log.noted', body: { code: 'ANONYMISATION_KEYS_WRITTEN', details: { rows }, about: {} } }]);
  return { rows, leftOut };
}

function leaves({ db }: EngineContext, { key, original }: AnonymisedImageRow): boolean {
  const row = statement(
    db,
    'SELECT consent FROM patient WHERE key = (SELECT patient FROM anonymisation_key WHERE key = ?)',
  ).get(key) as { consent: Consent } | undefined;
  // No file goes out, so its condition does not matter.
  const facts = { image: original, consent: row?.consent ?? 'not-asked', objectState: 'good' } as const;
  return mayLeave(facts, { purpose: 'keys', recipient: 'table', person: null }).leaves;
}

function cells(key: AnonymisationKeyRow, image: AnonymisedImageRow): readonly string[] {
  return [
    key.key,
    image.createdAt,
    image.purpose,
    image.original,
    image.anonymous,
    key.PatientName,
    key.anonymousName,
    key.PatientID,
    key.anonymousID,
    key.PatientBirthDate,
    key.dateShiftDays === null ? '' : String(key.dateShiftDays),
    image.StudyInstanceUID,
    image.anonymousStudyInstanceUID,
    image.SeriesInstanceUID,
    image.anonymousSeriesInstanceUID,
    image.SOPInstanceUID,
    image.anonymousSOPInstanceUID,
  ];
}

function line(values: readonly string[]): string {
  return `${values.map(cell).join(';')}\r\n`;
}

/**
 * One cell. What a spreadsheet would take for a formula gets an apostrophe before it, so that it stays the text it is; numbers
 * are no formulas.
 */
function cell(value: string): string {
  const text = /^[=+\-@\t\r\n]/.test(value) && !/^-?\d+$/.test(value) ? `'${value}` : value;
  return /[";\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
