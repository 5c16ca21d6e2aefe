// `npm start`: sets up what is missing and opens the app. Where there is no display, and with --demo, the demo tour runs.
import { existsSync } from 'node:fs';
import { displayPackages, windowPackages } from './lib/apt.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { Problem, runAttached, runMain, say } from './lib/process.mjs';
import { executableIn, runtimeSwitches } from './lib/runtime.mjs';
import { prepareApp } from './lib/setup.mjs';
import { sandboxSwitches } from './lib/electron.mjs';
import { hasDisplay, onDisplay, startXvfb } from './lib/xvfb.mjs';

await runMain(async (args) => {
  const wantsTour = args.includes('--demo');
  const visible = hasDisplay();
  const runtime = await prepareApp({
    debianPackages: visible ? windowPackages : [...windowPackages, ...displayPackages],
  });
  if (visible && !wantsTour) return openApp(runtime, args);
  if (!visible) say('There is no display here: the demo tour runs in a virtual one.');
  const tourArguments = args.filter((argument) => argument !== '--demo');
  const tour = (env) => runTour(runtime, tourArguments, env);
  return visible ? tour(process.env) : inVirtualDisplay(tour);
});

function openApp(runtime, args) {
  const onlyWayland = process.platform === 'linux' && !process.env.DISPLAY;
  const switches = [
    ...sandboxSwitches(),
    ...runtimeSwitches(runtime),
    ...(onlyWayland ? ['--ozone-platform=wayland'] : []),
  ];
  return runAttached(executableIn(runtime), [...switches, root, ...args]);
}

function runTour(runtime, args, env) {
  const tour = inRoot('scripts', 'demo', 'tour.mjs');
  if (!existsSync(tour)) throw new Problem('The demo tour (scripts/demo/tour.mjs) is not in this copy.');
  return runAttached(process.execPath, [tour, ...args], { env: { ...env, ELECTRON_OVERRIDE_DIST_PATH: runtime } });
}

async function inVirtualDisplay(action) {
  const screen = await startXvfb();
  try {
    return await action(onDisplay(screen.display));
  } finally {
    await screen.stop();
  }
}
