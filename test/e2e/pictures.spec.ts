import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instanceBytes } from '../fixtures/instances';
import { runCommand } from '../fixtures/command-line';
import { pdfBytes } from '../fixtures/photo-bytes';
import { expect, test } from './support/app';
import { answerDialogs, ask, importThrough, skipTheDay } from './support/steps';

function fill(folder: string): string {
  const source = join(folder, 'source');
  mkdirSync(source);
  for (let seed = 0; seed < 12; seed += 1) {
    writeFileSync(
      join(source, `slice ${String(seed).padStart(2, '0')}`),
      instanceBytes({ seed, PatientID: 'E2E-1', PatientName: 'Núñez^José', side: 64 }),
    );
  }
  writeFileSync(join(source, 'shopping list.txt'), 'bread');
  return source;
}

test('pictures go in, are found, seen, and come out again, and the proof holds', async ({ fieldbox, folder }) => {
  const { app, page, archive } = fieldbox;
  await skipTheDay(page);
  await importThrough(app, page, [fill(folder)]);
  await expect(page.getByText(/put aside; the reason/).first()).toBeVisible();
  await expect(
    page.getByText('This kind of file is not a picture, a PDF or DICOM, so it was put aside.').first(),
  ).toBeVisible();

  // Found without accents and with a slip of the pen.
  await page.keyboard.press('Alt+1');
  await page.getByLabel('Search patients').fill('nunes jose');
  await page.getByRole('option', { name: /Núñez/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: /Núñez, José/ })).toBeVisible();

  // Seen: the picture on the screen is the one in the file.
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .click();
  const canvas = page.getByTestId('viewer').locator('canvas').first();
  await expect(canvas).toBeVisible();
  await expect
    .poll(() =>
      canvas.evaluate((element: HTMLCanvasElement) => {
        // Read from a copy: the browser warns of reading a canvas that is drawn to.
        const copy = new OffscreenCanvas(element.width, element.height).getContext('2d', { willReadFrequently: true });
        copy?.drawImage(element, 0, 0);
        const pixels = copy?.getImageData(0, 0, element.width, element.height).data ?? [];
        const shades = new Set<number>();
        for (let at = 0; at < pixels.length; at += 4) shades.add(pixels[at] ?? 0);
        return shades.size;
      }),
    )
    .toBeGreaterThan(100);
  await page.keyboard.press('t');
  await page.getByPlaceholder('Name, tag or value').or(page.getByLabel('Name, tag or value')).first().fill('PatientID');
  await expect(page.getByText('E2E-1').first()).toBeVisible();
  await page.keyboard.press('Escape');
  for (let tries = 0; tries < 3 && (await page.getByTestId('viewer').isVisible()); tries += 1) {
    await page.keyboard.press('Escape');
    await page.waitForTimeout(250);
  }

  // Out: a zip, proven, and again proven by the command line's own eyes.
  const out = join(folder, 'out');
  mkdirSync(out);
  await page.getByRole('button', { name: 'Export', exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Export' })).toBeVisible();
  await answerDialogs(app, [out]);
  await page
    .getByRole('button', { name: 'Choose another folder' })
    .or(page.getByRole('button', { name: 'Choose a folder' }))
    .first()
    .click();
  await page.getByText('One zip file', { exact: true }).click();
  await page.getByRole('button', { name: 'Start export' }).click();
  await expect(page.getByText(/^Proven:/).first()).toBeVisible({ timeout: 60_000 });
  const [zip] = readdirSync(out).filter((name) => name.endsWith('.zip'));
  expect(zip).toBeDefined();
  const { rows } = await ask(page, 'export.list', { limit: 1 });
  expect(rows[0]).toMatchObject({ state: 'proven', images: 12, leftOut: [] });

  await fieldbox.close();
  const verified = await runCommand('verify', '--archive', archive, '--deep', '--json');
  expect(verified.code).toBe(0);
  expect(verified.json()).toMatchObject({ objects: 12, missing: 0, corrupt: 0, orphaned: 0 });
  const again = await runCommand('import', join(out, zip ?? ''), '--archive', archive, '--json');
  expect(again.json()).toMatchObject({ added: 0, alreadyStored: 12 });
});

test('a hundred thousand rows would scroll: only what is in view exists', async ({ fieldbox, folder }) => {
  const { app, page } = fieldbox;
  await skipTheDay(page);
  const source = join(folder, 'many');
  mkdirSync(source);
  for (let seed = 0; seed < 400; seed += 1)
    writeFileSync(join(source, String(seed)), instanceBytes({ seed, PatientID: `P${String(seed % 40)}` }));
  await importThrough(app, page, [source]);
  await page.keyboard.press('Alt+2');
  await expect(page.getByRole('button', { name: /^Open / }).first()).toBeVisible();
  expect(await page.getByRole('button', { name: /^Open / }).count()).toBeLessThan(120);
  await page.mouse.move(640, 500);
  await page.mouse.wheel(0, 1_000_000);
  await expect(page.getByRole('button', { name: /^Open / }).first()).toBeVisible();
  expect((await ask(page, 'catalog.images', { limit: 1 })).total).toBe(400);
  // The rows scrolled to are fetched first, their pictures then.
  await expect
    .poll(() => page.evaluate(() => [...document.images].filter((image) => image.naturalWidth > 0).length))
    .toBeGreaterThan(5);
  await page.waitForTimeout(1000);
  await expect.poll(() => page.evaluate(() => [...document.images].filter((image) => !image.complete).length)).toBe(0);
  expect(
    await page.evaluate(
      () => [...document.images].filter((image) => image.naturalWidth === 0 && image.loading !== 'lazy').length,
    ),
  ).toBe(0);
});

test('the pages of a PDF are read in the viewer', async ({ fieldbox, folder }) => {
  const { page } = fieldbox;
  await skipTheDay(page);
  const source = join(folder, 'letters');
  mkdirSync(source);
  writeFileSync(join(source, 'letter.pdf'), pdfBytes());
  await ask(page, 'import.start', {
    paths: [source],
    context: { patient: null, clinic: null, station: null, kind: null },
  });
  await expect.poll(async () => (await ask(page, 'archive.status', {})).counts.images).toBe(1);
  await page.keyboard.press('Alt+2');
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .click();
  const paper = page.getByTestId('viewer-document').locator('canvas[data-page="1"]');
  await expect(paper).toBeVisible();
  await expect.poll(() => paper.evaluate((element: HTMLCanvasElement) => element.width)).toBeGreaterThan(300);
});
