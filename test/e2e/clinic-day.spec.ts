import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../fixtures/command-line';
import { audiogramPdf } from '../fixtures/audiogram-pdf';
import { instanceBytes } from '../fixtures/instances';
import { expect, test } from './support/app';
import { answerDialogs, ask } from './support/steps';

test('a day at a clinic: registered, photographed, x-rayed, heard, reported, and all of it in one place', async ({
  fieldbox,
  folder,
}) => {
  const { app, page, archive } = fieldbox;
  const xray = join(folder, 'X-ray unit');
  const pdf = join(folder, 'audiogram.pdf');
  mkdirSync(xray);
  writeFileSync(pdf, audiogramPdf());

  // The morning: where are we, and what comes in by itself.
  await page.getByLabel('Name of the clinic').fill('Ensenada');
  await page.getByRole('button', { name: 'Create clinic' }).click();
  await page.getByLabel('New station (desk or room)').fill('Registration');
  await page.getByRole('button', { name: 'Add station' }).click();
  await expect(page.getByRole('radio', { name: 'Registration' })).toBeChecked();
  await page.getByRole('button', { name: 'Start the day' }).click();
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /Watched folders/ }).click();
  await page.getByRole('button', { name: 'Watch a folder' }).click();
  const dialog = page.getByRole('dialog');
  await answerDialogs(app, [xray]);
  await dialog.getByRole('button', { name: 'Choose folder' }).click();
  await dialog.getByRole('button', { name: 'Watch a folder' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'X-ray unit' })).toBeVisible();
  await page.getByRole('link', { name: 'All of Manage' }).click();
  await page.getByRole('link', { name: /Report forms/ }).click();
  await page.getByRole('button', { name: 'New form' }).click();
  await page.getByRole('button', { name: 'TB screening chest x-ray' }).click();
  await page.getByRole('button', { name: 'Save form' }).click();
  await expect(page.getByRole('button', { name: 'New form' })).toBeVisible(); // the list is back: it is saved

  // A patient comes: registered, and a headshot.
  await page.keyboard.press('Alt+1');
  await page.getByRole('button', { name: 'Register new patient' }).first().click();
  await page.getByRole('textbox', { name: 'Family name', exact: true }).fill('Diallo');
  await page.getByRole('textbox', { name: 'Given name', exact: true }).fill('Awa');
  await page.getByText('Not known, age instead', { exact: true }).click();
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Diallo, Awa' })).toBeVisible();
  await page.getByRole('button', { name: 'Take pictures' }).last().click();
  await page.getByRole('radiogroup', { name: 'Kind of picture' }).getByText('Headshot').click();
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  await page.getByRole('button', { name: 'Take picture', exact: true }).click();
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(page.getByText('Stored: 1 picture')).toBeVisible();
  const [patient] = (await ask(page, 'catalog.patients', {})).rows;
  if (!patient) throw new Error('Nobody was registered.');

  // The x-ray unit was given the patient's number, and writes into its folder.
  writeFileSync(
    join(xray, 'IM0001'),
    instanceBytes({ seed: 1, PatientID: patient.PatientID, PatientName: 'DIALLO^AWA', side: 64 }),
  );
  await expect
    .poll(
      async () => (await ask(page, 'catalog.images', { patient: patient.patient })).rows.map(({ source }) => source),
      {
        timeout: 60_000,
      },
    )
    .toEqual(expect.arrayContaining(['camera', 'watch']));

  // The audiogram is a file of the patient.
  await page.keyboard.press('Alt+1');
  await page.getByRole('option', { name: /Diallo/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Diallo, Awa' })).toBeVisible();
  const files = page.getByRole('region', { name: 'Files' });
  await answerDialogs(app, [pdf]);
  await files.getByRole('button', { name: 'Add files' }).click();
  await expect(files.getByRole('listitem')).toHaveCount(1);

  // The report is written beside the x-ray.
  const findings = page.getByRole('region', { name: 'Results and reports' });
  await findings.getByRole('button', { name: 'Write report' }).click();
  const paper = page.getByRole('region', { name: 'Report' });
  await paper.getByText('Good', { exact: true }).click();
  await paper.getByText('Cavity', { exact: true }).click();
  await paper.getByText('Suggestive of TB', { exact: true }).click();
  await paper.getByText('Yes', { exact: true }).click();
  await page.getByRole('button', { name: 'Finish report' }).click();
  await expect(page.getByText('The report is finished.')).toBeVisible();
  await findings.getByRole('button', { name: /^Open report/ }).click();
  await expect(dialog.getByText('Suggestive of TB')).toBeVisible();
  await page.keyboard.press('Escape');

  // The evening: one patient, everything under the day's clinic, and every byte as it was taken in.
  const { rows: patients } = await ask(page, 'catalog.patients', {});
  expect(patients).toMatchObject([{ patient: patient.patient, PatientID: patient.PatientID, images: 2 }]);
  const { rows: images } = await ask(page, 'catalog.images', { patient: patient.patient });
  const photo = images.find(({ source }) => source === 'camera');
  const [clinic] = (await ask(page, 'clinics.list', {})).rows;
  expect(photo).toMatchObject({ clinic: clinic?.clinic });
  expect(patients[0]?.headshot).toBe(photo?.image);
  const { rows: reports } = await ask(page, 'entries.list', { patient: patient.patient });
  expect(reports).toMatchObject([{ state: 'finished' }]);
  await fieldbox.close();
  const verified = await runCommand('verify', '--archive', archive, '--deep', '--json');
  expect(verified.json()).toMatchObject({ missing: 0, corrupt: 0, orphaned: 0 });
});
