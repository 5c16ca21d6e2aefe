import type { Database } from 'better-sqlite3';
import type { clinicRemoteBodies } from '../records/bodies/clinic-remotes';
import type { RecordOf } from '../records/record';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { remoteNameOf } from './apply-outbox';
import { statement } from './statements';

export const clinicRemoteAppliers: Appliers<keyof typeof clinicRemoteBodies> = {
  'remote.patient': applyPatient,
  'remote.places': (db, { body: { remote, places } }) => {
    const insert = statement(
      db,
      `INSERT INTO remote_place (remote, kind, place, remote_place) VALUES (?, ?, ?, ?)
       ON CONFLICT (remote, kind, place) DO UPDATE SET remote_place = excluded.remote_place`,
    );
    for (const { kind, place, remotePlace } of places) insert.run(remote, kind, place, remotePlace);
  },
  'remote.entry': (db, { body: { remote, remoteEntry, entry, result, author } }) => {
    statement(
      db,
      `INSERT INTO remote_entry (remote, remote_entry, entry, result, author) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (remote, remote_entry) DO UPDATE SET entry = excluded.entry, result = excluded.result, author = excluded.author`,
    ).run(remote, remoteEntry, entry, result, author);
  },
  'remote.withdrawn': applyWithdrawn,
};

function applyPatient(db: Database, record: RecordOf<'remote.patient'>): void {
  const { remote, patient, choice, remotePatient, basis } = record.body;
  if (choice === 'ask') {
    statement(db, 'DELETE FROM remote_patient WHERE remote = ? AND patient = ?').run(remote, patient);
  } else {
    statement(
      db,
      `INSERT INTO remote_patient (remote, patient, choice, remote_patient, basis, at, by_user) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (remote, patient) DO UPDATE SET choice = excluded.choice, remote_patient = excluded.remote_patient,
         basis = excluded.basis, at = excluded.at, by_user = excluded.by_user`,
    ).run(remote, patient, choice, remotePatient, basis, record.at, record.by);
  }
  addLogEntry(db, record, `REMOTE_PATIENT_${LOG[choice]}`, { remote: remoteNameOf(db, remote) }, { patient });
}

const LOG = { this: 'THIS', new: 'NEW', none: 'NONE', ask: 'ASK' } as const;

/** What was delivered before counts no more: neither as arrived nor as proven. */
function applyWithdrawn(db: Database, record: RecordOf<'remote.withdrawn'>): void {
  const { remote, image } = record.body;
  statement(
    db,
    `UPDATE outbox_item SET state = 'cancelled', code = 'REMOTE_WITHDRAWN', details = '{}', arrived_at = NULL,
       proof_kind = NULL, proof_at = NULL, proof_note = ''
     WHERE image = ? AND attachment IS NULL AND remote_id = (SELECT id FROM remote WHERE key = ?)
       AND state IN ('arrived', 'proven') AND transaction_id < ?`,
  ).run(image, remote, record.seq);
  addLogEntry(db, record, 'REMOTE_WITHDRAWN', { remote: remoteNameOf(db, remote) }, { image });
}
