import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { audiogramPdf } from '../fixtures/audiogram-pdf';
import { cornerSamples, jpegOf } from '../fixtures/photos';
import { expect, test } from './support/app';
import { answerDialogs, ask, skipTheDay } from './support/steps';

test('an audiogram is attached, seen, described, pinned, put away and taken back, and saved', async ({
  fieldbox,
  folder,
}) => {
  const { app, page } = fieldbox;
  const source = join(folder, 'source');
  mkdirSync(source);
  const pdf = join(source, 'Audiogram Amina.pdf');
  const photo = join(source, 'ear.jpg');
  const notes = join(source, 'notes.txt');
  const program = join(source, 'viewer.pdf');
  writeFileSync(pdf, audiogramPdf());
  writeFileSync(photo, await jpegOf(cornerSamples(320, 240)));
  writeFileSync(notes, 'Left ear 40 dB\nRight ear 15 dB\n<script>alert(1)</script>\n');
  writeFileSync(program, 'MZ\x90\0\x03\0\0\0');

  await skipTheDay(page);
  await page.getByRole('button', { name: 'Register new patient' }).first().click();
  await page.getByLabel('Family name', { exact: true }).fill('Kader');
  await page.getByLabel('Given name', { exact: true }).fill('Amina');
  await page.getByText('Not known, age instead').click();
  await page.getByRole('button', { name: 'More details' }).click();
  await page.getByLabel('Phone', { exact: true }).fill('+52 664 123 4567');
  await page.getByLabel('Who to call').fill('Omar Kader');
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Kader, Amina' })).toBeVisible();
  await page.getByRole('button', { name: 'More details' }).click();
  await expect(page.getByText('Omar Kader')).toBeVisible();
  await page.getByRole('button', { name: 'More details' }).click();

  const files = page.getByRole('region', { name: 'Files' });
  await expect(files.getByText(/kept exactly as they are/)).toBeVisible();
  await answerDialogs(app, [pdf, photo, notes, program]);
  await files.getByRole('button', { name: 'Add files' }).click();
  await expect(files.getByRole('listitem')).toHaveCount(4);

  // Seen: the page of the PDF is drawn, the picture shows, the text is text, and a program is never opened.
  await files.getByRole('button', { name: 'Show Audiogram Amina.pdf' }).click();
  const dialog = page.getByRole('dialog');
  const canvas = dialog.locator('canvas').first();
  await expect
    .poll(() =>
      canvas.evaluate((element: HTMLCanvasElement) => {
        const copy = new OffscreenCanvas(element.width, element.height).getContext('2d', { willReadFrequently: true });
        copy?.drawImage(element, 0, 0);
        const pixels = copy?.getImageData(0, 0, element.width, element.height).data ?? [];
        let dark = 0;
        for (let at = 0; at < pixels.length; at += 4)
          if ((pixels[at] ?? 255) < 128 && pixels[at + 3] === 255) dark += 1;
        return dark;
      }),
    )
    .toBeGreaterThan(200);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await files.getByRole('button', { name: 'Show ear.jpg' }).click();
  await expect
    .poll(() => dialog.getByRole('img', { name: 'ear.jpg' }).evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(320);
  await page.keyboard.press('Escape');
  await files.getByRole('button', { name: 'Show notes.txt' }).click();
  await expect(dialog.getByText('<script>alert(1)</script>')).toBeVisible();
  await page.keyboard.press('Escape');
  await files.getByRole('button', { name: 'Show viewer.pdf' }).click();
  await expect(dialog.getByText(/This file is a program/)).toBeVisible();
  await page.keyboard.press('Escape');

  // Described and pinned: it comes first.
  const audiogram = files.getByRole('listitem').filter({ hasText: 'Audiogram Amina.pdf' });
  await audiogram.getByRole('button', { name: 'Change description' }).click();
  await dialog.getByLabel('Description').fill('Audiogram, left ear worse');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(audiogram.getByText('Audiogram, left ear worse')).toBeVisible();
  await audiogram.getByRole('button', { name: 'Keep at the top' }).click();
  await expect(files.getByRole('listitem').first()).toContainText('At the top');

  // Put away, taken back by undo; put away again and taken back from the list.
  const note = files.getByRole('listitem').filter({ hasText: 'notes.txt' });
  await note.getByRole('button', { name: 'Put away' }).click();
  await expect(files.getByRole('listitem')).toHaveCount(3);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(files.getByRole('listitem')).toHaveCount(4);
  await note.getByRole('button', { name: 'Put away' }).click();
  await expect(files.getByRole('listitem')).toHaveCount(3);
  await files.getByText('Also show files that were put away').click();
  await note.getByRole('button', { name: 'Take back' }).click();
  await expect(note.getByText('Put away')).toHaveCount(0);

  // Saved: byte for byte.
  const copy = join(folder, 'copy.pdf');
  await app.evaluate(({ dialog: dialogs }, filePath) => {
    dialogs.showSaveDialog = () => Promise.resolve({ canceled: false, filePath, bookmark: '' });
  }, copy);
  await audiogram.getByRole('button', { name: 'Save a copy' }).click();
  await expect(page.getByText('The copy is saved and was read back.').first()).toBeVisible();
  expect(readFileSync(copy).equals(readFileSync(pdf))).toBe(true);

  // Found by phone.
  const found = await ask(page, 'catalog.patients', { text: '6641234567' });
  expect(found.rows.map((row) => row.PatientName)).toEqual(['Kader^Amina']);
});
