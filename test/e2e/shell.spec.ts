import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../fixtures/command-line';
import { instanceBytes } from '../fixtures/instances';
import { expect, test, type RunningApp } from './support/app';
import { answerDialogs, ask, skipTheDay } from './support/steps';
import { runSecond } from './support/second-process';

/** What `verify --json` counts. */
const Verified = z.object({ objects: z.int(), missing: z.int(), corrupt: z.int(), orphaned: z.int() });
/** More than any machine takes in while a person closes a window. */
const MANY = 4000;
const nobody = { patient: null, clinic: null, station: null, kind: null };

/** A folder with so many files that importing them takes a while. */
function manyFiles(folder: string, count: number): string {
  const source = join(folder, 'many');
  mkdirSync(source);
  for (let seed = 0; seed < count; seed += 1)
    writeFileSync(join(source, String(seed)), instanceBytes({ seed, PatientName: 'Achieng^Zoe' }));
  return source;
}

/** Answers the app's questions with a button (0, 1 ...) and writes down what was asked. */
async function answerQuestions({ app }: RunningApp, button: number): Promise<void> {
  await app.evaluate(({ dialog }, response) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    const answer = (...given: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> => {
      asked.push((given.at(-1) as { message: string }).message);
      return Promise.resolve({ response, checkboxChecked: false });
    };
    dialog.showMessageBox = answer;
  }, button);
}

const questions = ({ app }: RunningApp): Promise<string[]> =>
  app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);

const closeWindow = ({ app }: RunningApp): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().forEach((window) => window.close()));

// Where the person's documents are can be told to the app on Linux alone.
if (process.platform === 'linux') {
  test.describe('first start', () => {
    test.use({ firstStart: true });
    test('makes an archive in the documents, and opens it again', async ({ startApp, folder }) => {
      const path = join(folder, 'Documents', 'Fieldbox');
      mkdirSync(join(folder, 'Documents'));
      mkdirSync(join(folder, 'config'));
      writeFileSync(join(folder, 'config', 'user-dirs.dirs'), 'XDG_DOCUMENTS_DIR="$HOME/Documents"\n');
      const first = await startApp();
      await skipTheDay(first.page);
      expect((await ask(first.page, 'app.info', {})).archive).toEqual({ state: 'open', path });
      const { archiveId } = await ask(first.page, 'archive.status', {});
      await first.close();
      const second = await startApp();
      expect((await ask(second.page, 'archive.status', {})).archiveId).toBe(archiveId);
    });
  });
}

test('closing the window while an import runs asks; what was added by then is whole', async ({ fieldbox, folder }) => {
  const { app, page, archive } = fieldbox;
  await ask(page, 'import.start', { paths: [manyFiles(folder, MANY)], context: nobody });
  await expect.poll(async () => (await ask(page, 'archive.status', {})).counts.images).toBeGreaterThan(0);
  await answerQuestions(fieldbox, 0);
  await closeWindow(fieldbox);
  await expect.poll(() => questions(fieldbox)).toEqual(['Something is still running.']);
  expect((await ask(page, 'jobs.list', {})).jobs[0]?.state).toBe('running');
  await answerQuestions(fieldbox, 1);
  const ended = new Promise((resolve) => app.process().once('exit', resolve));
  await closeWindow(fieldbox);
  expect(await ended).toBe(0);
  const verified = await runCommand('verify', '--archive', archive, '--deep', '--json');
  const { objects, missing, corrupt, orphaned } = Verified.parse(verified.json());
  expect({ missing, corrupt, orphaned }).toEqual({ missing: 0, corrupt: 0, orphaned: 0 });
  expect(objects).toBeGreaterThan(0);
  expect(objects).toBeLessThan(MANY);
});

