import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../../main/archive/engine';
import { expect, test } from './support/app';
import { ask } from './support/steps';

test('an archive that another program holds: says who, and opens when it is free', async ({ startApp, folder }) => {
  const other = await openArchive(join(folder, 'archive'), { holder: 'the other laptop program', version: '0.0.0' });
  const { page } = await startApp();
  await expect(page.getByText(/already open in the other laptop program/).first()).toBeVisible();
  await other.close();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(
    page
      .getByRole('button', { name: 'Skip for today' })
      .or(page.getByRole('heading', { name: 'Patients' }))
      .first(),
  ).toBeVisible();
  expect((await ask(page, 'app.info', {})).archive.state).toBe('open');
});

test('an archive of a newer version is refused kindly and left as it is', async ({ startApp, folder }) => {
  const archive = join(folder, 'archive');
  mkdirSync(archive);
  const manifest = JSON.stringify({ format: 7, archiveId: 'from the future' });
  writeFileSync(join(archive, 'archive.json'), manifest);
  const { page } = await startApp();
  await expect(page.getByText(/made by a newer Fieldbox/).first()).toBeVisible();
  await expect(page.getByText(/2001/).first()).toBeVisible();
  expect(readFileSync(join(archive, 'archive.json'), 'utf8')).toBe(manifest);
});
