import type { IntakeContext } from '@shared/contract/intake';
import type { Engine } from '../archive/engine';
import { clinicNamed, named, patientsByNumber } from './lookup';
import { UsageError } from './usage';

/** Names as a person typed them. */
interface Wanted {
  readonly patient?: string | undefined;
  readonly kind?: string | undefined;
  readonly clinic?: string | undefined;
  readonly station?: string | undefined;
}

/** The keys behind the names a person typed. Throws UsageError for names nobody knows. */
export async function contextOf(engine: Engine, wanted: Wanted): Promise<IntakeContext> {
  const kinds = (await engine.verbs['kinds.list']({})).rows.filter((row) => row.active);
  const kind = named('kind', wanted.kind, kinds, (row) => [row.name, row.code ?? '']);
  const clinic = await clinicNamed(engine, wanted.clinic);
  if (wanted.station !== undefined && !clinic)
    throw new UsageError('A station belongs to a clinic: give --clinic as well.');
  const stations = clinic ? (await engine.verbs['stations.list']({ clinic: clinic.clinic })).rows : [];
  const station = named('station', wanted.station, stations, (row) => [row.name]);
  return {
    patient: wanted.patient === undefined ? null : await patientFor(engine, wanted.patient),
    clinic: clinic?.clinic ?? null,
    station: station?.station ?? null,
    kind: kind?.kind ?? null,
  };
}

/** The patient with this number; a number nobody has yet is registered as a temporary patient. */
async function patientFor(engine: Engine, PatientID: string): Promise<IntakeContext['patient']> {
  const number = PatientID.trim();
  if (number === '' || number.length > 64) throw new UsageError('A patient number has 1 to 64 characters.');
  const [known] = await patientsByNumber(engine, number);
  if (known) return known.patient;
  const row = await engine.verbs['patients.register']({
    PatientName: number,
    PatientID: number,
    PatientSex: '',
    PatientBirthDate: '',
    birthDatePrecision: 'unknown',
    ageYears: null,
    temporary: true,
    consent: 'not-asked',
    note: '',
  });
  return row.patient;
}
