import AxeBuilder from '@axe-core/playwright';
import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { instanceBytes } from '../fixtures/instances';
import { expect, test } from './support/app';
import { ask } from './support/steps';

const SCREENS = [
  'day',
  'patients',
  'register',
  'images',
  'images?level=studies',
  'capture',
  'import',
  'export',
  'send',
  'sending',
  'sending?page=destinations',
  'sending?page=destinations&item=new',
  'sending?page=matching',
  'sending?page=ledger',
  'sending?page=incoming',
  'sending?page=boxes',
  'sending?page=pacs',
  'sending?page=courier',
  'settings',
  'help',
];

for (const [language, direction, theme] of [
  ['en', 'ltr', 'light'],
  ['ar', 'rtl', 'dark'],
  ['es', 'ltr', 'dark'],
  ['fr', 'ltr', 'light'],
] as const) {
  test(`every screen passes the accessibility rules in ${language}, ${theme}, and fits`, async ({
    startApp,
    folder,
  }) => {
    const { page } = await startApp();
    const source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'one'), instanceBytes({ seed: 1, PatientName: 'Doe^Jane' }));
    await ask(page, 'import.start', {
      paths: [source],
      context: { patient: null, clinic: null, station: null, kind: null },
    });
    await expect.poll(async () => (await ask(page, 'archive.status', {})).counts.images).toBe(1);
    await ask(page, 'settings.set', { language, theme });
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('dir', direction);
    const [patient] = (await ask(page, 'catalog.patients', {})).rows;
    await page.setViewportSize({ width: 1024, height: 700 });
    for (const screen of [...SCREENS, `patient?patient=${patient?.patient ?? ''}`]) {
      await page.evaluate((route) => (window.location.hash = `#/${route}`), screen);
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
      await page.waitForTimeout(400);
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode(true)
        .options({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
        .analyze();
      expect(
        violations.map(
          (violation) =>
            `${screen}: ${violation.id} ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`,
        ),
      ).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
        `${screen} is too wide`,
      ).toBeLessThanOrEqual(0);
    }
  });
}
