// Prints the folder of the Electron runtime, fetching it first when it is missing (for ELECTRON_OVERRIDE_DIST_PATH).
import { ensureDependencies } from './lib/dependencies.mjs';
import { runMain } from './lib/process.mjs';
import { ensureRuntime } from './lib/runtime.mjs';

await runMain(async () => {
  await ensureDependencies();
  console.log(await ensureRuntime());
});
