import { randomUUID } from 'node:crypto';
import { open, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogFilter, LogRow } from '@shared/contract/log';
import type { Language } from '@shared/errors';
import { FieldboxError } from '@shared/errors';
import { logSentence } from '@shared/log';
import type { Consent } from '@shared/model/vocabulary';
import { targetError } from '../../platform/target-error';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { mayLeave } from '../release/gate';
import type { Directory } from '../users';
import { logPage } from './lines';

const PAGE = 500;
/** Marks the file as UTF-8 for spreadsheets. */
const BOM = '\ufeff';
const HEAD = ['time', 'by', 'subject', 'level', 'what', 'person', 'patient number', 'patient name'];

/**
 * Writes the log as CSV (RFC 4180), newest first, and gives the number of lines. The file is whole or not there: it is written
 * under another name first. Patients who do not want pictures to leave are not named in it either. Throws BAD_REQUEST inside the archive's own folder, EXPORT_TARGET_FULL, EXPORT_TARGET_LOST.
 */
export async function exportLog(
  ctx: EngineContext,
  directory: Directory,
  filter: LogFilter,
  path: string,
  language: Language,
): Promise<number> {
  const target = resolve(path);
  if (target.startsWith(ctx.paths.root + sep)) throw new FieldboxError('BAD_REQUEST', { what: 'path' });
  const temporary = join(dirname(target), `.${randomUUID()}.tmp`);
  let lines = 0;
  let bytes = 0;
  try {
    const file = await open(temporary, 'wx');
    try {
      const write = async (text: string): Promise<void> => {
        bytes += (await file.write(text)).bytesWritten;
      };
      await write(BOM + row(HEAD));
      for (let after: number | undefined, more = true; more;) {
        const page = logPage(ctx, directory, filter, PAGE, after);
        await write(page.rows.map((line) => row(cells(ctx, line, language))).join(''));
        lines += page.rows.length;
        after = page.next ?? undefined;
        more = page.next !== null;
        await nextTurn(); // others have their turn between the pages
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    return lines;
  } catch (error) {
    await rm(temporary, { force: true });
    const free = await roomAt(dirname(target));
    throw targetError(error, { needed: bytes, free });
  }
}

async function roomAt(folder: string): Promise<number> {
  try {
    const disk = await statfs(folder);
    return disk.bavail * disk.bsize;
  } catch {
    return 0; // the disk is gone, which is what the error says
  }
}

/** The line as it leaves: a patient who said no is not named; that something was done, by whom and when, stays. */
function cells(ctx: Pick<EngineContext, 'db'>, line: LogRow, language: Language): readonly string[] {
  const sentence = logSentence(line.code, line.details, language);
  const whom = mayBeNamed(ctx, line) ? [line.PatientID, line.PatientName] : ['', ''];
  return [line.at, line.byName, line.subject, line.level, sentence, line.personName, ...whom];
}

function mayBeNamed({ db }: Pick<EngineContext, 'db'>, { patient }: LogRow): boolean {
  if (patient === null) return true;
  const known = statement(db, 'SELECT consent FROM patient WHERE key = ?').get(patient) as
    { consent: Consent } | undefined;
  if (!known) return false;
  const release = { purpose: 'export', recipient: 'log file', person: actingUser() } as const;
  return mayLeave({ image: null, consent: known.consent, objectState: 'good' }, release).leaves;
}

/** A line of CSV. What a spreadsheet would take for a formula gets an apostrophe before it. */
function row(values: readonly string[]): string {
  const safe = values.map((value) => (/^[=+\-@\t\r]/.test(value) ? `'${value}` : value));
  return `${safe.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',')}\r\n`;
}
