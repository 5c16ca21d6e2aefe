import { parseArgs } from 'node:util';
import { contract } from '@shared/contract';
import type { ClinicRow } from '@shared/model/rows';
import { clinicNamed } from '../lookup';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const clinicOptions = {
  ...commonOptions,
  day: { type: 'string' },
  name: { type: 'string' },
  place: { type: 'string', default: '' },
  from: { type: 'string' },
  to: { type: 'string' },
} as const;

/** `clinic list|add`: clinics with place and days. */
export async function clinicCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options: clinicOptions, allowPositionals: true });
  const action = actionOf('clinic', positionals);
  return withArchive(values.archive, terminal, action === 'add', async ({ engine }) => {
    const { verbs } = engine;
    if (action === 'add') {
      const input = contract['clinics.create'].input.safeParse({
        name: values.name,
        place: values.place,
        firstDay: values.from,
        lastDay: values.to ?? values.from,
      });
      if (!input.success)
        throw new UsageError('Say --name NAME and --from YYYYMMDD, and --to YYYYMMDD for several days.');
      const row = await verbs['clinics.create'](input.data);
      terminal.answer(row, () => clinicLines([row]));
    } else if (values.day !== undefined) {
      const input = contract['clinics.onDay'].input.safeParse({ day: values.day });
      if (!input.success) throw new UsageError('--day is YYYYMMDD.');
      const row = await verbs['clinics.onDay'](input.data);
      terminal.answer({ rows: [row] }, () => clinicLines([row]));
    } else {
      const found = await verbs['clinics.list']({});
      terminal.answer(found, () => clinicLines(found.rows));
    }
    return 0;
  });
}

function clinicLines(rows: readonly ClinicRow[]): string {
  return table(
    rows.map((row) => [`${row.firstDay}-${row.lastDay}`, row.name, row.place, String(row.images), row.clinic]),
  );
}

const stationOptions = { ...commonOptions, clinic: { type: 'string' }, name: { type: 'string' } } as const;

/** `station list|add`: the desks and rooms of a clinic. */
export async function stationCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options: stationOptions, allowPositionals: true });
  const action = actionOf('station', positionals);
  return withArchive(values.archive, terminal, false, async ({ engine }) => {
    const clinic = await clinicNamed(engine, values.clinic);
    if (!clinic) throw new UsageError('Say which clinic: --clinic NAME');
    if (action === 'add') {
      const input = contract['stations.create'].input.safeParse({ clinic: clinic.clinic, name: values.name });
      if (!input.success) throw new UsageError('Say --name NAME, with 1 to 16 characters.');
      const row = await engine.verbs['stations.create'](input.data);
      terminal.answer(row, () => `${row.name}  ${row.station}`);
    } else {
      const found = await engine.verbs['stations.list']({ clinic: clinic.clinic });
      terminal.answer(found, () =>
        table(found.rows.map((row) => [row.name, row.active ? '' : 'not used', row.station])),
      );
    }
    return 0;
  });
}

function actionOf(command: string, positionals: readonly string[]): 'list' | 'add' {
  const [action, ...more] = positionals;
  if ((action === 'list' || action === 'add') && more.length === 0) return action;
  throw new UsageError(`Say what to do: ${command} list or ${command} add.`);
}
