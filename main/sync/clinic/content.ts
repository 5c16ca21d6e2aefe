import type { Handlers, Parsed } from '@shared/contract';
import type { remoteContentVerbs } from '@shared/contract/remote-content';
import { FieldboxError } from '@shared/errors';
import type { ImageId, PatientKey, RemoteKey } from '@shared/model/ids';
import { decisionOf, deliveredSeries, isDelivered } from '../../archive/outbox/matches';
import { factsOf } from '../../archive/release/facts';
import { mayLeave } from '../../archive/release/gate';
import { actingUser } from '../../archive/actor';
import { personOf } from './archive-counterparts';
import { asked } from './asked';
import type { ClinicParts } from './parts';
import { ArchiveSink } from './sink';

/** What remotes hold besides instances: fetched, listed, taken back, and reports put there. */
export function createRemoteContent(parts: ClinicParts): Handlers<keyof typeof remoteContentVerbs> {
  return {
    'remotes.fetch': async (input) => Promise.resolve({ job: fetchAsJob(parts, input) }),
    'remotes.files': async ({ remote, patient }) => {
      if (!parts.abilities(remote).lists) throw new FieldboxError('REMOTE_CANNOT');
      const id = idThere(parts, remote, patient);
      const rows = await asked(parts.connect(remote), async (connection, signal) => {
        if (connection.filesOf === undefined) throw new FieldboxError('REMOTE_CANNOT');
        return connection.filesOf(id, signal);
      });
      return { rows: [...rows] };
    },
    'remotes.withdraw': (input) => withdraw(parts, input),
    'remotes.sendEntry': (input) => sendEntry(parts, input),
  };
}

function fetchAsJob(parts: ClinicParts, { remote, what, patient }: Parsed<'remotes.fetch'>) {
  if (!parts.abilities(remote).fetches.includes(what)) throw new FieldboxError('REMOTE_CANNOT');
  const { name } = parts.require(remote);
  return parts.ctx.jobs.start('fetch', async (handle) => {
    const sink = new ArchiveSink(parts, { remote, remoteName: name, patient }, handle);
    await asked(
      parts.connect(remote),
      async (connection) => connection.fetchBack?.(what, sink, handle.signal),
      handle.signal,
    );
    if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
  });
}

/** Throws NOT_FOUND, MATCH_NOT_KNOWN. */
function idThere(parts: ClinicParts, remote: RemoteKey, patient: PatientKey): string {
  const person = personOf(parts.ctx, patient);
  if (person === null) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
  const id = decisionOf(parts.ctx.db, remote, person.patient)?.remotePatient ?? null;
  if (id === null) throw new FieldboxError('MATCH_NOT_KNOWN');
  return id;
}

async function withdraw(
  parts: ClinicParts,
  { remote, image, reason }: Parsed<'remotes.withdraw'>,
): Promise<{ withdrawn: boolean }> {
  if (parts.abilities(remote).withdraws === 'no') throw new FieldboxError('REMOTE_CANNOT');
  if (!isDelivered(parts.ctx.db, remote, image)) throw new FieldboxError('NOT_FOUND', { what: 'image' });
  const withdrawn = await asked(parts.connect(remote), async (connection, signal) => {
    if (connection.withdraw === undefined) throw new FieldboxError('REMOTE_CANNOT');
    return connection.withdraw(image, signal);
  });
  await parts.ctx.commit([{ type: 'remote.withdrawn', body: { remote, image, reason } }]);
  return { withdrawn };
}

async function sendEntry(
  parts: ClinicParts,
  { remote, entry }: Parsed<'remotes.sendEntry'>,
): Promise<{ outcome: 'sent' | 'there' }> {
  if (!parts.abilities(remote).takesEntries) throw new FieldboxError('REMOTE_CANNOT');
  const { rows } = await parts.engine.verbs['entries.get']({ entry, language: 'en' });
  const finished = rows.find(({ state }) => state === 'finished');
  if (finished === undefined || finished.removed !== null) throw new FieldboxError('ENTRY_NOT_FINISHED');
  const [sent] = deliveredSeries(parts.ctx.db, remote, { series: [finished.seriesKey] });
  if (sent === undefined) throw new FieldboxError('REMOTE_SERIES');
  requireLeave(parts, remote, sent.images);
  const { formName: form, values } = finished;
  const outcome = await asked(parts.connect(remote), async (connection, signal) => {
    if (connection.sendEntry === undefined) throw new FieldboxError('REMOTE_CANNOT');
    return connection.sendEntry(sent, { form, values }, signal);
  });
  return { outcome };
}

/** A report says as much of a patient as their pictures: their "no" holds for it too. */
function requireLeave(parts: ClinicParts, remote: RemoteKey, images: readonly ImageId[]): void {
  const { name: recipient } = parts.require(remote);
  for (const image of images) {
    const verdict = mayLeave(factsOf(parts.ctx.db, image), { purpose: 'send', recipient, person: actingUser() });
    if (!verdict.leaves) throw new FieldboxError(verdict.code);
  }
}
