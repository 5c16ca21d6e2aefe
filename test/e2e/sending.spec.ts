import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ElectronApplication, Page } from '@playwright/test';
import { freePort } from '../fixtures/free-port';
import { writeInstances } from '../fixtures/instances';
import { expect, test } from './support/app';
import { ask, importThrough, skipTheDay } from './support/steps';

const run = promisify(execFile);

/** Goes to a page of "Sending" by the rail and its tab. */
async function toPage(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Sending' }).click();
  await page.getByRole('navigation', { name: 'Sending and receiving' }).getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

/** The next question where to save a file is answered with this path. */
async function saveAs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
}

async function withImages(app: ElectronApplication, page: Page, folder: string, count: number): Promise<void> {
  await skipTheDay(page);
  writeInstances(join(folder, 'in'), count);
  await importThrough(app, page, [join(folder, 'in')]);
}

test('a folder is added, tried out and sent to; the ledger shows what is proven, and is saved as a table', async ({
  fieldbox: { app, page },
  folder,
}) => {
  await withImages(app, page, folder, 6);
  const share = join(folder, 'share');
  mkdirSync(share);
  await toPage(page, 'Destinations');
  await page.getByRole('button', { name: 'Add a destination' }).click();
  await page.getByRole('radio', { name: /^Folder/ }).click({ force: true });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Please look at the fields that are marked.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name' }).fill('District hospital');
  await page.getByRole('textbox', { name: 'Folder' }).fill(share);
  await page.getByRole('button', { name: 'Test now' }).click();
  await expect(page.getByText('It works. Images that arrive will be proven: read back and equal.')).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'District hospital' })).toBeVisible();

  const [patient] = (await ask(page, 'catalog.patients', {})).rows;
  await page.evaluate((key) => (window.location.hash = `#/patient?patient=${key}`), patient?.patient ?? '');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText(/1 patient.*1 study.*6 images/)).toBeVisible();
  await expect(page.getByText('has not been asked whether pictures may leave', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: /6 images to .*District hospital/ })).toBeVisible();
  await expect(page.getByText('6 proven')).toBeVisible();
  expect(readdirSync(share, { recursive: true }).filter((name) => String(name).endsWith('.dcm'))).toHaveLength(6);

  await toPage(page, 'Delivery ledger');
  await expect(page.getByRole('listitem').filter({ hasText: 'read back and equal' })).toHaveCount(6);
  await expect(page.getByText('May be deleted here', { exact: true })).toHaveCount(0);
  await ask(page, 'archive.saveSettings', { proofsWanted: 1 });
  await page.reload();
  await expect(page.getByText('May be deleted here', { exact: true })).toHaveCount(6);
  const table = join(folder, 'ledger.csv');
  await saveAs(app, table);
  await page.getByRole('button', { name: 'Save as a table (CSV)' }).click();
  await expect(page.getByText('6 lines written.')).toBeVisible();
  expect(readFileSync(table, 'utf8').match(/District hospital,,proven,hash/g)).toHaveLength(6);

  const [image] = (await ask(page, 'catalog.images', {})).rows;
  expect(await ask(page, 'ledger.image', { image: image?.image as never })).toMatchObject({ proofs: 1, wanted: 1 });
});

