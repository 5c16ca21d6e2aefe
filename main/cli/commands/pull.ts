import { parseArgs } from 'node:util';
import { syncVerbs } from '@shared/contract/sync';
import type { JobId } from '@shared/model/ids';
import { Fetchable } from '@shared/model/remotes/content';
import { patientNamed } from '../lookup';
import { remoteNamed, type SyncSession, withSync } from '../sync-session';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';

/** `pull --from NAME`: fetches a study, or what else a remote has, into the archive. */
export async function pullCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      ...commonOptions,
      from: { type: 'string' },
      study: { type: 'string' },
      series: { type: 'string' },
      image: { type: 'string' },
      patient: { type: 'string' },
    },
    allowPositionals: true,
  });
  const { from, study, series, image, patient } = values;
  const [what] = positionals;
  const fetchable = what === undefined ? null : Fetchable.safeParse(what);
  if (from === undefined || (study === undefined) === (what === undefined) || fetchable?.success === false)
    throw new UsageError(
      `Say whence and what: pull --from NAME --study UID, or pull ${Fetchable.options.join('|')} --from NAME.`,
    );
  return withSync(values.archive, terminal, async (session) => {
    const { remote } = await remoteNamed(session.sync, from);
    if (fetchable?.success === true) {
      const { job } = await session.sync.verbs['remotes.fetch']({
        remote,
        what: fetchable.data,
        ...(patient !== undefined && { patient: (await patientNamed(session.engine, patient)).patient }),
      });
      return answer(session, job);
    }
    const wanted = syncVerbs['pacs.retrieve'].input.safeParse({
      remote,
      StudyInstanceUID: study,
      ...(series !== undefined && { SeriesInstanceUID: series }),
      ...(image !== undefined && { SOPInstanceUID: image }),
      ...(patient !== undefined && { PatientID: patient }),
    });
    if (!wanted.success) throw new UsageError('Say the UID of one study, series or image, without wildcards.');
    const { job } = await session.sync.verbs['pacs.retrieve'](wanted.data);
    return answer(session, job);
  });
}

async function answer(session: SyncSession, job: JobId): Promise<number> {
  const { added, alreadyStored, rejected } = await session.settled(job);
  session.terminal.answer(
    { added, alreadyStored, rejected },
    () => `${String(added)} added, ${String(alreadyStored)} already here, ${String(rejected)} put aside`,
  );
  return rejected > 0 ? 1 : 0;
}
