import type { Page } from '@playwright/test';
import { LogFilter } from '../../shared/contract/log';
import { PASSWORD, personInput, PIN } from '../fixtures/people';
import { expect, test } from './support/app';
import { ask, skipTheDay } from './support/steps';

/** What the window answers when it is asked over the bridge: the code of the error, or nothing. */
const refusal = (page: Page, verb: string, input: object): Promise<string> =>
  page.evaluate(
    async ([name, value]) => {
      const { verbs } = (
        window as unknown as {
          fieldbox: { verbs: Record<string, (input: unknown) => Promise<{ ok: boolean; error?: { code: string } }>> };
        }
      ).fieldbox;
      return (await verbs[name]?.(value))?.error?.code ?? '';
    },
    [verb, input] as const,
  );

const lockScreen = (page: Page) => page.getByRole('dialog', { name: /Fieldbox is locked|Who is working/ });

/** Types a PIN on the large keys, as with gloves. */
async function pressPin(page: Page, pin: string): Promise<void> {
  for (const digit of pin) await lockScreen(page).getByRole('button', { name: digit, exact: true }).click();
}

/** The first person, through the window; she is signed in afterwards. */
async function addFirst(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Add the people who work here' }).click();
  await page.getByLabel('Name as shown').fill('Anna Nkosi');
  await expect(page.getByLabel('Name to sign in with')).toHaveValue('anna');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('The password once more').fill(PASSWORD);
  await page.getByRole('textbox', { name: 'PIN' }).fill(PIN);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('button', { name: /^Signed in: .*Anna Nkosi/ })).toBeVisible();
}

test('the first person has all rights, adds a second one; changing by PIN, and a role that refuses', async ({
  fieldbox,
}) => {
  const { page } = fieldbox;
  await addFirst(page);
  await page.getByRole('button', { name: 'Add a person' }).click();
  const form = page.getByRole('dialog', { name: 'Add a person' });
  await form.getByLabel('Name as shown').fill('Bob Otieno');
  await form.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await form.getByLabel('The password once more').fill(PASSWORD);
  await form.getByRole('textbox', { name: 'PIN' }).fill(PIN);
  await form.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(form).toBeHidden();
  await expect(page.getByText('bob · Works with patients')).toBeVisible();

  await page.getByRole('button', { name: /^Signed in:/ }).click();
  await page.getByRole('menuitem', { name: 'Change person' }).click();
  await expect(lockScreen(page)).toBeVisible();
  await lockScreen(page).getByRole('button', { name: 'Somebody else' }).click();
  await lockScreen(page).getByRole('button', { name: 'Bob Otieno' }).click();
  await pressPin(page, '1111');
  await lockScreen(page).getByRole('button', { name: 'Sign in' }).click();
  await expect(lockScreen(page).getByText('The name, password or PIN is not right.')).toBeVisible();
  await pressPin(page, PIN);
  await lockScreen(page).getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('button', { name: /^Signed in: .*Bob Otieno/ })).toBeVisible();

  await page.getByRole('link', { name: 'Manage' }).click();
  await expect(page.getByRole('link', { name: /^People/ })).toBeVisible();
  await expect(page.getByRole('link', { name: /^Log/ })).toBeHidden();
  expect(await refusal(page, 'log.list', LogFilter.parse({}))).toBe('NOT_ALLOWED');
  expect(await refusal(page, 'users.create', { ...personInput('eve') })).toBe('NOT_ALLOWED');
  await page.getByRole('link', { name: /^Trash/ }).click();
  await expect(page.getByText(/Erasing them for good is for administrators/)).toBeVisible();
});

