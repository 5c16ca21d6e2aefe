import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instanceBytes, sha256Of } from '../fixtures/instances';
import { expect, test } from './support/app';
import { importThrough, skipTheDay } from './support/steps';

/** Three patients, the second of whom has a picture of another day. */
function fill(folder: string): string {
  const source = join(folder, 'source');
  mkdirSync(source);
  const one = (seed: number, PatientID: string, PatientName: string, StudyDate: string): void =>
    writeFileSync(
      join(source, `file ${String(seed)}`),
      instanceBytes({ seed, PatientID, PatientName, StudyDate, side: 64 }),
    );
  one(1, 'Q-1', 'Abel^Ann', '20260105');
  one(2, 'Q-2', 'Baker^Bo', '20260310');
  one(3, 'Q-3', 'Cole^Cy', '20260310');
  return source;
}

test('conditions put together find what fulfils them all, at every level', async ({ fieldbox, folder }) => {
  const { app, page } = fieldbox;
  await skipTheDay(page);
  await importThrough(app, page, [fill(folder)]);
  await page.keyboard.press('Alt+2');
  await page.getByRole('button', { name: 'Search precisely' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Search precisely' })).toBeVisible();
  await expect(page.getByText('3 images', { exact: true })).toBeVisible();

  await page.getByLabel('Value').fill('a');
  await expect(page.getByText('2 images', { exact: true })).toBeVisible();

  await page.getByRole('button', { name: 'Add a condition' }).click();
  const second = page.getByRole('listitem').filter({ hasText: 'Comparison' }).nth(1);
  await second.getByRole('button', { name: /Property/ }).click();
  await page.getByRole('option', { name: 'Another attribute …' }).click();
  await second.getByLabel('DICOM keyword').fill('StudyDate');
  await second.getByRole('button', { name: /Comparison/ }).click();
  await page.getByRole('option', { name: 'begins with' }).click();
  await second.getByLabel('Value').fill('202603');
  await expect(page.getByText('1 image', { exact: true }).first()).toBeVisible();

  await page.getByRole('radio', { name: 'Series with patient' }).check({ force: true });
  await expect(page.getByText('1 series', { exact: true })).toBeVisible();
  await expect(page.getByText(/Baker, Bo/)).toBeVisible();

  // A keyword that nobody knows is told, and the rest stays.
  await second.getByLabel('DICOM keyword').fill('Nonsense');
  await expect(page.getByText(/Nothing in the archive is called "Nonsense"/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Start again' }).click();
  await expect(page.getByText('3 series', { exact: true })).toBeVisible();
  await page.getByRole('radio', { name: 'Patients' }).check({ force: true });
  await expect(page.getByText('3 patients', { exact: true })).toBeVisible();
});

test('a copy of the stored file is saved from the viewer, and is fetched as PNG and as it is', async ({
  fieldbox,
  folder,
}) => {
  const { app, page } = fieldbox;
  await skipTheDay(page);
  await importThrough(app, page, [fill(folder)]);
  await page.keyboard.press('Alt+2');
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .click();
  await expect(page.getByTestId('viewer').locator('canvas').first()).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.getByText('64 × 64 pixels, 8 bits, MONOCHROME2', { exact: false })).toBeVisible();
  const copy = join(folder, 'copy.dcm');
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, copy);
  await page.getByRole('button', { name: 'Save a copy …' }).click();
  await expect(page.getByText('The copy is saved.')).toBeVisible();

  const answers = await page.evaluate(
    async (addresses) => {
      const found: { status: number; type: string | null; name: string | null; bytes: number }[] = [];
      const { value } = (await window.fieldbox.verbs['catalog.images']({ sort: 'arrival', descending: true })) as {
        value: { rows: { image: string }[] };
      };
      for (const address of addresses) {
        const answer = await fetch(`fieldbox://image/${value.rows[0]?.image ?? ''}/${address}`);
        const { headers, status } = answer;
        const bytes = (await answer.arrayBuffer()).byteLength;
        found.push({ status, type: headers.get('content-type'), name: headers.get('content-disposition'), bytes });
      }
      return { found, image: value.rows[0]?.image };
    },
    ['png/0?center=100&width=50&height=32', 'file'],
  );
  expect(sha256Of(readFileSync(copy))).toBe(answers.image);
  expect(answers.found[0]).toMatchObject({ status: 200, type: 'image/png' });
  expect(answers.found[1]).toMatchObject({
    status: 200,
    type: 'application/dicom',
    bytes: readFileSync(copy).byteLength,
  });
  expect(answers.found[1]?.name).toMatch(/^attachment; filename="2\.25\.\d+\.dcm"$/);
});
