import { FindInput } from '@shared/contract/catalog';
import type { PatientRow } from '@shared/model/rows';
import type { Engine } from '../../archive/engine';
import { tagOf } from '../../dicom/dictionary';
import type { DataSetView } from '../../dicom/model';
import { DataSetBuilder } from '../../dicom/writer';
import { Status } from '../../network/status';

const tag = (keyword: string): number => tagOf(keyword) ?? 0;
const PAGE = 200;

/**
 * The worklist: one scheduled procedure step for each person registered or changed today, without a modality of its own, so that any
 * machine of the clinic can take it. Ends with the final status.
 */
export async function* worklistAnswers(
  engine: Engine,
  identifier: DataSetView,
  AETitle: string,
): AsyncGenerator<DataSetBuilder, number> {
  const now = engine.context.now();
  const today = dayOf(now);
  const step = identifier.items(tag('ScheduledProcedureStepSequence'))[0];
  const date = step?.string(tag('ScheduledProcedureStepStartDate')) ?? '';
  if (date !== '' && !inRange(date, today)) return Status.Success;
  const modality = step?.string(tag('Modality')) ?? '';
  const match = ['PatientName', 'PatientID'].flatMap((key) => {
    const value = identifier.string(tag(key)) ?? '';
    return value === '' || value === '*' ? [] : [{ key, value }];
  });
  const earliest = startOfDay(now);
  for (let offset = 0; ; offset += PAGE) {
    const question = FindInput.omit({ level: true }).safeParse({
      match,
      registeredOnly: true,
      sort: 'changedAt',
      descending: true,
      limit: PAGE,
      offset,
    });
    if (!question.success) return Status.DataSetDoesNotMatchSOPClass;
    const { rows } = await engine.verbs['catalog.patients'](question.data);
    for (const row of rows) {
      if (row.changedAt < earliest) return Status.Success;
      yield entryOf(row, { modality, today, AETitle });
    }
    if (rows.length < PAGE) return Status.Success;
  }
}

function entryOf(
  row: PatientRow,
  { modality, today, AETitle }: { modality: string; today: string; AETitle: string },
): DataSetBuilder {
  const number = `${today}-${shortOf(row.patient)}`;
  const step = new DataSetBuilder()
    .set('Modality', modality)
    .set('ScheduledStationAETitle', AETitle)
    .set('ScheduledProcedureStepStartDate', today)
    .set('ScheduledProcedureStepStartTime', '')
    .set('ScheduledPerformingPhysicianName', '')
    .set('ScheduledProcedureStepDescription', '')
    .set('ScheduledProcedureStepID', number);
  const entry = new DataSetBuilder()
    .set('AccessionNumber', '')
    .set('ReferringPhysicianName', '')
    .set('PatientName', row.PatientName)
    .set('PatientID', row.PatientID)
    .set('PatientBirthDate', row.PatientBirthDate)
    .set('PatientSex', row.PatientSex)
    .set('StudyInstanceUID', studyOf(row.patient, today))
    .set('RequestedProcedureID', number)
    .set('RequestedProcedureDescription', '')
    .set('ScheduledProcedureStepSequence', [step]);
  if (!entry.isAscii) entry.set('SpecificCharacterSet', 'ISO_IR 192');
  return entry;
}

/** One study a person and day, whichever machine asks: PS3.5 B.2, from the person's key (a UUID) and the day. */
function studyOf(key: string, today: string): string {
  return `2.25.${BigInt(`0x${key.replaceAll('-', '')}`).toString()}.${today}`.slice(0, 64);
}

/** Seven characters for a person: of their own number only a beginning would fit into an SH (16), and many begin alike. */
function shortOf(key: string): string {
  const number = BigInt(`0x${key.replaceAll('-', '')}`) % 36n ** 7n;
  return number.toString(36).toUpperCase().padStart(7, '0');
}

function dayOf(at: Date): string {
  return `${String(at.getFullYear())}${String(at.getMonth() + 1).padStart(2, '0')}${String(at.getDate()).padStart(2, '0')}`;
}

function startOfDay(at: Date): string {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).toISOString();
}

/** PS3.4 C.2.2.2.5: a date, or a range of dates. */
function inRange(range: string, day: string): boolean {
  const [from = '', to = from] = range.split('-');
  return (from === '' || day >= from) && (to === '' || day <= to);
}
