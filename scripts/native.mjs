// Makes better-sqlite3 load in Node and in the Electron runtime.
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureNative } from './lib/native.mjs';
import { runMain, say } from './lib/process.mjs';
import { ensureRuntime } from './lib/runtime.mjs';

await runMain(async () => {
  await ensureDependencies();
  await ensureNative(await ensureRuntime());
  say('The database loads in Node and in Electron.');
});