test('closing the window with a picture nobody has decided on asks about it', async ({ fieldbox }) => {
  const { page } = fieldbox;
  await skipTheDay(page);
  const { patient } = await ask(page, 'patients.register', {
    PatientName: 'Otieno',
    PatientID: '',
    PatientSex: '',
    PatientBirthDate: '',
    birthDatePrecision: 'unknown',
    ageYears: null,
    temporary: false,
    consent: 'yes',
    note: '',
  });
  await page.evaluate((key) => (window.location.hash = `#/patient?patient=${key}`), patient);
  await page.getByRole('button', { name: 'Take pictures' }).last().click();
  await page.getByRole('radiogroup', { name: 'Kind of picture' }).getByText('Headshot').click();
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  await page.getByRole('button', { name: 'Take picture', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Keep', exact: true })).toBeVisible();
  await answerQuestions(fieldbox, 0);
  await closeWindow(fieldbox);
  await expect.poll(() => questions(fieldbox)).toEqual(['A picture is not stored yet.']);
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(page.getByText('Stored: 1 picture')).toBeVisible();
  await answerQuestions(fieldbox, 0);
  const ended = new Promise((resolve) => fieldbox.app.process().once('exit', resolve));
  await closeWindow(fieldbox);
  expect(await ended).toBe(0);
});

test('closing the window with nothing running asks nothing and lets go of the archive', async ({ fieldbox }) => {
  const ended = new Promise((resolve) => fieldbox.app.process().once('exit', resolve));
  await answerQuestions(fieldbox, 0);
  await closeWindow(fieldbox);
  expect(await ended).toBe(0);
  expect(existsSync(join(fieldbox.archive, 'archive.lock.json'))).toBe(false);
  expect((await runCommand('verify', '--archive', fieldbox.archive)).code).toBe(0);
});

test('a second start brings the first window to the front and ends', async ({ fieldbox }) => {
  const { app, page, userData } = fieldbox;
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
  const second = await runSecond(app, [], { FIELDBOX_USER_DATA: userData });
  expect(second.code).toBe(0);
  expect(app.windows()).toHaveLength(1);
  await expect
    .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized()))
    .toBe(false);
  expect((await ask(page, 'app.info', {})).archive.state).toBe('open');
});

test('the command line of the app runs without a display, and says who holds the archive', async ({
  fieldbox,
  folder,
}) => {
  const { app, archive } = fieldbox;
  const headless = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined };
  const held = await runSecond(app, ['--cli', 'find', '--archive', archive, '--level', 'image', '--json'], headless);
  expect(held.code).toBe(2);
  expect(JSON.parse(held.stdout)).toMatchObject({
    error: { code: 'ARCHIVE_IN_USE', details: { holder: 'Fieldbox', pid: app.process().pid } },
  });
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'one'), instanceBytes({ seed: 1, PatientName: 'Núñez^José' }));
  writeFileSync(join(source, 'none'), 'bread');
  const other = join(folder, 'other');
  const imported = await runSecond(app, ['--cli', 'import', source, '--archive', other, '--json'], headless);
  expect(imported.code).toBe(1);
  expect(JSON.parse(imported.stdout)).toMatchObject({ files: 2, added: 1, rejected: [{ code: 'FILE_UNKNOWN' }] });
  const found = await runSecond(
    app,
    ['--cli', 'find', '--archive', other, '--level', 'patient', '--text', 'nunez', '--json'],
    headless,
  );
  expect(found.code).toBe(0);
  expect(JSON.parse(found.stdout)).toMatchObject({ total: 1, rows: [{ PatientName: 'Núñez^José' }] });
});

test('a page that dies is loaded again, and the archive does not notice', async ({ fieldbox }) => {
  const { app, problems, userData, archive } = fieldbox;
  // The debugger that drives this test holds the new page back, so it is the main process that is asked.
  await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    contents?.once('did-start-navigation', ({ url }) => Object.assign(globalThis, { shownAgain: url }));
    contents?.forcefullyCrashRenderer();
  });
  await expect
    .poll(() => app.evaluate(() => (globalThis as unknown as { shownAgain?: string }).shownAgain))
    .toMatch(/^fieldbox:\/\/app\/index\.html/);
  await expect
    .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.isCrashed()))
    .toBe(false);
  await expect.poll(() => problems).toEqual(['the window crashed']);
  problems.splice(0);
  expect(existsSync(join(archive, 'archive.lock.json'))).toBe(true);
  expect(readFileSync(join(userData, 'logs', 'fieldbox.log'), 'utf8')).toContain('"where":"window","reason":"crashed"');
});

