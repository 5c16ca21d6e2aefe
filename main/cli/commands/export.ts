import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { ExportResult } from '@shared/contract/release';
import { sentenceOf } from '../fault';
import { ExportForm } from '@shared/model/vocabulary';
import { runExport } from '../../archive/export';
import { isNamed, namedOptions, selectionOf } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { bytes, seconds } from '../text';
import { commonOptions, UsageError } from '../usage';
import { chosenWay, chosenWayOptions } from './anonymise-options';

const options = {
  ...commonOptions,
  ...chosenWayOptions,
  out: { type: 'string' },
  as: { type: 'string', default: 'media' },
  ...namedOptions,
} as const;

/** `export --out PATH`: writes, reads back and compares. Exit 1 when images were left out, or the copy is not proven. */
export async function exportCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.out === undefined) throw new UsageError('Say where to write: --out FOLDER or --out FILE.zip');
  const form = ExportForm.safeParse(values.as);
  if (!form.success) throw new UsageError('--as is one of media, originals, pictures.');
  if (!isNamed(values)) {
    throw new UsageError('Say what to export: --patient ID, --study UID, --series UID or --image UID.');
  }
  const way = chosenWay(values);
  const target = resolve(values.out);
  const container = target.toLowerCase().endsWith('.zip') ? 'zip' : 'folder';
  return withArchive(values.archive, terminal, false, async (session) => {
    session.require('export.start');
    const started = performance.now();
    const selection = { ...(await selectionOf(session.engine, values)), clinicDays: [] };
    const handle = session.handle(
      ({ phase = 'writing', done = 0, total = 0 }) => `${phase} ${String(done)}/${String(total)}`,
    );
    const result = await runExport(
      session.engine.context,
      { selection, form: form.data, container, target, ...(way && { anonymise: way }) },
      handle,
    );
    const error = result.error === null ? null : reasonOf(result.error);
    terminal.answer({ ...result, error, seconds: seconds(started) }, () => describe(result, error));
    return result.state === 'proven' && result.leftOut.length === 0 ? 0 : 1;
  });
}

type WireReason = NonNullable<ExportResult['error']>;

function reasonOf({ code, details }: WireReason): WireReason & { readonly message: string } {
  return { code, details, message: sentenceOf({ code, details }) };
}

function describe(result: ExportResult, error: { readonly code: string; readonly message: string } | null): string {
  const lines = [
    error === null
      ? `${result.target}: ${String(result.images)} images in ${String(result.files)} files, ${bytes(result.bytes)}; ${String(result.verified)} files read back and found equal`
      : `${result.target}: not complete (${error.code}): ${error.message}`,
  ];
  for (const { image, code } of result.leftOut)
    lines.push(`left out  ${image}  ${code}: ${sentenceOf({ code, details: {} })}`);
  return lines.join('\n');
}
