import { EntryKey } from '@shared/model/ids';
import { imagesNamed, patientNamed } from '../lookup';
import { remoteNamed, type SyncSession } from '../sync-session';
import { table } from '../text';
import { UsageError } from '../usage';

/** `remote files NAME --patient ID`: what a destination holds of a patient. */
export async function listRemoteFiles(
  session: SyncSession,
  name: string,
  patient: string | undefined,
): Promise<number> {
  if (patient === undefined) throw new UsageError('Say of whom: --patient ID.');
  const { remote } = await remoteNamed(session.sync, name);
  const { rows } = await session.sync.verbs['remotes.files']({
    remote,
    patient: (await patientNamed(session.engine, patient)).patient,
  });
  session.terminal.answer({ rows }, () =>
    table([
      ['id', 'type', 'name', 'bytes', 'added', 'archived', 'image here'],
      ...rows.map((row) => [
        row.id,
        row.type,
        row.name,
        row.bytes === null ? '' : String(row.bytes),
        row.addedAt ?? '',
        row.archived ? 'yes' : '',
        row.image ?? '',
      ]),
    ]),
  );
  return 0;
}

/** `remote withdraw NAME UID --reason TEXT`: takes an image back from a destination. */
export async function withdrawFromRemote(
  session: SyncSession,
  name: string,
  uid: string | undefined,
  reason: string | undefined,
): Promise<number> {
  if (uid === undefined || reason === undefined || reason.trim() === '')
    throw new UsageError('Say which image and why: remote withdraw NAME UID --reason TEXT.');
  const { remote } = await remoteNamed(session.sync, name);
  const [{ image }] = await imagesNamed(session.engine, uid);
  const { withdrawn } = await session.sync.verbs['remotes.withdraw']({ remote, image, reason });
  session.terminal.answer({ withdrawn }, () => (withdrawn ? 'taken back' : 'was not there any more'));
  return 0;
}

/** `remote report NAME ENTRY`: sends a finished report on a series that is there. */
export async function sendReport(session: SyncSession, name: string, key: string | undefined): Promise<number> {
  const entry = EntryKey.safeParse(key);
  if (!entry.success) throw new UsageError('Say which report, as form entries shows it: remote report NAME KEY.');
  const { remote } = await remoteNamed(session.sync, name);
  const { outcome } = await session.sync.verbs['remotes.sendEntry']({ remote, entry: entry.data });
  session.terminal.answer({ outcome }, () => (outcome === 'sent' ? 'sent' : 'was there already'));
  return 0;
}
