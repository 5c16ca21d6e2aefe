import type { Output, Parsed } from '@shared/contract';
import type { EntryRow } from '@shared/contract/forms';
import { FieldboxError } from '@shared/errors';
import type { SeriesKey } from '@shared/model/ids';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { factsAbout } from '../release/facts';
import { mayLeave, type Release, type Verdict } from '../release/gate';
import { getForm, listEntries } from './rows';

/** Reports that are read from the index at a time. */
const PAGE = 1000;

/** Whether what a report says of a person may leave. */
export function mayReportLeave(
  ctx: Pick<EngineContext, 'db'>,
  series: SeriesKey,
  to: Pick<Release, 'purpose' | 'recipient'>,
): Verdict {
  return mayLeave(factsAbout(ctx.db, series, { image: null, object: null }), { ...to, person: actingUser() });
}

/** Throws CONSENT_REFUSED. */
export function requireReportLeaves(
  ctx: Pick<EngineContext, 'db'>,
  series: SeriesKey,
  to: Pick<Release, 'purpose' | 'recipient'>,
): void {
  const verdict = mayReportLeave(ctx, series, to);
  if (!verdict.leaves) throw new FieldboxError(verdict.code);
}

interface Subject {
  readonly PatientID: string;
  readonly PatientName: string;
  readonly StudyDate: string;
}

/**
 * The reports of a form with whom each is about, for a table that stands by itself; those of people who said no are left out.
 * Notes in the log how many were given out. Throws NOT_FOUND.
 */
export async function exportEntries(
  ctx: EngineContext,
  { language, ...filter }: Parsed<'entries.export'>,
): Promise<Output<'entries.export'>> {
  const { db } = ctx;
  const { name } = getForm(db, filter.form);
  const all: EntryRow[] = [];
  for (let offset = 0, total = 1; offset < total; offset += PAGE) {
    const page = listEntries(db, { ...filter, removed: false }, { limit: PAGE, offset }, language);
    total = page.total;
    all.push(...page.rows);
  }
  const leaving = all.filter(
    (row) => mayReportLeave(ctx, row.seriesKey, { purpose: 'export', recipient: 'table' }).leaves,
  );
  const subject = statement(
    db,
    `SELECT patient.PatientID, patient.PatientName, study.StudyDate FROM series JOIN patient ON patient.id = series.patient_id
     JOIN study ON study.id = series.study_id WHERE series.key = ?`,
  );
  const rows = leaving.map((row) => ({ ...row, ...(subject.get(row.seriesKey) as Subject) }));
  await ctx.commit([
    { type: 'log.noted', body: { code: 'REPORTS_GIVEN_OUT', details: { name, count: rows.length }, about: {} } },
  ]);
  return { rows, leftOut: all.length - rows.length };
}
