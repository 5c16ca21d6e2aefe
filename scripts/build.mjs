// Builds the app into dist/ (`--force`: even when nothing has changed).
import { ensureBuild } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { runMain, say } from './lib/process.mjs';

await runMain(async (args) => {
  await ensureDependencies();
  const built = await ensureBuild({ force: args.includes('--force') });
  say(built ? 'Built into dist/.' : 'dist/ is up to date.');
});