test('locking keeps a typed form, shows nothing of it, and refuses pictures; another person takes it over or waits', async ({
  fieldbox,
}) => {
  const { page, problems } = fieldbox;
  await skipTheDay(page);
  await ask(page, 'users.create', { ...personInput('anna', 'superuser') });
  await ask(page, 'users.create', { ...personInput('bob') });
  await page.getByRole('button', { name: 'Register new patient' }).first().click();
  await page.getByLabel('Family name', { exact: true }).fill('Wanjiru');
  await page.keyboard.press('Control+l');
  await expect(lockScreen(page)).toBeVisible();
  await expect(page).toHaveTitle('Fieldbox');
  await expect(page.getByLabel('Family name', { exact: true })).toBeHidden();
  expect(await refusal(page, 'catalog.patients', {})).toBe('SESSION_LOCKED');
  const status = await page.evaluate(
    async (image) => (await fetch(`fieldbox://image/${image}/thumbnail`)).status,
    'a'.repeat(64),
  );
  expect(status).toBe(403);
  problems.splice(0); // the console names the refused picture
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+3');
  await expect(lockScreen(page)).toBeVisible();

  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(lockScreen(page)).toBeHidden();
  await expect(page.getByLabel('Family name', { exact: true })).toHaveValue('Wanjiru');

  await page.keyboard.press('Control+l');
  await lockScreen(page).getByRole('button', { name: 'Somebody else' }).click();
  await lockScreen(page).getByRole('button', { name: 'bob Smith' }).click();
  await expect(lockScreen(page).getByText('has work here that is not saved')).toBeVisible();
  await lockScreen(page).getByRole('button', { name: 'Take it over' }).click();
  await pressPin(page, PIN);
  await lockScreen(page).getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByLabel('Family name', { exact: true })).toHaveValue('Wanjiru');
  await page.getByText('Not known, age instead').click();
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: /Wanjiru/ })).toBeVisible();

  await page.keyboard.press('Control+l');
  await lockScreen(page).getByRole('button', { name: 'Somebody else' }).click();
  await lockScreen(page).getByRole('button', { name: 'anna Smith' }).click();
  await pressPin(page, PIN);
  await lockScreen(page).getByRole('button', { name: 'Sign in' }).click();
  // Nothing was unsaved: the screens begin anew.
  await expect(page.getByRole('heading', { level: 1, name: 'Patients' })).toBeVisible();
  await page.getByRole('link', { name: 'Manage' }).click();
  await page.getByRole('link', { name: /^Log/ }).click();
  const line = (text: string) => page.getByRole('listitem').filter({ hasText: text });
  await expect(line('Patient registered.').filter({ hasText: 'bob Smith' })).toContainText('Wanjiru');
  await expect(line('Took over unsaved work').filter({ hasText: 'bob Smith' })).toContainText('anna Smith');
  await page.getByLabel('Search the log').fill('registered');
  await expect(page.getByRole('listitem').filter({ hasText: 'Signed in.' })).toHaveCount(0);
});

test('locks itself when nobody touches it, also over a restart it asks who is there', async ({ startApp }) => {
  test.slow();
  const first = await startApp();
  await skipTheDay(first.page);
  await ask(first.page, 'users.create', { ...personInput('anna', 'superuser') });
  await ask(first.page, 'archive.saveSettings', { autoLockMinutes: 1 });
  await first.page.getByRole('button', { name: 'Register new patient' }).first().click();
  await first.page.getByLabel('Family name', { exact: true }).fill('Achieng');
  await expect(lockScreen(first.page)).toBeVisible({ timeout: 90_000 });
  await first.page.keyboard.type(PIN);
  await first.page.keyboard.press('Enter');
  await expect(lockScreen(first.page)).toBeHidden();
  await expect(first.page.getByLabel('Family name', { exact: true })).toHaveValue('Achieng');
  await first.close();
  const second = await startApp();
  await expect(lockScreen(second.page)).toBeVisible();
  await expect(second.page.getByRole('navigation')).toHaveCount(0);
  await lockScreen(second.page).getByRole('button', { name: 'Use the password' }).click();
  await second.page.getByLabel('Password').fill(PASSWORD);
  await second.page.keyboard.press('Enter');
  await expect(second.page.getByRole('heading', { level: 1, name: 'Patients' })).toBeVisible();
  await second.page.getByRole('button', { name: /^Signed in:/ }).click();
  await second.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(lockScreen(second.page)).toBeVisible();
});
