import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../fixtures/command-line';
import { instanceBytes } from '../fixtures/instances';
import { expect, test } from './support/app';
import { ask, importThrough, skipTheDay } from './support/steps';

test('a report is filled in beside the x-ray, found again, corrected, and kept as PDF', async ({
  fieldbox,
  folder,
}) => {
  const { app, page, archive } = fieldbox;
  await skipTheDay(page);
  const source = join(folder, 'chest');
  mkdirSync(source);
  writeFileSync(
    join(source, 'chest.dcm'),
    instanceBytes({ seed: 1, PatientID: 'TB-1', PatientName: 'Diallo^Awa', side: 64 }),
  );

  // The form that comes with Fieldbox, made the clinic's own.
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /Report forms/ }).click();
  await page.getByRole('button', { name: 'New form' }).click();
  await page.getByRole('button', { name: 'TB screening chest x-ray' }).click();
  await expect(page.getByRole('region', { name: 'Preview' }).getByText('Sputum test needed')).toBeVisible();
  await page.getByRole('button', { name: 'Save form' }).click();
  await expect(page.getByRole('button', { name: 'New form' })).toBeVisible();
  await expect(page.getByText('TB screening chest x-ray', { exact: true }).first()).toBeVisible();

  await importThrough(app, page, [source]);
  await page.keyboard.press('Alt+1');
  await page.getByLabel('Search patients').fill('diallo');
  await page.getByRole('option', { name: /Diallo/ }).click();
  const findings = page.getByRole('region', { name: 'Results and reports' });

  // A score typed off the box: without a version it is marked so.
  await findings.getByRole('button', { name: 'Add result' }).click();
  await page.getByLabel('Name of the result').fill('CAD4TB 6');
  await page.getByRole('textbox', { name: 'Number' }).fill('71,42');
  await page.getByLabel('Threshold').fill('70');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(findings.getByText('71.42')).toBeVisible();
  await expect(findings.getByText('version unknown')).toBeVisible();
  await expect(findings.getByText('reaches the threshold')).toBeVisible();

  // The report, with the picture beside it.
  await findings.getByRole('button', { name: 'Write report' }).click();
  await expect(page.getByTestId('viewer').locator('canvas').first()).toBeVisible();
  await page.getByRole('button', { name: 'Finish report' }).click();
  await expect(page.getByText('3 answers do not fit yet.')).toBeVisible();
  const paper = page.getByRole('region', { name: 'Report' });
  await paper.getByText('Good', { exact: true }).click();
  await paper.getByText('Cavity', { exact: true }).click();
  await paper.getByText('Suggestive of TB', { exact: true }).click();
  await paper.getByText('Yes', { exact: true }).click();
  await page.getByRole('button', { name: 'Finish report' }).click();
  await expect(page.getByText('The report is finished.')).toBeVisible();

  // Found again, and read.
  await findings.getByRole('button', { name: /^Open report/ }).click();
  await expect(page.getByRole('dialog').getByText('Suggestive of TB')).toBeVisible();

  // A correction stands beside what was finished.
  await page.getByRole('dialog').getByRole('button', { name: 'Correct' }).click();
  await expect(page.getByText(/What was finished stays/)).toBeVisible();
  await page.getByLabel('Notes').fill('Old scar, right upper zone');
  await page.getByRole('button', { name: 'Finish report' }).click();
  await findings.getByRole('button', { name: /^Open report/ }).click();
  await expect(page.getByText('Earlier revisions')).toBeVisible();

  // On paper, and from there into the visit.
  await page.getByRole('dialog').getByRole('button', { name: 'Print' }).click();
  const sheet = page.getByTestId('sheet');
  await expect(sheet.getByText('Old scar, right upper zone')).toBeVisible();
  await expect(sheet.getByText('version unknown')).toBeVisible();
  await page.getByRole('button', { name: 'Keep as PDF in the visit' }).click();
  await expect(page.getByText('The PDF is in the visit now.')).toBeVisible();
  const { rows } = await ask(page, 'entries.list', {});
  expect(rows).toMatchObject([{ revision: 2, state: 'finished', formVersion: 1 }]);
  const { rows: images } = await ask(page, 'catalog.images', { modality: 'DOC' });
  expect(images).toMatchObject([{ image: rows[0]?.document, PatientID: 'TB-1' }]);

  // Whoever goes elsewhere while a report is being saved stays there.
  await page.goto(`${page.url().split('#')[0] ?? ''}#/report?series=${rows[0]?.seriesKey ?? ''}`);
  await expect(page.getByRole('button', { name: 'Save draft' })).toBeVisible();
  await page.getByRole('button', { name: 'Save draft' }).evaluate((button: HTMLElement) => {
    button.click();
    window.location.hash = '#/settings';
  });
  await expect(page.getByText('The draft is saved.')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();

  await fieldbox.close();
  const verified = await runCommand('verify', '--archive', archive, '--deep', '--json');
  expect(verified.json()).toMatchObject({ objects: 3, missing: 0, corrupt: 0, orphaned: 0 });
});

test('patients and images go into the archives of projects', async ({ fieldbox, folder }) => {
  const { app, page } = fieldbox;
  await skipTheDay(page);
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /^Projects/ }).click();
  await page.getByRole('button', { name: 'New project' }).click();
  await page.getByLabel('Name', { exact: true }).fill('North');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'New archive' }).click();
  await page.getByLabel('Name', { exact: true }).fill('van-3');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('van-3')).toBeVisible();

  const source = join(folder, 'chest');
  mkdirSync(source);
  writeFileSync(join(source, 'a.dcm'), instanceBytes({ seed: 1, PatientID: 'TB-1', PatientName: 'Diallo^Awa' }));
  await importThrough(app, page, [source]);
  await page.keyboard.press('Alt+1');
  await page.getByRole('option', { name: /Diallo/ }).click();
  await page.getByRole('button', { name: 'Projects' }).click();
  await page.getByRole('button', { name: 'Add: North / van-3' }).click();
  await expect(page.getByText(/Put into .*North \/ van-3.*: 1 series/)).toBeVisible();
  const [project] = (await ask(page, 'projects.list', {})).rows;
  expect(project?.archives).toMatchObject([{ name: 'van-3', patients: 1, series: 1 }]);
});
