import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instanceBytes } from '../fixtures/instances';
import { expect, test } from './support/app';
import { answerDialogs, ask, skipTheDay } from './support/steps';

test('an x-ray that appears in a watched folder shows up in the app by itself, and is sent on', async ({
  fieldbox,
  folder,
}) => {
  const { app, page } = fieldbox;
  const xray = join(folder, 'X-ray unit');
  const target = join(folder, 'Hospital');
  mkdirSync(xray);
  mkdirSync(target);
  await skipTheDay(page);

  // A person sets the folder up.
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /Watched folders/ }).click();
  await page.getByRole('button', { name: 'Watch a folder' }).click();
  const dialog = page.getByRole('dialog');
  await answerDialogs(app, [xray]);
  await dialog.getByRole('button', { name: 'Choose folder' }).click();
  await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('X-ray unit');
  await dialog.getByRole('button', { name: 'Watch a folder' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'X-ray unit' })).toBeVisible();
  await expect(page.getByText('Watching', { exact: true })).toBeVisible();

  // And a rule that sends on what comes from it.
  await page.getByRole('link', { name: 'All of Manage' }).click();
  await ask(page, 'remotes.save', {
    name: 'Hospital',
    settings: { kind: 'folder', path: target },
    policy: { paused: false, hours: null, network: null, bytesPerSecond: null, smallFirst: false },
  });
  await page.getByRole('link', { name: /Forwarding/ }).click();
  await page.getByRole('button', { name: 'Add rule' }).click();
  await dialog.getByRole('button', { name: /Pictures that come from/ }).click();
  await page.getByRole('option', { name: /Watched folder.*X-ray unit/ }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/X-ray unit.*→ Hospital/)).toBeVisible();

  // The unit writes a picture; nobody touches the app.
  await page.keyboard.press('Alt+1');
  await expect(page.getByRole('heading', { level: 1, name: 'Patients' })).toBeVisible();
  const file = join(xray, 'IM0001');
  writeFileSync(file, instanceBytes({ seed: 1, PatientID: 'X-77', PatientName: 'Achieng^Zoe', side: 64 }));
  const before = statSync(file).mtimeMs;
  await expect(page.getByText('Achieng, Zoe').first()).toBeVisible({ timeout: 30_000 });
  const { rows } = await ask(page, 'catalog.images', {});
  expect(rows).toMatchObject([{ source: 'watch', PatientID: 'X-77', fileName: 'IM0001' }]);
  expect(statSync(file).mtimeMs).toBe(before);

  // It is told on the page of the folder, and among the imports with its source.
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /Watched folders/ }).click();
  await expect(page.getByText(/1 picture taken in.*IM0001/)).toBeVisible();
  writeFileSync(join(xray, 'shopping.txt'), 'bread');
  await page.getByRole('button', { name: '1 file needs a look' }).click({ timeout: 30_000 });
  await expect(
    dialog.getByText('This kind of file is not a picture, a PDF or DICOM, so it was put aside.'),
  ).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Show imports' }).click();
  await expect(page.getByText(/Watched folder.*X-ray unit/).first()).toBeVisible();
  await page.getByRole('button', { name: /^View images: X-ray unit/ }).click();
  await expect(page.getByTestId('viewer').locator('canvas').first()).toBeVisible();
  await page.keyboard.press('Escape');

  // It gathers for as long as the import goes on, and is then sent by the outbox and proven.
  await expect.poll(async () => (await ask(page, 'forward.queue', {})).counts.proven, { timeout: 90_000 }).toBe(1);
  expect(readdirSync(target)).toEqual(['X-77']);
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /Forwarding/ }).click();
  await expect(page.getByText(/proven: 1/)).toBeVisible();
});

test('files from which a filter took something are left, until an administrator says that they go as well', async ({
  fieldbox,
  folder,
}) => {
  const { page } = fieldbox;
  const xray = join(folder, 'X-ray unit');
  mkdirSync(xray);
  await skipTheDay(page);
  const { filter } = await ask(page, 'tagFilters.create', {
    name: 'no names',
    list: 'blacklist',
    paths: ['PatientName'],
  });
  await ask(page, 'tagFilters.associate', { filter, source: 'watch', sourceRef: '' });
  await ask(page, 'watch.create', {
    name: 'X-ray unit',
    path: xray,
    clinic: null,
    station: null,
    kind: null,
    subfolders: true,
    afterwards: 'delete',
    moveTo: null,
    skip: [],
  });
  writeFileSync(join(xray, 'IM0001'), instanceBytes({ seed: 1, PatientID: 'X-77', side: 64 }));
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /Watched folders/ }).click();
  await expect(page.getByText(/1 file was left, because a filter removed attributes from it/)).toBeVisible({
    timeout: 30_000,
  });
  expect(readdirSync(xray)).toEqual(['IM0001']);
  await page.getByRole('button', { name: /^Delete the filtered files of/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete these as well' }).click();
  await expect.poll(() => readdirSync(xray), { timeout: 30_000 }).toEqual([]);
});
