import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { startDesktop } from './desktop/start';
import { productVersion } from './platform/version';

/** `fieldbox --cli import ...`: the command line of the packaged app, without a window. */
const CLI = '--cli';
const cliAt = process.argv.indexOf(CLI);

// Electron starts its windows only after this module has come to its end: a command is finished before that, and so it runs
// where there is no display.
if (cliAt === -1) openApp();
else await runCommand(process.argv.slice(cliAt + 1));

function openApp(): void {
  const { FIELDBOX_USER_DATA: userData, FIELDBOX_ARCHIVE: archive, FIELDBOX_LANGUAGE: language } = process.env;
  if (userData) app.setPath('userData', resolve(userData));
  const given = archiveArgument(process.argv) ?? archive;
  startDesktop({
    built: dirname(dirname(fileURLToPath(import.meta.url))),
    version: productVersion(),
    ...(given !== undefined && { archive: resolve(given) }),
    ...(language !== undefined && { language }),
  });
}

/** `--archive DIR` or `--archive=DIR`. */
function archiveArgument(argv: readonly string[]): string | undefined {
  const joined = argv.find((argument) => argument.startsWith('--archive='));
  if (joined !== undefined) return joined.slice('--archive='.length);
  const at = argv.indexOf('--archive');
  return at === -1 ? undefined : argv[at + 1];
}

async function runCommand(argv: readonly string[]): Promise<void> {
  const { runCli } = await import('./cli');
  app.exit(await runCli(argv));
}
