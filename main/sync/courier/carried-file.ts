import { FieldboxError } from '@shared/errors';
import type { PatientKey } from '@shared/model/ids';
import { PatientInput } from '@shared/model/rows';
import { Sex } from '@shared/model/vocabulary';
import type { Engine } from '../../archive/engine';
import { rowByKey } from '../../archive/catalog/rows';
import { ownerByIdentity } from '../../archive/index-writer/settle';
import { isDay } from '../../archive/people/dates';
import type { FileLetter } from './letter-content';

/**
 * Attaches a file that a stick brought to its patient, who is known by number, issuer and name as with images, and is registered
 * when they are new. Gives whether it is new to them. Throws COURIER_FILE_WHOSE, and what attaching throws.
 */
export async function keepCarriedFile(engine: Engine, letter: FileLetter, path: string): Promise<boolean> {
  const { name, description, pinned } = letter;
  const { isNew } = await engine.verbs['attachments.add']({
    patient: await patientOf(engine, letter),
    file: { path, name },
    description,
    cases: [],
    pinned,
    processed: true,
    evenIfHere: false,
  });
  return isNew;
}

async function patientOf(engine: Engine, { patient: card, sha256 }: FileLetter): Promise<PatientKey> {
  const { db } = engine.context;
  const known = rowByKey(db, 'patient', ownerByIdentity(db, card, sha256));
  if (known) return known.patient;
  const sex = Sex.safeParse(card.PatientSex);
  const bornOn = isDay(card.PatientBirthDate) ? card.PatientBirthDate : '';
  const input = PatientInput.safeParse({
    PatientName: card.PatientName,
    PatientID: card.PatientID,
    PatientSex: sex.success ? sex.data : '',
    PatientBirthDate: bornOn,
    birthDatePrecision: bornOn === '' ? 'unknown' : 'known',
    ageYears: null,
    temporary: false,
    consent: 'not-asked',
    note: '',
  });
  // A number that an issuer elsewhere gave is not entered by hand: their pictures bring such a patient.
  if (!input.success || card.PatientID === '' || card.IssuerOfPatientID !== '')
    throw new FieldboxError('COURIER_FILE_WHOSE');
  return (await engine.verbs['patients.register'](input.data)).patient;
}
