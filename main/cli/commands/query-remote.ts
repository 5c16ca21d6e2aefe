import { syncVerbs } from '@shared/contract/sync';
import { Level } from '@shared/model/vocabulary';
import { matchOf } from '../match-option';
import { remoteNamed, withSync } from '../sync-session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { UsageError } from '../usage';

/** Columns of the text form: those by which the next question is asked. */
const COLUMNS: Readonly<Record<Level, readonly string[]>> = {
  patient: ['PatientID', 'PatientName', 'PatientBirthDate', 'PatientSex'],
  study: ['StudyDate', 'PatientID', 'PatientName', 'ModalitiesInStudy', 'StudyDescription', 'StudyInstanceUID'],
  series: ['Modality', 'SeriesNumber', 'SeriesDescription', 'SeriesInstanceUID'],
  image: ['InstanceNumber', 'SOPClassUID', 'SOPInstanceUID'],
};

interface Values {
  readonly archive?: string | undefined;
  readonly from: string;
  readonly level: string;
  readonly match: readonly string[];
  readonly limit?: string | undefined;
}

/** `query --from NAME`: what a remote holds, as it answers (C-FIND of PS3.4 C.4.1, QIDO-RS, or its own way to ask). */
export async function queryRemote(values: Values, terminal: Terminal): Promise<number> {
  const level = Level.safeParse(values.level);
  if (!level.success) throw new UsageError(`With --from, --level is one of ${Level.options.join(', ')}.`);
  const match = values.match.map(matchOf).map(({ key, value }) => ({ keyword: key, value }));
  return withSync(values.archive, terminal, async ({ sync }) => {
    const { remote } = await remoteNamed(sync, values.from);
    const limit = values.limit === undefined ? undefined : Number(values.limit);
    const question = syncVerbs['pacs.query'].input.safeParse({ remote, level: level.data, match, limit });
    if (!question.success) {
      const [issue] = question.error.issues;
      throw new UsageError(`--${String(issue?.path[0] ?? 'query')}: ${issue?.message ?? 'not understood'}`);
    }
    const { rows, more } = await sync.verbs['pacs.query'](question.data);
    terminal.answer({ rows, more }, () => {
      const columns = COLUMNS[level.data];
      const lines = rows.map((row) => columns.map((column) => row[column] ?? ''));
      const rest = more ? '\nmore there: ask more precisely, or with a higher --limit' : '';
      return `${String(rows.length)} found\n\n${table([columns, ...lines])}${rest}`;
    });
    return 0;
  });
}
