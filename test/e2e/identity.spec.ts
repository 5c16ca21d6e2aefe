import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PatientInput, type PatientRow } from '../../shared/model/rows';
import { instanceBytes } from '../fixtures/instances';
import { expect, test, type RunningApp } from './support/app';
import { ask, importThrough, skipTheDay } from './support/steps';

/** Three x-rays that were taken while the card of somebody else was open. */
async function withWrongPatient({ app, page }: RunningApp, folder: string): Promise<PatientRow> {
  await skipTheDay(page);
  const right = await ask(
    page,
    'patients.register',
    PatientInput.parse({
      PatientName: 'Otieno^Grace',
      PatientID: '0042',
      PatientSex: 'F',
      PatientBirthDate: '19900303',
      birthDatePrecision: 'known',
      ageYears: null,
      temporary: false,
      consent: 'yes',
      note: '',
    }),
  );
  const source = join(folder, 'xrays');
  mkdirSync(source);
  for (const seed of [1, 2, 3])
    writeFileSync(
      join(source, `${String(seed)}.dcm`),
      instanceBytes({ seed, PatientID: '0007', PatientName: 'Wafula^Peter', side: 64 }),
    );
  await importThrough(app, page, [source]);
  return right;
}

async function openPatient(page: RunningApp['page'], name: string, typed = name): Promise<void> {
  await page.getByRole('link', { name: 'Patients' }).first().click();
  await page.getByRole('combobox', { name: 'Search patients' }).fill(typed);
  await page
    .getByRole('option', { name: new RegExp(typed) })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1, name: new RegExp(name) })).toBeVisible();
}

