import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './support/app';
import { answerSaving, ask, importThrough, skipTheDay } from './support/steps';
import { instanceBytes } from '../fixtures/instances';

test('anonymise and find again by key', async ({ fieldbox, folder }) => {
  const { app, page } = fieldbox;
  const scans = join(folder, 'scans');
  mkdirSync(scans);
  for (const seed of [1, 2])
    writeFileSync(
      join(scans, `${String(seed)}.dcm`),
      instanceBytes({ seed, PatientID: 'H-77', PatientName: 'Okonkwo^Chidinma', side: 128 }),
    );
  await skipTheDay(page);
  await importThrough(app, page, [scans]);

  await page.getByRole('link', { name: 'Patients' }).click();
  await page.getByRole('option').first().click();
  await page.getByRole('button', { name: 'Anonymise', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Anonymise' })).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('2 pictures probably have names or numbers');

  await page.getByRole('button', { name: 'Look and cover' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cover writing' });
  const picture = dialog.getByRole('img');
  const box = await picture.boundingBox();
  if (!box) throw new Error('the picture is not shown');
  await page.mouse.move(box.x + 10, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 4, { steps: 4 });
  await page.mouse.up();
  await expect(dialog.getByText('Area 1:')).toBeVisible();
  await dialog.getByRole('button', { name: 'Only in this picture' }).click();
  await expect(page.getByText('Drawn for 1 picture')).toBeVisible();

  await page.getByRole('button', { name: 'Anonymise', exact: true }).last().click();
  await expect(page.getByText('2 anonymous images were made')).toBeVisible();
  const copy = page.getByRole('link', { name: /^ANON-/ });
  const name = (await copy.innerText()).split('\n')[0] ?? '';
  await copy.click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: 'Anonymisation keys' }).click();
  await expect(page.getByText('1 key', { exact: true })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find again' }).fill(name.toLowerCase());
  await page.getByRole('link', { name: /Okonkwo, Chidinma/ }).click();
  await expect(page.getByText('H-77')).toBeVisible();
  await page.getByRole('button', { name: 'Get the original' }).first().click();
  const why = page.getByRole('dialog', { name: 'Get the original back?' });
  await why.getByLabel('Reason').fill('asked by the family');
  await why.getByRole('button', { name: 'Get the original' }).click();
  await expect(page.getByText('The original is in the archive.')).toBeVisible();
  const log = await ask(page, 'log.list', { text: '', limit: 100 });
  expect(log.rows.find(({ code }) => code === 'REIDENTIFIED')?.details).toEqual({ reason: 'asked by the family' });
  await page.getByRole('button', { name: 'Open the patient' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Okonkwo, Chidinma' })).toBeVisible();

  const table = join(folder, 'keys.csv');
  await answerSaving(app, table);
  expect(await ask(page, 'dialog.saveFile', { suggestedName: 'keys.csv' })).toEqual({ path: table });
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: 'Anonymisation keys' }).click();
  await page.getByRole('button', { name: 'Save as table' }).click();
  await expect(page.getByText('The table has 2 lines')).toBeVisible();

  await page.getByRole('link', { name: /^ANON-/ }).click();
  await page.getByRole('button', { name: 'Delete key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete key' }).click();
  await expect(page.getByText('No keys yet')).toBeVisible();
});

test('areas kept for a device are named, corrected and removed', async ({ fieldbox }) => {
  const { page } = fieldbox;
  await skipTheDay(page);
  const device = { Manufacturer: 'Acme', ManufacturerModelName: 'Echo 5', Modality: 'US', Rows: 480, Columns: 640 };
  await ask(page, 'anonymisation.saveMask', { device, areas: [{ x: 0, y: 0, width: 640, height: 40 }] });
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /^Covered areas/ }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Acme Echo 5' })).toBeVisible();
  await page.getByRole('button', { name: 'Look and change' }).click();
  const dialog = page.getByRole('dialog', { name: 'Areas of this device' });
  await expect(dialog.getByText(/no picture of this device any more/)).toBeVisible();
  await dialog.getByLabel(/^Name of the device/).fill('Ultrasound, room 2');
  await dialog.getByRole('button', { name: 'Cover the bottom' }).click();
  await dialog.getByRole('button', { name: 'Remove area 1' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Ultrasound, room 2' })).toBeVisible();
  expect((await ask(page, 'anonymisation.masks', {})).rows).toMatchObject([
    { name: 'Ultrasound, room 2', areas: [{ x: 0, y: 422, width: 640, height: 58 }] },
  ]);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByText('No areas kept yet')).toBeVisible();
});
