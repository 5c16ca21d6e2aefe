import type { FieldboxError } from '@shared/errors';
import { asFieldboxError } from '@shared/errors';
import { productVersion } from '../platform/version';
import { anonymizeCommand } from './commands/anonymize';
import { attachCommand } from './commands/attach';
import { boxCommand, hubCommand } from './commands/box';
import { courierCommand } from './commands/courier';
import { exportCommand } from './commands/export';
import { filterCommand } from './commands/filter';
import { findCommand } from './commands/find';
import { forwardCommand } from './commands/forward';
import { formCommand } from './commands/form';
import { importCommand } from './commands/import';
import { logCommand } from './commands/log';
import { rebuildCommand, verifyCommand } from './commands/maintenance';
import { keysCommand } from './commands/keys';
import { remoteCommand } from './commands/remote';
import { mergeCommand, unmergeCommand } from './commands/merge';
import { modifyCommand } from './commands/modify';
import { moveCommand } from './commands/move';
import { patientCommand } from './commands/patient';
import { clinicCommand, stationCommand } from './commands/places';
import { projectCommand } from './commands/project';
import { queryCommand } from './commands/query';
import { renderCommand } from './commands/render';
import { sessionsCommand } from './commands/sessions';
import { matchCommand } from './commands/match';
import { pullCommand } from './commands/pull';
import { ledgerCommand, outboxCommand, sendCommand } from './commands/send';
import { certificateCommand } from './commands/certificate';
import { serveCommand } from './commands/serve';
import { resultCommand } from './commands/result';
import { showCommand } from './commands/show';
import { watchCommand } from './commands/watch';
import { usersCommand } from './commands/users';
import { trashCommand } from './commands/trash';
import { versionsCommand } from './commands/versions';
import { tagCommand } from './commands/tag';
import { typeCommand } from './commands/type';
import { Terminal } from './terminal';
import { USAGE, UsageError } from './usage';

const CANNOT_RUN = 2;

const commands: Readonly<Record<string, (argv: readonly string[], terminal: Terminal) => Promise<number>>> = {
  import: importCommand,
  find: findCommand,
  query: queryCommand,
  show: showCommand,
  render: renderCommand,
  export: exportCommand,
  watch: watchCommand,
  forward: forwardCommand,
  sessions: sessionsCommand,
  anonymize: anonymizeCommand,
  keys: keysCommand,
  attach: attachCommand,
  patient: patientCommand,
  clinic: clinicCommand,
  station: stationCommand,
  project: projectCommand,
  result: resultCommand,
  form: formCommand,
  verify: verifyCommand,
  rebuild: rebuildCommand,
  remote: remoteCommand,
  hub: hubCommand,
  box: boxCommand,
  send: sendCommand,
  outbox: outboxCommand,
  ledger: ledgerCommand,
  pull: pullCommand,
  match: matchCommand,
  serve: serveCommand,
  certificate: certificateCommand,
  courier: courierCommand,
  users: usersCommand,
  log: logCommand,
  merge: mergeCommand,
  unmerge: unmergeCommand,
  move: moveCommand,
  modify: modifyCommand,
  versions: versionsCommand,
  trash: trashCommand,
  tag: tagCommand,
  type: typeCommand,
  filter: filterCommand,
};

/**
 * Runs one command of the command line and gives its exit code: 0 all well, 1 something was put aside or a check failed,
 * 2 wrong use or cannot run. Never throws.
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  const terminal = new Terminal(rest.includes('--json'), personIn(rest));
  try {
    if (name === '--version') {
      terminal.answerText(productVersion());
      return 0;
    }
    if (
      name === undefined ||
      name === 'help' ||
      name === '--help' ||
      name === '-h' ||
      rest.includes('--help') ||
      rest.includes('-h')
    ) {
      if (name !== undefined) terminal.answerText(USAGE);
      else terminal.say(USAGE);
      return name === undefined ? CANNOT_RUN : 0;
    }
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw new UsageError(`There is no command "${name}". Known: ${Object.keys(commands).join(', ')}.`);
    return await command(rest, terminal);
  } catch (thrown) {
    report(thrown, terminal);
    return CANNOT_RUN;
  }
}

/** `--user NAME` or `--user=NAME`. */
function personIn(argv: readonly string[]): string | undefined {
  const joined = argv.find((argument) => argument.startsWith('--user='));
  if (joined !== undefined) return joined.slice('--user='.length);
  const at = argv.indexOf('--user');
  return at === -1 ? undefined : argv[at + 1];
}

function report(thrown: unknown, terminal: Terminal): void {
  if (thrown instanceof UsageError || isParseArgsError(thrown)) {
    terminal.say(thrown.message);
    if (terminal.json) terminal.answerText(JSON.stringify({ error: { code: 'BAD_REQUEST', message: thrown.message } }));
    return;
  }
  const error = asFieldboxError(thrown);
  terminal.say(`${error.code}: ${error.message}`);
  if (terminal.json) terminal.answerText(JSON.stringify({ error }));
  if (error.code === 'INTERNAL') terminal.say(technical(error));
}

/** The fault beneath, for whoever can help. */
function technical(error: FieldboxError): string {
  const { cause } = error;
  return cause instanceof Error ? (cause.stack ?? cause.message) : (error.stack ?? error.message);
}

/** Errors of node:util parseArgs: unknown options, missing values. */
function isParseArgsError(thrown: unknown): thrown is Error {
  return (
    thrown instanceof TypeError &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    thrown.code.startsWith('ERR_PARSE_ARGS')
  );
}