test('a PACS that is not there is shown as not reached, with the reason; what waits can be taken back', async ({
  fieldbox: { app, page },
  folder,
}) => {
  await withImages(app, page, folder, 2);
  const port = await freePort();
  await toPage(page, 'Destinations');
  await page.getByRole('button', { name: 'Add a destination' }).click();
  await page.getByRole('radio', { name: /^PACS or machine/ }).click({ force: true });
  await page.getByRole('textbox', { name: 'Name' }).fill('Radiology');
  await page.getByRole('textbox', { name: 'Address in the network' }).fill('127.0.0.1');
  await page.getByRole('spinbutton', { name: 'Port' }).fill(String(port));
  await page.getByRole('textbox', { name: 'Its AE title' }).fill('PACS');
  await page.getByRole('button', { name: 'Test now' }).click();
  await expect(page.getByText('It answers: no')).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Radiology' })).toBeVisible();

  const [remote] = (await ask(page, 'remotes.list', {})).rows;
  const images = (await ask(page, 'catalog.images', {})).rows.map((row) => row.image);
  await ask(page, 'outbox.send', { selection: { images }, remote: remote?.remote as never, anonymise: null });
  await expect(page.getByText('Not reached')).toBeVisible();
  await expect(page.getByText('The destination cannot be reached now.', { exact: false })).toBeVisible();
  const sign = page.getByRole('link', { name: /^Outbox: 2 waiting, 1 destination cannot be reached now/ });
  await expect(sign).toBeVisible();
  await page.getByRole('button', { name: 'Remove Radiology' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('Images still wait for this destination.', { exact: false })).toBeVisible();
  await page.keyboard.press('Escape');
  await sign.click();
  await page.getByRole('button', { name: /^Take back what waits/ }).click();
  await expect(page.getByText('2 taken back')).toBeVisible();
  await expect(sign).toHaveCount(0);
});

test('machines send into the running app once that is switched on, and it can be asked and fetched from', async ({
  fieldbox: { app, page },
  folder,
}) => {
  await withImages(app, page, folder, 1);
  const port = await freePort();
  await toPage(page, 'Incoming');
  await expect(page.getByText('Switched off')).toBeVisible();
  await page.getByRole('button', { name: 'Set up and switch on' }).click();
  await page.getByRole('spinbutton', { name: 'Port', exact: true }).fill(String(port));
  await page.getByRole('radio', { name: 'This laptop only' }).click({ force: true });
  await expect(page.getByText('Nobody may send yet', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Add a machine' }).click();
  await page.getByRole('textbox', { name: 'AE title of the machine' }).fill('CR1');
  await page.getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByText('Receives', { exact: true })).toBeVisible();

  writeInstances(join(folder, 'send'), 12);
  const env = { ...process.env, TCP_NODELAY: '1' };
  await run('storescu', ['-aet', 'CR1', '-aec', 'FIELDBOX', '+sd', '127.0.0.1', String(port), join(folder, 'send')], {
    env,
  });
  await expect.poll(async () => (await ask(page, 'archive.status', {})).counts.images).toBe(12);
  await expect(page.getByRole('listitem').filter({ hasText: 'CR1' }).first()).toContainText('12 images received');
  await expect(
    run('echoscu', ['-aet', 'NOBODY', '-aec', 'FIELDBOX', '127.0.0.1', String(port)], { env }),
  ).rejects.toThrow();
  await expect(page.getByText('turned away')).toBeVisible();

  await ask(page, 'remotes.save', {
    name: 'This archive',
    settings: {
      kind: 'dimse',
      host: '127.0.0.1',
      port,
      calledAETitle: 'FIELDBOX',
      callingAETitle: 'CR1',
      tls: false,
      certificate: null,
      commitment: true,
      mayTranscode: false,
    },
    policy: { paused: false, hours: null, network: null, bytesPerSecond: null, smallFirst: false },
  });
  await toPage(page, 'Query and retrieve');
  await page.getByRole('textbox', { name: 'Patient number' }).fill('P1');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByText('1 found')).toBeVisible();
  await page.getByRole('button', { name: /^Open:/ }).click();
  await page
    .getByRole('button', { name: /^Fetch/ })
    .first()
    .click();
  await expect(page.getByRole('region', { name: 'Fetched from here' })).toContainText('2 already here');

  await toPage(page, 'Incoming');
  await page.getByRole('button', { name: 'Switch off' }).click();
  await expect(page.getByText('Switched off')).toBeVisible();
});

test('another box is let in and given an address; what is not an address of a box is not taken', async ({
  fieldbox: { page },
}) => {
  await skipTheDay(page);
  const port = await freePort();
  await toPage(page, 'Boxes');
  await expect(page.getByText('Switched off', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Give an address to another box' })).toBeDisabled();
  await page.getByRole('button', { name: 'Change port and address' }).click();
  await page.getByRole('spinbutton', { name: 'Port', exact: true }).fill(String(port));
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'Change port and address' })).toBeVisible();
  await page.getByText('Other boxes may reach this laptop', { exact: true }).click();
  await expect(page.getByText('Can be reached', { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Give an address to another box' }).click();
  await page.getByRole('textbox', { name: 'Name of the other box' }).fill('District hospital');
  await page.getByRole('button', { name: 'Make the address' }).click();
  await expect(page.getByRole('group', { name: 'Address for the box' })).toContainText(
    `http://127.0.0.1:${String(port)}/`,
  );
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('listitem').filter({ hasText: 'District hospital' })).toContainText('Not in contact');
  expect((await ask(page, 'boxes.list', {})).rows).toMatchObject([{ name: 'District hospital', role: 'reached' }]);

  await page.getByRole('button', { name: 'Connect to a box' }).click();
  await page.getByRole('textbox', { name: 'Name of the other box' }).fill('Teaching hospital');
  await page.getByRole('textbox', { name: 'Address for the box' }).fill('teaching.example');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByText('This is not the address of a box.', { exact: false })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByText('Other boxes may reach this laptop', { exact: true }).click();
  await expect(page.getByText('Switched off', { exact: true })).toBeVisible();
  expect(await ask(page, 'hub.status', {})).toMatchObject({ listening: false, settings: { on: false, port } });
});