test('wrong patient repaired: moved, undone, moved again, and everything that leaves names the right one', async ({
  fieldbox,
  folder,
}) => {
  const { page } = fieldbox;
  const right = await withWrongPatient(fieldbox, folder);
  await openPatient(page, 'Wafula');
  const boxes = page.getByRole('checkbox', { name: /^Select/ });
  await expect(boxes).toHaveCount(3);
  await boxes.nth(0).click();
  await boxes.nth(2).click();
  const bar = page.getByRole('region', { name: 'Selected images' });
  await bar.getByRole('button', { name: 'Move to another patient' }).click();
  await page.getByRole('dialog').getByRole('combobox', { name: 'Search patients' }).fill('Otieno');
  const dialog = page.getByRole('dialog', { name: 'Move to another patient' });
  const option = page.getByRole('dialog').getByRole('option', { name: /Otieno/ });
  // The list is read anew after an import: a row that has just gone takes no click.
  await expect(async () => {
    if (await option.isVisible()) await option.click({ timeout: 2_000 });
    await expect(dialog.getByText('2 images move.')).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(dialog.getByRole('button', { name: 'Move', exact: true })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Wrong patient was open' }).click();
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(page.getByText('Moved to Otieno, Grace.')).toBeVisible();
  await expect(boxes).toHaveCount(1);
  const rows = (await ask(page, 'catalog.images', { patient: right.patient })).rows;
  expect(rows.map((row) => row.PatientID)).toEqual(['0042', '0042']);
  const moved = rows[0];
  if (!moved) throw new Error('Two were moved.');
  const tags = (await ask(page, 'catalog.tags', { image: moved.image })).rows;
  expect(tags.find((tag) => tag.path === '00100010')?.value).toBe('Otieno^Grace');

  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(page.getByText('The images are back where they were.')).toBeVisible();
  await expect(boxes).toHaveCount(3);

  // The whole visit, from its head; then undone from the card of the right patient.
  await page.getByRole('region', { name: /2026/ }).getByRole('button', { name: 'Move to another patient' }).click();
  await page
    .getByRole('dialog')
    .getByRole('option', { name: /Otieno/ })
    .click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('Cards mixed up');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(page.getByText('Moved to Otieno, Grace.')).toBeVisible();
  await openPatient(page, 'Otieno');
  await expect(page.getByText('3 images from')).toBeVisible();
  await page.getByRole('button', { name: /^Undo the move of/ }).click();
  await expect(page.getByText(/Undone on/)).toHaveCount(2); // the first of them was undone before
  expect((await ask(page, 'catalog.images', { patient: right.patient })).total).toBe(0);
});

test('two cards of one person become one, are found by either number, and part again', async ({ fieldbox, folder }) => {
  const { page } = fieldbox;
  await withWrongPatient(fieldbox, folder);
  await ask(
    page,
    'patients.register',
    PatientInput.parse({
      PatientName: 'Wafula^Petr',
      PatientID: '0051',
      PatientSex: 'M',
      PatientBirthDate: '19800102',
      birthDatePrecision: 'known',
      ageYears: null,
      temporary: false,
      consent: 'no',
      note: '',
    }),
  );
  await openPatient(page, 'Wafula', '0051');
  await expect(page.getByText('Might be the same person')).toBeVisible();
  await page.getByRole('button', { name: /^Compare with Wafula, Peter/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Are they one person?' });
  await expect(dialog.getByRole('row', { name: /Number/ })).toContainText('0007');
  await expect(dialog.getByText('must not leave the clinic')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Spelled wrong at the gate');
  await dialog.getByRole('button', { name: 'They are one person: merge' }).click();
  await expect(page.getByText('Also known as')).toBeVisible();
  expect((await ask(page, 'catalog.patients', { text: '0007' })).rows.map((row) => row.PatientID)).toEqual(['0051']);
  await page.getByRole('button', { name: /^Undo the merge with/ }).click();
  await expect(page.getByText('Wafula, Peter has a card of their own again.')).toBeVisible();
  await expect(page.getByText('Also known as')).toBeHidden();
});

test('a deleted picture comes back, and is gone only when someone types that it shall be', async ({
  fieldbox,
  folder,
}) => {
  const { page } = fieldbox;
  await withWrongPatient(fieldbox, folder);
  await openPatient(page, 'Wafula');
  const boxes = page.getByRole('checkbox', { name: /^Select/ });
  await boxes.nth(0).click();
  await page.getByRole('region', { name: 'Selected images' }).getByRole('button', { name: 'Delete' }).click();
  await expect(boxes).toHaveCount(2);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(boxes).toHaveCount(3);
  await boxes.nth(0).click();
  await boxes.nth(1).click();
  await page.getByRole('region', { name: 'Selected images' }).getByRole('button', { name: 'Delete' }).click();
  await expect(boxes).toHaveCount(1);

  await page.getByRole('link', { name: 'Manage' }).first().click();
  await page.getByRole('link', { name: /Trash/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Trash' })).toBeVisible();
  const tiles = page.getByRole('list', { name: 'Trash' }).getByRole('listitem');
  await expect(tiles).toHaveCount(2);
  await tiles.nth(0).getByText('Wafula, Peter').click();
  await page.getByRole('button', { name: 'Restore' }).click();
  await expect(tiles).toHaveCount(1);
  await page.getByRole('button', { name: 'Select all' }).click();
  await page.getByRole('button', { name: 'Erase for good' }).click();
  const dialog = page.getByRole('dialog', { name: 'Erase for good?' });
  await expect(dialog.getByRole('button', { name: 'Erase for good' })).toBeDisabled();
  await dialog.getByRole('textbox').fill('erase');
  await dialog.getByRole('button', { name: 'Erase for good' }).click();
  await expect(page.getByText('1 image was erased for good.')).toBeVisible();
  await expect(page.getByText('The trash is empty')).toBeVisible();
  expect((await ask(page, 'catalog.images', {})).total).toBe(2);
});

test('a value is put right in the viewer, and the older version is there to go back to', async ({
  fieldbox,
  folder,
}) => {
  const { page } = fieldbox;
  await withWrongPatient(fieldbox, folder);
  await openPatient(page, 'Wafula');
  await page.getByRole('button', { name: /^Open/ }).first().click();
  await page.getByRole('button', { name: 'All data' }).click();
  const panel = page.getByRole('region', { name: 'All data' });
  await panel.getByRole('searchbox').fill('Study ID');
  await panel.getByRole('button', { name: 'Change Study ID' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change a value' });
  await dialog.getByRole('textbox', { name: 'New value' }).fill('X-17');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Typing error');
  await dialog.getByRole('button', { name: 'Change', exact: true }).click();
  await expect(page.getByText('Changed. The old version is kept.')).toBeVisible();
  await panel.getByRole('searchbox').fill('0020,0010');
  await expect(panel.getByText('X-17')).toBeVisible();
  await panel.getByRole('button', { name: 'Versions' }).click();
  const versions = page.getByRole('dialog', { name: 'Versions of this image' });
  await expect(versions.getByText('Typing error')).toBeVisible();
  await versions.getByRole('textbox', { name: 'Reason' }).fill('It was right');
  await versions.getByRole('button', { name: /^Go back to the version/ }).click();
  await expect(page.getByText('The older version is the current one again.')).toBeVisible();
  const { rows } = await ask(page, 'catalog.images', {});
  expect(rows.map((row) => row.arrival)).toHaveLength(3);
});