test('the camera may be used, and nothing else of the machine', async ({ fieldbox }) => {
  const { page } = fieldbox;
  const outcome = await page.evaluate(async () => {
    const name = (error: unknown): string => (error instanceof Error ? error.name : 'failed');
    return {
      camera: await navigator.mediaDevices
        .getUserMedia({ video: true })
        .then((stream) => (stream.getTracks().forEach((track) => track.stop()), 'given'), name),
      microphone: (await navigator.permissions.query({ name: 'microphone' })).state,
      place: await new Promise((resolve) =>
        navigator.geolocation.getCurrentPosition(
          () => resolve('given'),
          () => resolve('refused'),
        ),
      ),
      notices: await Notification.requestPermission(),
      paste: await navigator.clipboard.readText().then(() => 'given', name),
    };
  });
  expect(outcome).toEqual({
    camera: 'given',
    microphone: 'denied',
    place: 'refused',
    notices: 'denied',
    paste: 'NotAllowedError',
  });
});

test('files that are dropped are known by their paths', async ({ fieldbox, folder }) => {
  const { page } = fieldbox;
  const path = join(folder, 'X-ray of Núñez.dcm');
  writeFileSync(path, instanceBytes({ seed: 1 }));
  await page.evaluate(() => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', id: 'dropped' });
    document.body.append(input);
  });
  await page.locator('#dropped').setInputFiles(path);
  const paths = await page.evaluate(() => {
    const { pathsOf } = (window as unknown as { fieldbox: { pathsOf: (files: readonly File[]) => readonly string[] } })
      .fieldbox;
    const input = document.querySelector<HTMLInputElement>('#dropped');
    return pathsOf([...(input?.files ?? []), new File(['made by the page'], 'nowhere.txt')]);
  });
  expect(paths).toEqual([path]);
});

test('another folder that is no archive is refused, and the one that is open stays open', async ({
  fieldbox,
  folder,
}) => {
  const { app, page, archive } = fieldbox;
  await skipTheDay(page);
  const foreign = join(folder, 'holiday');
  mkdirSync(foreign);
  writeFileSync(join(foreign, 'beach.txt'), 'x');
  await page.keyboard.press('Alt+8');
  await answerDialogs(app, [foreign]);
  await page.getByRole('button', { name: 'Open another archive folder' }).click();
  await expect(page.getByText('This folder holds other things and is not a Fieldbox archive.').first()).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  expect((await ask(page, 'app.info', {})).archive).toEqual({ state: 'open', path: archive });
  await answerDialogs(app, [join(folder, 'second archive')]);
  await page.getByRole('button', { name: 'Open another archive folder' }).click();
  await expect
    .poll(async () => (await ask(page, 'app.info', {})).archive)
    .toEqual({ state: 'open', path: join(folder, 'second archive') });
});

test('menus follow the language at once, the system’s own words at the next start', async ({ startApp }) => {
  const first = await startApp();
  const menus = ({ app }: RunningApp): Promise<string[]> =>
    app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map((item) => item.label) ?? []);
  expect(await menus(first)).toEqual(['&File', '&Edit', '&View']);
  await ask(first.page, 'settings.set', { language: 'ar', theme: 'dark' });
  expect(await menus(first)).toEqual(['ملف', 'تحرير', 'عرض']);
  expect(await first.app.evaluate(({ nativeTheme }) => nativeTheme.shouldUseDarkColors)).toBe(true);
  await first.close();
  const second = await startApp();
  expect(await second.app.evaluate(({ app }) => app.getLocale())).toBe('ar');
  await expect(second.page.locator('html')).toHaveAttribute('dir', 'rtl');
});

test('the log says what failed without saying whose it was', async ({ startApp, folder }) => {
  const running = await startApp();
  const archive = join(folder, 'Achieng Zoe');
  writeFileSync(archive, 'a file where an archive should be');
  const answer = await running.page.evaluate(
    (path) =>
      (
        window as unknown as { fieldbox: { verbs: Record<string, (input: unknown) => Promise<unknown>> } }
      ).fieldbox.verbs['archive.open']?.({ path }),
    archive,
  );
  expect(answer).toMatchObject({ ok: false, error: { code: 'NOT_AN_ARCHIVE' } });
  await running.close();
  const lines = readFileSync(join(running.userData, 'logs', 'fieldbox.log'), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['start', 'fault', 'end']);
  expect(lines[1]).toContain('NOT_AN_ARCHIVE');
  expect(lines.join('\n')).not.toMatch(/Achieng|Zoe/);
});
