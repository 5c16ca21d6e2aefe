import { expect, test } from './support/app';
import { ask, skipTheDay } from './support/steps';

test('a picture is taken, retaken, kept for the patient, and is safe before the screen says so', async ({
  fieldbox,
}) => {
  const { page } = fieldbox;
  await skipTheDay(page);
  await page.getByRole('button', { name: 'Register new patient' }).click();
  await page.getByRole('textbox', { name: 'Family name', exact: true }).fill('Otieno');
  await page.getByText('Not known, age instead', { exact: true }).click();
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByRole('button', { name: 'Take pictures' }).last().click();
  await page.getByRole('radiogroup', { name: 'Kind of picture' }).getByText('Headshot').click();
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  await page.getByRole('button', { name: 'Take picture', exact: true }).click();
  await page.getByRole('button', { name: 'Retake' }).click();
  expect((await ask(page, 'archive.status', {})).counts.images).toBe(0);
  await page.getByRole('button', { name: 'Take picture', exact: true }).click();
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(page.getByText('Stored: 1 picture')).toBeVisible();
  const { rows } = await ask(page, 'catalog.images', {});
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ source: 'camera', PatientName: 'Otieno', Modality: 'XC', hasPixels: true });
  const patients = (await ask(page, 'catalog.patients', {})).rows;
  expect(patients[0]).toMatchObject({ registered: true, headshot: rows[0]?.image, images: 1 });
});
