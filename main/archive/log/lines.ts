import { LogRow, type LogFilter } from '@shared/contract/log';
import type { Language } from '@shared/errors';
import { type LogCode, logCatalogue, logSentence } from '@shared/log';
import { foldText } from '../catalog/folding';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { Directory } from '../users';

export interface LogPage {
  readonly rows: LogRow[];
  readonly next: number | null;
}

const LANGUAGES: readonly Language[] = ['en', 'es', 'fr', 'ar'];

/** A page of the log, newest first: by our own counter, since clocks of field laptops are set back. */
export function logPage(
  ctx: Pick<EngineContext, 'db'>,
  directory: Directory,
  filter: LogFilter,
  limit: number,
  after: number | undefined,
): LogPage {
  const { where, values } = conditions(directory, filter);
  if (after !== undefined) where.push('log.id < @after');
  const sql = `SELECT log.id, log.seq, log.at, log.by_user AS by, log.subject, log.level, log.code, log.details, log.patient,
      log.study, log.series, log.image, log.person, coalesce(patient.PatientName, '') AS PatientName,
      coalesce(patient.PatientID, '') AS PatientID
    FROM log LEFT JOIN patient ON patient.key = log.patient
    ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY log.id DESC LIMIT @limit`;
  const found = statement(ctx.db, sql).all({
    ...values,
    limit: limit + 1,
    ...(after !== undefined && { after }),
  }) as RawLine[];
  const rows = found.slice(0, limit);
  return {
    rows: rows.map(({ id: _, ...raw }) =>
      LogRow.parse({
        ...raw,
        details: JSON.parse(raw.details) as unknown,
        byName: directory.nameOf(raw.by),
        personName: directory.nameOf(raw.person),
      }),
    ),
    next: found.length > limit ? (rows.at(-1)?.id ?? null) : null,
  };
}

interface RawLine {
  readonly id: number;
  readonly details: string;
  readonly by: LogRow['by'];
  readonly person: LogRow['person'];
}

function conditions(directory: Directory, filter: LogFilter): { where: string[]; values: Record<string, string> } {
  const where: string[] = [];
  const values: Record<string, string> = {};
  const add = (sql: string, name: string, value: string | undefined): void => {
    if (value === undefined) return;
    where.push(sql);
    values[name] = value;
  };
  add('log.subject = @subject', 'subject', filter.subject);
  add('log.level = @level', 'level', filter.level);
  add('log.by_user = @by', 'by', filter.by);
  add('log.patient = @patient', 'patient', filter.patient);
  add('log.at >= @from', 'from', filter.from);
  add('log.at <= @to', 'to', filter.to);
  const text = foldText(filter.text);
  if (text !== '') {
    where.push(`(log.code IN (SELECT value FROM json_each(@codes))
      OR log.by_user IN (SELECT value FROM json_each(@people)) OR log.person IN (SELECT value FROM json_each(@people))
      OR log.details LIKE @part ESCAPE '\\'
      OR log.patient IN (SELECT key FROM patient WHERE name_folded LIKE @part ESCAPE '\\' OR id_folded LIKE @part ESCAPE '\\'))`);
    values['codes'] = JSON.stringify(codesSaying(text));
    values['people'] = JSON.stringify(
      directory
        .all()
        .filter((row) => foldText(`${row.name} ${row.login}`).includes(text))
        .map((row) => row.user),
    );
    values['part'] = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  }
  return { where, values };
}

/** The kinds of lines whose sentence has this in it, in whatever language it was typed. */
function codesSaying(text: string): string[] {
  return Object.keys(logCatalogue).filter((code) =>
    LANGUAGES.some((language) => foldText(logSentence(code as LogCode, {}, language)).includes(text)),
  );
}
