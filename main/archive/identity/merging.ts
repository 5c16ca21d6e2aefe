import type { Handlers, Parsed } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import type { PatientKey } from '@shared/model/ids';
import type { PatientRow } from '@shared/model/rows';
import { DicomDate, Sex } from '@shared/model/vocabulary';
import { rowByKey } from '../catalog/rows';
import type { EngineContext } from '../context';
import { isMerged, ownRow, survivorOf } from '../index-writer/merged';
import type { InTurn } from '../people/in-turn';
import type { PatientSaved } from '../records/bodies/people';
import type { NewRecord } from '../records/record';

export type MergeVerb = 'patients.merge' | 'patients.unmerge';

/** Two patients who are one person, and taking that back. */
export function createMerging(ctx: EngineContext, inTurn: InTurn): Handlers<MergeVerb> {
  return {
    'patients.merge': (input) => inTurn(() => merge(ctx, input)),
    'patients.unmerge': ({ patient, reason }) =>
      inTurn(async () => {
        const into = survivorOf(ctx.db, patient);
        if (into === patient) {
          requirePatient(ctx, patient);
          throw new FieldboxError('NOT_MERGED');
        }
        // Somebody known from images only is nobody while these lie in the trash.
        if (!ownRow(ctx.db, patient)) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
        await ctx.commit([{ type: 'patients.unmerged', body: { from: patient, into, reason } }]);
        return requirePatient(ctx, patient);
      }),
  };
}

async function merge(ctx: EngineContext, { from, into, reason }: Parsed<'patients.merge'>): Promise<PatientRow> {
  const { db } = ctx;
  const leaving = requirePatient(ctx, from);
  const staying = requirePatient(ctx, into);
  if (leaving.patient === staying.patient) throw new FieldboxError('MERGE_SAME');
  if (isMerged(db, from)) throw new FieldboxError('MERGE_ALREADY');
  if (isMerged(db, into)) throw new FieldboxError('MERGE_INTO_MERGED');
  await ctx.commit([...claimed(leaving, staying), { type: 'patients.merged', body: { from, into, reason } }]);
  return requirePatient(ctx, into);
}

/**
 * Who stays is somebody on the books from then on, and a "no" to pictures leaving the clinic is a "no" of the one person, until
 * they are asked again.
 */
function claimed(leaving: PatientRow, staying: PatientRow): readonly NewRecord[] {
  const refuses = leaving.consent === 'no' && staying.consent !== 'no';
  if (staying.registered && !refuses) return [];
  return [{ type: 'patient.saved', body: { ...savedForm(staying), ...(refuses && { consent: 'no' }) } }];
}

function savedForm(row: PatientRow): PatientSaved {
  const { patient, PatientID, IssuerOfPatientID, PatientName, PatientBirthDate, birthDatePrecision } = row;
  const { ageYears, ageOn, temporary, consent, note } = row;
  const sex = Sex.safeParse(row.PatientSex);
  const day = DicomDate.safeParse(ageOn);
  return {
    patient,
    PatientID,
    IssuerOfPatientID,
    PatientName,
    PatientBirthDate,
    PatientSex: sex.success ? sex.data : '',
    birthDatePrecision,
    ageYears,
    ageOn: day.success ? day.data : null,
    temporary,
    consent,
    note,
  };
}

function requirePatient(ctx: EngineContext, key: PatientKey): PatientRow {
  const row = rowByKey(ctx.db, 'patient', key);
  if (!row) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
  return row;
}
