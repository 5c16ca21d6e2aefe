import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ItemRow } from '@shared/contract/sync';
import type { Consent } from '@shared/model/vocabulary';
import { actingUser } from '../archive/actor';
import type { EngineContext } from '../archive/context';
import { writeOutside } from '../archive/export/outside-file';
import { statement } from '../archive/index-writer/statements';
import { mayLeave } from '../archive/release/gate';
import { HEAD, lineOf } from './ledger-csv';

const PAGE = 1000;
/** Marks the file as UTF-8 for spreadsheets. */
const BOM = '\ufeff';

/**
 * Writes the ledger as a file, whole or not at all, and gives the number of its lines. Patients who said no to pictures leaving
 * the clinic are not named in it: an image that went out before they did is listed by its number only. Throws BAD_REQUEST,
 * EXPORT_INSIDE_ARCHIVE, EXPORT_TARGET_LOST, EXPORT_TARGET_FULL.
 */
export async function writeLedger(
  ctx: EngineContext,
  path: string,
  page: (offset: number, limit: number) => readonly ItemRow[],
): Promise<number> {
  let lines = 0;
  await writeOutside(ctx, path, async (file) => {
    await file.writeFile(BOM + HEAD);
    for (let more = true; more;) {
      const rows = page(lines, PAGE);
      await file.writeFile(rows.map((row) => lineOf(asItMayLeave(ctx, row))).join(''));
      lines += rows.length;
      more = rows.length === PAGE;
      await nextTurn(); // others have their turn between the pages
    }
  });
  await ctx.commit([{ type: 'log.noted', body: { code: 'LEDGER_WRITTEN', details: { lines }, about: {} } }]);
  return lines;
}

/** A line of the ledger as it may leave: of a patient who said no without what names them. */
export function asItMayLeave({ db }: Pick<EngineContext, 'db'>, row: ItemRow): ItemRow {
  const known = statement(db, 'SELECT consent FROM patient WHERE key = ?').get(row.patient) as
    { consent: Consent } | undefined;
  const release = { purpose: 'export', recipient: 'delivery ledger', person: actingUser() } as const;
  const facts = { image: null, consent: known?.consent ?? 'no', objectState: 'good' } as const;
  if (mayLeave(facts, release).leaves) return row;
  // What a file is called may well be the patient's name.
  return { ...row, PatientID: null, PatientName: null, file: row.file && { ...row.file, name: '', description: '' } };
}
