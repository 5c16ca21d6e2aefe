import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { sortedBytes } from '../fixtures/classification';
import { expect, test } from './support/app';
import { ask, importThrough, skipTheDay } from './support/steps';

function films(folder: string): string {
  const source = join(folder, 'films');
  mkdirSync(source);
  const write = (name: string, spec: Parameters<typeof sortedBytes>[0]): void =>
    writeFileSync(join(source, name), sortedBytes(spec));
  write('chest', { seed: 1, series: 'chest', Modality: 'CR', SeriesDescription: 'Thorax PA' });
  write('hand', { seed: 2, series: 'hand', Modality: 'CR', SeriesDescription: 'Hand' });
  write('head', { seed: 3, series: 'head', Modality: 'CT', SeriesDescription: 'Head' });
  return source;
}

/** Chooses an attribute by a part of its name, with the keys. */
async function chooseAttribute(page: Page, label: string, name: string, full: string): Promise<void> {
  const field = page.getByRole('combobox', { name: label }).last();
  await field.fill(name);
  await page.getByRole('option', { name: full }).first().click();
}

test('a type rule that sorts arriving images, and tags on what was sorted', async ({ fieldbox, folder }) => {
  const { app, page } = fieldbox;
  await skipTheDay(page);
  await page.goto(`${page.url().split('#')[0] ?? ''}#/manage`);
  await page.getByRole('link', { name: /Series types/ }).click();
  await expect(page.getByRole('heading', { name: 'There are no types yet' })).toBeVisible();
  await page.getByLabel('Name of the type').fill('Chest films');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Chest films' })).toBeVisible();

  await page.getByRole('button', { name: 'Add a rule' }).click();
  await chooseAttribute(page, 'Attribute', 'modal', 'Modality');
  await page.getByLabel('Value').fill('CR');
  await expect(page.getByText('Fits 0 of the 0 series in the archive.')).toBeVisible();
  await page.getByRole('button', { name: 'And also …' }).click();
  await chooseAttribute(page, 'Attribute', 'series descr', 'Series Description');
  await page
    .getByRole('button', { name: /Condition$/ })
    .last()
    .click();
  await page.getByRole('option', { name: 'contains' }).click();
  await page.getByLabel('Value').last().fill('thorax');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/Series Description.* contains “.*thorax.*”/)).toBeVisible();

  await importThrough(app, page, [films(folder)]);
  const { rows } = await ask(page, 'seriesTypes.list', {});
  expect(rows).toMatchObject([{ name: 'Chest films', rules: 1, series: 1 }]);

  await page.goto(`${page.url().split('#')[0] ?? ''}#/images?level=series`);
  const chest = page.getByRole('listitem').filter({ hasText: 'Thorax PA' });
  await expect(chest.getByRole('row', { name: 'Chest films' })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Head' }).getByRole('row')).toHaveCount(0);

  // A tag, by keys alone: open, type, Enter; then away again with Delete.
  await chest.getByRole('button', { name: 'Change tags and types of Thorax PA' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('New tag').fill('Teaching');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('checkbox', { name: 'Teaching' })).toBeChecked();
  await page.keyboard.press('Escape');
  const tag = chest.getByRole('row', { name: 'Teaching' });
  await expect(tag).toBeVisible();

  // The list of all tags: one is called otherwise from now on, here and on the series.
  await page.goto(`${page.url().split('#')[0] ?? ''}#/manage?page=tags`);
  await page.getByRole('button', { name: 'Rename the tag Teaching' }).click();
  await page.getByLabel('Name of the tag').fill('Lesson');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Lesson' })).toContainText('1 series');
  await page.goto(`${page.url().split('#')[0] ?? ''}#/images?level=series`);
  const lesson = chest.getByRole('row', { name: 'Lesson' });
  await lesson.focus();
  await page.keyboard.press('Delete');
  await expect(lesson).toHaveCount(0);
  // What a person takes off stays off, whatever the rules say.
  await chest.getByRole('row', { name: 'Chest films' }).focus();
  await page.keyboard.press('Delete');
  await expect(chest.getByRole('row')).toHaveCount(0);
  await ask(page, 'seriesTypes.reassign', {});
  await expect.poll(async () => (await ask(page, 'seriesTypes.status', {})).running).toBe(false);
  expect((await ask(page, 'seriesTypes.list', {})).rows).toMatchObject([{ series: 0 }]);
});

test('what a filter names is removed from images on arrival', async ({ fieldbox, folder }) => {
  const { app, page } = fieldbox;
  await skipTheDay(page);
  await page.goto(`${page.url().split('#')[0] ?? ''}#/manage`);
  await page.getByRole('link', { name: /What is removed on arrival/ }).click();
  await page.getByRole('button', { name: 'New filter' }).click();
  await page.getByLabel('Name of the filter').fill('No descriptions');
  await chooseAttribute(page, 'Attribute to add', 'SOPInstance', 'SOPInstanceUID (0008,0018)');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/is needed to file or to show the image/).first()).toBeVisible();
  await chooseAttribute(page, 'Attribute to add', 'series descr', 'Series Description');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Switched on for nothing yet.')).toBeVisible();
  await page.getByRole('button', { name: /Images that come by$/ }).click();
  await page.getByRole('option', { name: 'File', exact: true }).click();
  await page.getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByRole('row', { name: 'File' })).toBeVisible();

  await importThrough(app, page, [films(folder)]);
  const { rows } = await ask(page, 'catalog.series', {});
  expect(rows.map((row) => [row.Modality, row.SeriesDescription]).sort()).toEqual([
    ['CR', ''],
    ['CR', ''],
    ['CT', ''],
  ]);
});
