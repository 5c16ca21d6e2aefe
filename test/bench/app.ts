import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { closeFieldbox, launchFieldbox, sandboxSwitches } from '../../scripts/lib/electron.mjs';
import { runCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';
import { compare, say } from './report';

const ROUNDS = 5;
const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-app-'));
const archive = join(folder, 'archive');
const userData = join(folder, 'user-data');

/** An Electron window with one line of text: what starting costs without any app in it. */
function bareApp(): string {
  const bare = join(folder, 'bare');
  mkdirSync(bare);
  writeFileSync(join(bare, 'package.json'), JSON.stringify({ name: 'bare', main: 'main.cjs' }));
  writeFileSync(
    join(bare, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
app.setPath('userData', ${JSON.stringify(join(folder, 'bare-data'))});
app.whenReady().then(() => new BrowserWindow({ width: 1280, height: 800 }).loadURL('data:text/html,<p id=first>row</p>'));`,
  );
  return bare;
}

async function secondsUntil(
  launch: () => Promise<ElectronApplication>,
  ready: string,
  close: (app: ElectronApplication) => Promise<void>,
): Promise<number> {
  const from = performance.now();
  const app = await launch();
  const page = await app.firstWindow();
  await page.waitForSelector(ready, { timeout: 60_000 });
  const seconds = (performance.now() - from) / 1000;
  await close(app);
  return seconds;
}

function today(): string {
  const now = new Date();
  return `${String(now.getFullYear())}${String(now.getMonth() + 1).padStart(2, '0')}${String(now.getDate()).padStart(2, '0')}`;
}

interface Delay {
  readonly p99: number;
  readonly max: number;
}

/** Delay of the main process's event loop while the app imports. */
async function delayWhileImporting(source: string): Promise<Delay> {
  const app = await launchFieldbox({ userData, archive });
  const page = await app.firstWindow();
  await page.waitForSelector('[role=option]');
  await app.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    (globalThis as { benchDelay?: typeof delay }).benchDelay = delay;
  });
  await importAndWait(page, source);
  const measured = await app.evaluate(() => {
    const { benchDelay } = globalThis as { benchDelay?: { percentile(at: number): number; max: number } };
    return { p99: (benchDelay?.percentile(99) ?? Number.NaN) / 1e6, max: (benchDelay?.max ?? Number.NaN) / 1e6 };
  });
  await closeFieldbox(app);
  return measured;
}

async function importAndWait(page: Page, source: string): Promise<void> {
  await page.evaluate(async (path) => {
    const { verbs } = (
      globalThis as unknown as {
        fieldbox: { verbs: Record<string, (input: unknown) => Promise<{ value: { jobs: { state: string }[] } }>> };
      }
    ).fieldbox;
    await verbs['import.start']?.({
      paths: [path],
      context: { patient: null, clinic: null, station: null, kind: null },
    });
    for (;;) {
      const answer = await verbs['jobs.list']?.({});
      if (answer?.value.jobs.every((job) => job.state !== 'running')) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, source);
}

try {
  const first = join(folder, 'first');
  writeInstances(first, 200);
  await runCommand('import', first, '--archive', archive);
  mkdirSync(userData);
  writeFileSync(join(userData, 'settings.json'), JSON.stringify({ pickedOn: today() }));
  const bare = bareApp();
  const ours: number[] = [];
  const floor: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await secondsUntil(() => launchFieldbox({ userData, archive }), '[role=option]', closeFieldbox));
    floor.push(
      await secondsUntil(
        () => _electron.launch({ args: [bare, ...sandboxSwitches(), '--enable-unsafe-swiftshader'] }),
        '#first',
        (app) => app.close(),
      ),
    );
  }
  compare(
    'Start of the app to its first rows',
    [
      { name: 'fieldbox, 200 images', durability: 'archive opened and recovered', seconds: ours },
      { name: 'bare Electron window', durability: 'nothing', seconds: floor },
    ],
    'at most 1.5 times',
  );
  const more = join(folder, 'more');
  writeInstances(more, 2000, 250);
  const { p99, max } = await delayWhileImporting(more);
  say("\nDelay of the main thread's event loop while 2,000 images are imported");
  say(
    `  p99 ${p99.toFixed(1)} ms, longest ${max.toFixed(1)} ms; goal: p99 under 50 ms (${(p99 / 50).toFixed(2)} of the goal)`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
