import { parseArgs } from 'node:util';
import { FieldboxError } from '@shared/errors';
import type { PatientKey } from '@shared/model/ids';
import type { Engine } from '../../archive/engine';
import { patientNamed, patientsByNumber } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';

const options = { ...commonOptions, reason: { type: 'string', default: '' } } as const;

/** `merge FROM INTO --reason TEXT`: two patients are one person; INTO stays. */
export async function mergeCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [from, into, ...more] = positionals;
  if (from === undefined || into === undefined || more.length > 0)
    throw new UsageError('Say which patients: merge FROM INTO, by number or key. INTO is the one that stays.');
  const reason = requiredReason(values.reason);
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const leaving = await patientNamed(engine, from);
    const staying = await patientNamed(engine, into);
    const row = await engine.verbs['patients.merge']({ from: leaving.patient, into: staying.patient, reason });
    terminal.answer(row, () => `${leaving.PatientID} now stands under ${row.PatientID}: ${String(row.images)} images.`);
    return 0;
  });
}

/** `unmerge NUMBER`: takes a merge back. */
export async function unmergeCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError('Say which patient: unmerge NUMBER, the one that was merged into another.');
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const patient = await mergedNamed(engine, name);
    const row = await engine.verbs['patients.unmerge']({ patient, reason: values.reason });
    terminal.answer(row, () => `${row.PatientID} stands alone again: ${String(row.images)} images.`);
    return 0;
  });
}

/** The key of a patient who was merged into another one, by number or by that key. */
async function mergedNamed(engine: Engine, name: string): Promise<PatientKey> {
  const survivors = /^[0-9a-f-]{36}$/i.test(name)
    ? [await patientNamed(engine, name)]
    : await patientsByNumber(engine, name);
  const merged = survivors
    .flatMap((row) => row.mergedFrom)
    .filter((row) => row.PatientID === name || row.patient === name.toLowerCase());
  const [first, ...others] = merged;
  if (!first) throw new FieldboxError(survivors.length === 0 ? 'NOT_FOUND' : 'NOT_MERGED', { what: name });
  if (others.length > 0) {
    const keys = merged.map((row) => `${row.patient}  ${row.PatientName}`);
    throw new UsageError(`Several merged patients have the number ${name}. Say which by its key:\n${keys.join('\n')}`);
  }
  return first.patient;
}

/** Throws UsageError. */
export function requiredReason(reason: string): string {
  if (reason.trim() === '') throw new UsageError('Say why: --reason TEXT');
  return reason.trim();
}
