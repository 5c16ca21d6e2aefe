// `npm run package`: the app in a folder that runs as it is. `npm run package -- deb AppImage` makes installers too.
import { prepareApp } from './lib/setup.mjs';
import { packageApp } from './lib/package.mjs';
import { runMain, say } from './lib/process.mjs';
import { windowPackages } from './lib/apt.mjs';

await runMain(async (args) => {
  process.env.ELECTRON_OVERRIDE_DIST_PATH = await prepareApp({ debianPackages: windowPackages });
  const targets = args.filter((argument) => !argument.startsWith('-'));
  const executable = await packageApp({
    targets: targets.length > 0 ? targets : ['dir'],
    force: args.includes('--force'),
  });
  say(`The packed app: ${executable}`);
});
