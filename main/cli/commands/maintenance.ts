import { parseArgs } from 'node:util';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { bytes, seconds } from '../text';
import { commonOptions } from '../usage';

/** `verify [--deep]`: compares files and index. Exit 1 when anything is missing, corrupt or orphaned. */
export async function verifyCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { ...commonOptions, deep: { type: 'boolean', default: false } },
  });
  return withArchive(values.archive, terminal, false, async (session) => {
    session.require('archive.verify');
    const started = performance.now();
    const handle = session.handle(
      ({ done = 0, total = 0, bytesDone = 0 }) => `checked ${String(done)}/${String(total)}, ${bytes(bytesDone)}`,
    );
    const report = await session.engine.verifyNow(values.deep, handle);
    const answer = {
      objects: report.objects,
      bytes: report.bytes,
      missing: report.missing.length,
      corrupt: report.corrupt.length,
      orphaned: report.orphaned.length,
      deep: report.deep,
      missingObjects: report.missing,
      corruptObjects: report.corrupt,
      orphanedFiles: report.orphaned,
      seconds: seconds(started),
    };
    terminal.answer(answer, () =>
      [
        `${String(answer.objects)} objects, ${bytes(answer.bytes)}: ${String(answer.missing)} missing, ${String(answer.corrupt)} corrupt, ${String(answer.orphaned)} orphaned`,
        ...answer.missingObjects.map((name) => `missing   ${name}`),
        ...answer.corruptObjects.map((name) => `corrupt   ${name}`),
        ...answer.orphanedFiles.map((name) => `orphaned  ${name}`),
      ].join('\n'),
    );
    return answer.missing + answer.corrupt + answer.orphaned > 0 ? 1 : 0;
  });
}

/** `rebuild`: makes the index again from records and objects. */
export async function rebuildCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: commonOptions });
  return withArchive(values.archive, terminal, false, async (session) => {
    const started = performance.now();
    const { job } = await session.engine.verbs['archive.rebuild']({});
    await session.settled(job);
    const { counts, bytes: size } = await session.engine.verbs['archive.status']({});
    const answer = { ...counts, bytes: size, seconds: seconds(started) };
    terminal.answer(
      answer,
      () =>
        `The index was made again: ${String(counts.patients)} patients, ${String(counts.studies)} studies, ${String(counts.series)} series, ${String(counts.images)} images`,
    );
    return 0;
  });
}
