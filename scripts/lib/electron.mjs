// Starting the real app under Playwright: for the end-to-end tests and the demo tour.
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './paths.mjs';
import { findRuntime, runtimeSwitches } from './runtime.mjs';

const require = createRequire(import.meta.url);
const closeLimit = 15_000;

/** Chromium's sandbox does not run as root. */
export const sandboxSwitches = () => (process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []);

/** A camera that Chromium paints itself, and permission to use it. */
const fakeCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/**
 * Starts the built app (or the packaged one that FIELDBOX_APP names) on folders of its own.
 * The caller's environment says where windows are shown (DISPLAY).
 * @param {import('./electron.d.mts').LaunchOptions} options
 */
export async function launchFieldbox({ userData, archive, language = 'en', camera = true, args = [], env = {} }) {
  const { _electron } = require('@playwright/test');
  const packaged = process.env.FIELDBOX_APP;
  if (!packaged) process.env.ELECTRON_OVERRIDE_DIST_PATH ??= findRuntime();
  const runtime = packaged ? path.dirname(path.resolve(root, packaged)) : process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const app = await _electron.launch({
    ...(packaged ? { executablePath: path.resolve(root, packaged) } : {}),
    args: [
      ...(packaged ? [] : [root]),
      ...sandboxSwitches(),
      ...runtimeSwitches(runtime),
      ...(camera ? fakeCamera : []),
      '--enable-unsafe-swiftshader',
      '--force-device-scale-factor=1',
      ...args,
    ],
    cwd: root,
    env: {
      ...process.env,
      FIELDBOX_USER_DATA: userData,
      ...(archive ? { FIELDBOX_ARCHIVE: archive } : {}),
      FIELDBOX_LANGUAGE: language,
      ...env,
    },
  });
  processes.set(app, app.process());
  return app;
}

/** Playwright forgets the process of an app that has ended by itself. */
const processes = new WeakMap();

/**
 * Collects what goes wrong inside the app's windows: errors and warnings on the console, exceptions nobody caught, and
 * windows that crashed. The array grows while the app runs.
 */
export function collectProblems(app) {
  const problems = [];
  const watch = (page) => {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('crash', () => problems.push('the window crashed'));
  };
  app.windows().forEach(watch);
  app.on('window', watch);
  return problems;
}

/** Closes the app as a person would; one that does not end is ended. */
export async function closeFieldbox(app) {
  const child = processes.get(app);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), closeLimit);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
