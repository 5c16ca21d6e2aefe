import { expect, type ElectronApplication, type Page } from '@playwright/test';
import type { EngineVerb, Input, Output, VerbName } from '../../../shared/contract';

/** Asks the archive as the window does; fails the test when the answer is an error. */
export async function ask<V extends VerbName>(page: Page, verb: V, input: Input<V>): Promise<Output<V>> {
  const answer = await page.evaluate(
    // The page's own bridge; its types do not reach into the page's world.
    ([name, value]) =>
      (
        window as unknown as { fieldbox: { verbs: Record<string, (input: unknown) => Promise<unknown>> } }
      ).fieldbox.verbs[name as EngineVerb]?.(value),
    [verb, input] as const,
  );
  expect(answer).toMatchObject({ ok: true });
  return (answer as { value: Output<V> }).value;
}

/** The next system dialog answers with these paths. */
export async function answerDialogs(app: ElectronApplication, paths: readonly string[]): Promise<void> {
  await app.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [...filePaths], bookmarks: [] });
  }, paths);
}

/** The next system dialog for saving answers with this path. */
export async function answerSaving(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
}

/** Goes past the question where we are today. */
export async function skipTheDay(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Skip for today' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Patients' })).toBeVisible();
}

/** Imports through the window: the Import screen, the dialog, Start, and waits for the report. */
export async function importThrough(app: ElectronApplication, page: Page, paths: readonly string[]): Promise<void> {
  await page
    .getByRole('link', { name: 'Import' })
    .or(page.getByRole('button', { name: 'Import', exact: true }))
    .first()
    .click();
  await answerDialogs(app, paths);
  await page.getByRole('button', { name: 'Choose folder' }).click();
  await page.getByRole('button', { name: 'Start import' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Import report' })).toBeVisible();
  await expect
    .poll(async () => (await ask(page, 'jobs.list', {})).jobs.every((job) => job.state !== 'running'), {
      timeout: 60_000,
    })
    .toBe(true);
}
