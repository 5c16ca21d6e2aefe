import { parseArgs } from 'node:util';
import { contract } from '@shared/contract';
import { detailFields, type PatientDetails } from '@shared/model/details';
import { PatientInput, type PatientRow } from '@shared/model/rows';
import { patientNamed } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = { ...commonOptions, set: { type: 'string', multiple: true, default: [] as string[] } } as const;

/** Fields of the card that are set as text. */
const CARD = [
  'PatientName',
  'PatientID',
  'PatientSex',
  'PatientBirthDate',
  'birthDatePrecision',
  'consent',
  'note',
] as const;

/** `patient show ID`, `patient update ID --set FIELD=VALUE...`: the card of a patient and all further details. */
export async function patientCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [action, name, ...more] = positionals;
  if ((action !== 'show' && action !== 'update') || name === undefined || more.length > 0)
    throw new UsageError('Say what to do and with whom: patient show ID, patient update ID --set FIELD=VALUE.');
  const changes = new Map(values.set.map(settingOf));
  if (action === 'show' ? changes.size > 0 : changes.size === 0)
    throw new UsageError('patient update takes --set FIELD=VALUE; patient show takes none.');
  // A date that was said is known, unless it was said how well.
  if (changes.get('PatientBirthDate') && !changes.has('birthDatePrecision')) changes.set('birthDatePrecision', 'known');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    let row = await patientNamed(engine, name);
    const { patient } = row;
    const details = contract['patients.saveDetails'].input.safeParse({ patient, changes: only(changes, detailFields) });
    const card = PatientInput.safeParse({ ...row, ...only(changes, CARD) });
    if (!details.success || !card.success) {
      const [issue] = [...(details.error?.issues ?? []), ...(card.error?.issues ?? [])];
      throw new UsageError(`--set ${String(issue?.path.at(-1))}: ${issue?.message ?? 'not understood'}`);
    }
    if (CARD.some((field) => changes.has(field)))
      row = await engine.verbs['patients.update']({ patient, changes: card.data });
    const saved =
      changes.size > 0
        ? await engine.verbs['patients.saveDetails'](details.data)
        : await engine.verbs['patients.details']({ patient });
    terminal.answer({ ...row, details: saved }, () => describe(row, saved));
    return 0;
  });
}

function settingOf(text: string): [string, string] {
  const at = text.indexOf('=');
  const field = text.slice(0, Math.max(0, at));
  const known: readonly string[] = [...CARD, ...detailFields];
  if (!known.includes(field)) throw new UsageError(`--set is FIELD=VALUE with one of ${known.join(', ')}: "${text}"`);
  return [field, text.slice(at + 1)];
}

function only(changes: ReadonlyMap<string, string>, fields: readonly string[]): Record<string, string> {
  return Object.fromEntries([...changes].filter(([field]) => fields.includes(field)));
}

function describe(row: PatientRow, details: PatientDetails): string {
  const card = CARD.map((field) => [field, row[field]]);
  const more = detailFields.map((field) => [field, details[field]]);
  return table([['patient', row.patient], ...card, ...more].filter(([, value]) => value !== ''));
}
