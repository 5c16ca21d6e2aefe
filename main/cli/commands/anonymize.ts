import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AnonymisationRequest, type AnonymisationResult } from '@shared/contract/anonymisation';
import type { ExportResult } from '@shared/contract/release';
import { FieldboxError, isErrorCode } from '@shared/errors';
import { runAnonymisation } from '../../archive/anonymisation';
import { runExport } from '../../archive/export';
import { sentenceOf } from '../fault';
import { selectionOf } from '../lookup';
import { type Session, withArchive } from '../session';
import type { Terminal } from '../terminal';
import { bytes, seconds } from '../text';
import { commonOptions, UsageError } from '../usage';
import { wayOf, wayOptions } from './anonymise-options';

const several = { type: 'string', multiple: true, default: [] as string[] } as const;
const options = {
  ...commonOptions,
  ...wayOptions,
  patient: several,
  study: several,
  series: several,
  copy: { type: 'boolean', default: false },
  replace: { type: 'boolean', default: false },
  out: { type: 'string' },
} as const;

/**
 * `anonymize`: copies in the archive, in the place of the originals with --replace, or as files in a new folder with --out.
 * Exit 1 when images were left out.
 */
export async function anonymizeCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const named = { ...values, image: positionals };
  if ([named.patient, named.study, named.series, named.image].every((names) => names.length === 0))
    throw new UsageError('Say what to anonymize: UID, --patient ID, --study UID or --series UID.');
  if ([values.copy, values.replace, values.out !== undefined].filter(Boolean).length > 1)
    throw new UsageError('Choose one of --copy, --replace and --out.');
  const way = wayOf(values);
  return withArchive(values.archive, terminal, false, async (session) => {
    const started = performance.now();
    const selection = { ...(await selectionOf(session.engine, named)), clinicDays: [] };
    if (values.out !== undefined) {
      const target = resolve(values.out);
      const result = await runExport(
        session.engine.context,
        { selection, form: 'originals', container: 'folder', target, anonymise: way },
        handleOf(session),
      );
      return answerFiles(result, terminal, started);
    }
    const request = AnonymisationRequest.parse({ ...way, selection, mode: values.replace ? 'replace' : 'copy' });
    const result = await runAnonymisation(session.engine.context, request, handleOf(session));
    return answerCopies(result, terminal, started);
  });
}

function handleOf(session: Session) {
  return session.handle(({ phase = 'reading', done = 0, total = 0 }) => `${phase} ${String(done)}/${String(total)}`);
}

function answerFiles(result: ExportResult, terminal: Terminal, started: number): number {
  if (result.error !== null) throw thrown(result.error);
  terminal.answer({ ...result, seconds: seconds(started) }, () =>
    [
      `${result.target}: ${String(result.images)} anonymised images, ${bytes(result.bytes)}; ${String(result.verified)} files read back and found equal`,
      ...result.leftOut.map(leftOutLine),
    ].join('\n'),
  );
  return result.leftOut.length === 0 ? 0 : 1;
}

function answerCopies(result: AnonymisationResult, terminal: Terminal, started: number): number {
  terminal.answer({ ...result, seconds: seconds(started) }, () =>
    [
      `${String(result.made)} anonymised, ${String(result.alreadyThere)} already there, ${String(result.leftOut.length)} left out; ${String(result.patients.length)} anonymous patients (${result.state})`,
      ...result.leftOut.map(leftOutLine),
    ].join('\n'),
  );
  return result.state === 'done' && result.leftOut.length === 0 ? 0 : 1;
}

function thrown({ code, details }: NonNullable<ExportResult['error']>): FieldboxError {
  return isErrorCode(code) ? new FieldboxError(code, details) : new FieldboxError('INTERNAL');
}

function leftOutLine({ image, code }: { readonly image: string; readonly code: string }): string {
  return `left out  ${image}  ${code}: ${sentenceOf({ code, details: {} })}`;
}
