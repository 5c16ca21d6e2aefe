import { expect, test } from './support/app';
import { ask } from './support/steps';

test('the window is sandboxed, has no Node, and keeps to its own page', async ({ fieldbox }) => {
  const { page, app } = fieldbox;
  expect(page.url()).toMatch(/^fieldbox:\/\/app\/index\.html/);
  const world = await page.evaluate(() => ({
    require: typeof (globalThis as { require?: unknown }).require,
    process: typeof (globalThis as { process?: unknown }).process,
    bridge: Object.keys((globalThis as unknown as { fieldbox: object }).fieldbox).sort(),
  }));
  expect(world).toEqual({ require: 'undefined', process: 'undefined', bridge: ['on', 'pathsOf', 'verbs'] });
  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    // Electron's types leave this method out, although its own documentation of webPreferences refers to it.
    const contents = window?.webContents as unknown as { getLastWebPreferences(): Record<string, boolean> };
    const { sandbox, contextIsolation, nodeIntegration, webSecurity } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webSecurity };
  });
  expect(preferences).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true });
  await page.evaluate(() => window.open('https://example.org/'));
  await page.evaluate(() => (window.location.href = 'https://example.org/'));
  await page.waitForTimeout(500);
  expect(app.windows()).toHaveLength(1);
  expect(page.url()).toMatch(/^fieldbox:\/\/app\//);
});

test('the page may load nothing from elsewhere and run nothing that is not its own', async ({ fieldbox }) => {
  const { page, problems } = fieldbox;
  const outcome = await page.evaluate(async () => {
    const fetched = await fetch('https://example.org/').then(
      () => 'loaded',
      () => 'refused',
    );
    // A text run as code; the debugger's own evaluation is exempt from the policy, so the page has to do it later by itself.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the very thing that must be refused
    window.setTimeout('window.evaluated = true');
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.head.append(script);
    await new Promise((resolve) => window.setTimeout(resolve, 300));
    return { fetched, evaluated: 'evaluated' in window, injected: 'injected' in window };
  });
  expect(outcome).toEqual({ fetched: 'refused', evaluated: false, injected: false });
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.every((problem) => /Content Security Policy/.test(problem))).toBe(true);
  problems.splice(0);
});

test('a request that breaks the contract is refused with a code, in both directions', async ({ fieldbox }) => {
  const { page } = fieldbox;
  const refused = await page.evaluate(() =>
    (window as unknown as { fieldbox: { verbs: Record<string, (input: unknown) => Promise<unknown>> } }).fieldbox.verbs[
      'catalog.images'
    ]?.({ limit: 'many' }),
  );
  expect(refused).toMatchObject({
    ok: false,
    error: { code: 'BAD_REQUEST', number: 1001, details: { what: 'limit' } },
  });
  const status = await ask(page, 'archive.status', {});
  expect(status.counts.images).toBe(0);
});

test('what was set stays set', async ({ startApp }) => {
  const first = await startApp();
  await ask(first.page, 'settings.set', { language: 'fr', theme: 'dark' });
  await first.close();
  const second = await startApp();
  expect(await ask(second.page, 'settings.get', {})).toMatchObject({ language: 'fr', theme: 'dark' });
  await expect(second.page.locator('html')).toHaveAttribute('lang', 'fr');
  await expect(second.page.locator('html')).toHaveAttribute('data-theme', 'dark');
});
