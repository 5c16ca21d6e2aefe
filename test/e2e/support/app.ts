import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';
import { closeFieldbox, collectProblems, launchFieldbox } from '../../../scripts/lib/electron.mjs';

/** The app as it runs: its window, and where its data lies. */
export interface RunningApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Folder of the archive; new and empty at the start of a test. */
  readonly archive: string;
  readonly userData: string;
  /** Everything that went wrong in its windows so far. A test that provokes an error takes out what it expected. */
  readonly problems: string[];
  close(): Promise<void>;
}

export interface AppOptions {
  /** Language of the interface. */
  language: string;
  /** Is told of no archive, as on a person's first start. Their home is the test's folder then (Linux). */
  firstStart: boolean;
  /** Switches and environment of the app, beside those every test uses. */
  appArguments: readonly string[];
  appEnvironment: Readonly<Record<string, string>>;
}

interface AppFixtures {
  /** A new folder for this test, removed afterwards. */
  folder: string;
  /** Starts the app, again if asked again: on the same folders, so that a test can close it and look what is left. */
  startApp: () => Promise<RunningApp>;
  /** The app, started. */
  fieldbox: RunningApp;
}

/** Playwright's `test` with the real app. A test fails when anything is written to the console as an error or a warning. */
export const test = base.extend<AppOptions & AppFixtures>({
  language: ['en', { option: true }],
  firstStart: [false, { option: true }],
  appArguments: [[], { option: true }],
  appEnvironment: [{}, { option: true }],

  // Playwright reads the names of the fixtures from this pattern; it must be there even when it names none.
  folder: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'fieldbox-e2e-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  },

  startApp: async ({ folder, language, firstStart, appArguments, appEnvironment }, use, testInfo) => {
    const started: RunningApp[] = [];
    const mainLog: string[] = [];
    await use(async () => {
      const running = await start({ folder, language, firstStart, appArguments, appEnvironment }, mainLog);
      started.push(running);
      return running;
    });
    await Promise.all(started.map((running) => running.close()));
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('main process', { body: mainLog.join(''), contentType: 'text/plain' });
    }
    expect(started.flatMap((running) => running.problems)).toEqual([]);
  },

  fieldbox: async ({ startApp }, use) => {
    await use(await startApp());
  },
});

async function start(options: AppOptions & { folder: string }, mainLog: string[]): Promise<RunningApp> {
  const archive = join(options.folder, 'archive');
  const userData = join(options.folder, 'user-data');
  const app = await launchFieldbox({
    userData,
    ...(options.firstStart ? {} : { archive }),
    language: options.language,
    args: options.appArguments,
    env: {
      ...(options.firstStart && { HOME: options.folder, XDG_CONFIG_HOME: join(options.folder, 'config') }),
      ...options.appEnvironment,
    },
  });
  for (const stream of [app.process().stdout, app.process().stderr]) {
    stream?.on('data', (bytes: Buffer) => mainLog.push(bytes.toString('utf8')));
  }
  const problems = collectProblems(app);
  const page = await app.firstWindow();
  await page.waitForLoadState('domcontentloaded');
  let closing: Promise<void> | undefined;
  app.once('close', () => (closing ??= Promise.resolve())); // it may also end by itself
  return { app, page, archive, userData, problems, close: () => (closing ??= closeFieldbox(app)) };
}

export { expect };
