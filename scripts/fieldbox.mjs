// The command line: `npm run -s fieldbox -- <command>`. Sets up what is missing (on stderr), then becomes dist/main/cli.js.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { dist } from './lib/paths.mjs';
import { Problem, runMain } from './lib/process.mjs';
import { prepareCommandLine } from './lib/setup.mjs';

const cannotRun = 2;
const cli = path.join(dist, 'main', 'cli.js');

await runMain(
  async () => {
    await prepareCommandLine();
    if (!existsSync(cli)) throw new Problem('The command line has not been built: its sources are not in this copy.');
  },
  { failureCode: cannotRun },
);

if (process.exitCode === 0) {
  // npm runs scripts in the project's folder; paths that a person types are relative to where they typed them.
  if (process.env.npm_lifecycle_event === 'fieldbox' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  process.argv = [process.execPath, cli, ...process.argv.slice(2)];
  process.exitCode = undefined;
  await import(pathToFileURL(cli).href);
}
