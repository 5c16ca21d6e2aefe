import { digitsOf } from '../catalog/detail-words';
import { foldText } from '../catalog/folding';
import { refreshPatientText } from '../catalog/text-index';
import type { Appliers } from './appliers';
import { addLogEntry } from './log-entry';
import { idOf, statement } from './statements';

export const detailAppliers: Appliers<'patient.details'> = {
  'patient.details': (db, record) => {
    const { patient, details } = record.body;
    const id = idOf(db, 'patient', patient);
    if (id === undefined) return; // the patient's own record was damaged; this one stays in the chain
    const phones = [details.phone1, details.phone2, details.emergencyPhone].map(digitsOf).filter((each) => each !== '');
    statement(
      db,
      `INSERT INTO patient_details (patient_id, paternal, maternal, first, middle, curp, old_number, other_id, email, phones, details)
       VALUES (@id, @paternal, @maternal, @first, @middle, @curp, @oldNumber, @otherId, @email, @phones, @details)
       ON CONFLICT (patient_id) DO UPDATE SET paternal = excluded.paternal, maternal = excluded.maternal, first = excluded.first,
         middle = excluded.middle, curp = excluded.curp, old_number = excluded.old_number, other_id = excluded.other_id,
         email = excluded.email, phones = excluded.phones, details = excluded.details`,
    ).run({
      id,
      paternal: foldText(details.paternalLast),
      maternal: foldText(details.maternalLast),
      first: foldText(details.first),
      middle: foldText(details.middle),
      curp: foldText(details.curp),
      oldNumber: foldText(details.oldNumber),
      otherId: foldText(details.otherId),
      email: foldText(details.email),
      phones: phones.length === 0 ? '' : ` ${phones.join(' ')} `,
      details: JSON.stringify(details),
    });
    refreshPatientText(db, id);
    addLogEntry(db, record, 'PATIENT_DETAILS_CHANGED', {}, { patient });
  },
};
