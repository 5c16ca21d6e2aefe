import { parseArgs } from 'node:util';
import type { RemotePatient } from '@shared/model/remotes/matching';
import { patientNamed } from '../lookup';
import { remoteNamed, type SyncSession, withSync } from '../sync-session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

const options = {
  ...commonOptions,
  to: { type: 'string' },
  decided: { type: 'boolean', default: false },
  text: { type: 'string', default: '' },
  as: { type: 'string' },
  new: { type: 'boolean', default: false },
  none: { type: 'boolean', default: false },
  ask: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

/** `match list|find|decide`: who patients are at destinations that have patients of their own. */
export async function matchCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(argv);
  const [act = 'list', number] = positionals;
  return withSync(values.archive, terminal, (session) => {
    if (act === 'list') return list(session, values);
    if (act === 'find') return find(session, values, required(number));
    if (act === 'decide') return decide(session, values, required(number));
    throw new UsageError('match is one of: match list, match find PATIENT, match decide PATIENT.');
  });
}

function required(number: string | undefined): string {
  if (number === undefined) throw new UsageError('Say which patient, by the number.');
  return number;
}

async function list({ sync, terminal }: SyncSession, values: Values): Promise<number> {
  const remote = values.to === undefined ? undefined : (await remoteNamed(sync, values.to)).remote;
  const { total, rows } = await sync.verbs['matching.list']({
    decided: values.decided,
    limit: 500,
    offset: 0,
    ...(remote !== undefined && { remote }),
  });
  terminal.answer({ total, rows }, () =>
    table([
      ['to', 'patient', 'name', 'images', values.decided ? 'is' : 'may be'],
      ...rows.map(({ remoteName, PatientID, PatientName, images, candidates, decision }) => [
        remoteName,
        PatientID,
        PatientName,
        String(images),
        values.decided
          ? `${decision?.choice ?? ''} ${decision?.remotePatient ?? ''}`.trim()
          : candidates.map(describe).join('; '),
      ]),
    ]),
  );
  return !values.decided && total > 0 ? 1 : 0;
}

async function find(session: SyncSession, values: Values, number: string): Promise<number> {
  const { remote, patient } = await about(session, values, number);
  const { candidates } = await session.sync.verbs['matching.search']({ remote, patient, text: values.text });
  session.terminal.answer({ candidates }, () => candidates.map(describe).join('\n'));
  return candidates.length > 0 ? 0 : 1;
}

async function decide(session: SyncSession, values: Values, number: string): Promise<number> {
  const choices = [
    ...(values.as === undefined ? [] : (['this'] as const)),
    ...(['new', 'none', 'ask'] as const).filter((choice) => values[choice]),
  ];
  const [choice] = choices;
  if (choice === undefined || choices.length > 1) throw new UsageError('Say one of --as ID, --new, --none or --ask.');
  const { remote, patient } = await about(session, values, number);
  const { items } = await session.sync.verbs['matching.decide']({
    remote,
    patient,
    choice,
    ...(values.as !== undefined && { remotePatient: values.as }),
  });
  session.terminal.answer({ items }, () => `${String(items)} images wait again to be sent`);
  return 0;
}

async function about({ sync, engine }: SyncSession, values: Values, number: string) {
  if (values.to === undefined) throw new UsageError('Say at which destination: --to NAME.');
  const { remote } = await remoteNamed(sync, values.to);
  return { remote, patient: (await patientNamed(engine, number)).patient };
}

function describe({ id, name, birthDate, sex, reasons, warnings }: RemotePatient): string {
  const why = [...reasons, ...warnings.map((warning) => `!${warning}`)].join(', ');
  return [id, name, birthDate, sex, `(${why})`].filter((part) => part !== '').join(' ');
}
