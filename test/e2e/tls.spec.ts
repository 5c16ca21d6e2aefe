import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { type SelfSigned, selfSigned } from '../fixtures/certificates';
import { dcmtkEnvironment } from '../fixtures/dcmtk';
import { freePort } from '../fixtures/free-port';
import { instanceBytes, writeInstances } from '../fixtures/instances';
import { cleanUpBy } from '../fixtures/temporary-folder';
import { answerSaving, ask, importThrough, skipTheDay } from './support/steps';
import { expect, test } from './support/app';

const run = promisify(execFile);
const ends: (() => void | Promise<void>)[] = [];
cleanUpBy((work) => ends.push(work));
test.afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function toPage(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Sending' }).click();
  await page.getByRole('navigation', { name: 'Sending and receiving' }).getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

/** A fingerprint as it is shown to people: groups of four. */
const shown = (fingerprint: string): string => (fingerprint.match(/.{4}/g) ?? []).join(' ').toUpperCase();

const stored = async (page: Page): Promise<number> => (await ask(page, 'catalog.images', {})).total;

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** dcmtk's receiver behind a certificate. */
async function receiver(port: number, into: string, { keyFile, certificateFile }: SelfSigned) {
  const options = ['+tls', keyFile, certificateFile, '-ic', '-od', into, String(port)];
  const program = spawn('storescp', options, { stdio: 'ignore', env: dcmtkEnvironment });
  const gone = once(program, 'exit');
  const stop = async (): Promise<void> => {
    program.kill();
    await gone;
  };
  ends.push(stop);
  await expect.poll(() => answers(port)).toBe(true);
  return { stop };
}

test('machines send over TLS, once it is switched on here and they trust the certificate that is shown', async ({
  fieldbox: { app, page },
  folder,
}) => {
  await skipTheDay(page);
  const port = await freePort();
  await toPage(page, 'Incoming');
  await page.getByRole('button', { name: 'Set up and switch on' }).click();
  await page.getByRole('spinbutton', { name: 'Port' }).fill(String(port));
  await page.getByRole('radio', { name: 'This laptop only' }).click({ force: true });
  await page.getByText('Other machines may send too').click();
  await page.getByText('Encrypted (TLS)', { exact: true }).click();
  await expect(page.getByText(/^This laptop has no certificate yet/)).toBeVisible();
  await page.getByRole('button', { name: 'Make a certificate' }).click();
  await expect(page.getByText(/^This laptop vouches for itself/)).toBeVisible();
  const { certificate } = await ask(page, 'certificate.own', {});
  if (certificate === null) throw new Error('One was made.');
  await expect(page.getByText(shown(certificate.fingerprint))).toBeVisible();
  const trusted = join(folder, 'fieldbox.crt');
  await answerSaving(app, trusted);
  await page.getByRole('button', { name: 'Save it for the machines' }).click();
  await expect(page.getByText('The certificate is saved. It holds no secret.')).toBeVisible();
  await page.getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByText('Receives', { exact: true })).toBeVisible();
  await expect(page.getByText('On (TLS)', { exact: true })).toBeVisible();

  const file = join(folder, 'one.dcm');
  writeFileSync(file, instanceBytes({ seed: 1 }));
  const modality = selfSigned(folder, 'modality');
  const send = (...security: string[]) =>
    run('storescu', [...security, '-aet', 'XRAY', '-aec', 'FIELDBOX', '127.0.0.1', String(port), file], {
      env: dcmtkEnvironment,
      timeout: 30_000,
    });
  // Neither unencrypted, nor by a machine that expects somebody else here.
  await expect(send()).rejects.toThrow();
  const own = ['+tls', modality.keyFile, modality.certificateFile];
  await expect(send(...own, '+cf', modality.certificateFile)).rejects.toThrow();
  expect(await stored(page)).toBe(0);
  await send(...own, '+cf', trusted);
  await expect.poll(() => stored(page)).toBe(1);
  const callers = page.getByRole('region', { name: 'Who called' });
  await expect(callers.getByText('XRAY', { exact: true })).toBeVisible();
  await expect(callers.getByText(/1 image received/)).toBeVisible();
});

test('a destination that vouches for itself gets nothing before a person has said yes to its very certificate', async ({
  fieldbox: { app, page },
  folder,
}) => {
  await skipTheDay(page);
  writeInstances(join(folder, 'in'), 2);
  await importThrough(app, page, [join(folder, 'in')]);
  const images = (await ask(page, 'catalog.images', {})).rows.map(({ image }) => image);
  const into = join(folder, 'received');
  mkdirSync(into);
  const port = await freePort();
  const [known, other] = [selfSigned(folder, 'known'), selfSigned(folder, 'other')];
  const first = await receiver(port, into, known);
  const refused =
    'The destination shows a certificate that nobody vouches for. Look at it and accept it only if you know it.';

  await toPage(page, 'Destinations');
  await page.getByRole('button', { name: 'Add a destination' }).click();
  await page.getByRole('radio', { name: /^PACS or machine/ }).click({ force: true });
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Hospital');
  await page.getByRole('textbox', { name: 'Address in the network' }).fill('127.0.0.1');
  await page.getByRole('spinbutton', { name: 'Port' }).fill(String(port));
  await page.getByRole('textbox', { name: 'Its AE title' }).fill('HOSPITAL');
  await page.getByText('Encrypted (TLS)', { exact: true }).click();
  await page.getByRole('button', { name: 'Test now' }).click();
  const steps = page.getByRole('status').filter({ has: page.getByRole('list') });
  await expect(steps.getByText('It is who it says: no')).toBeVisible();
  await expect(steps.getByText(refused)).toBeVisible();
  await expect(steps.getByText(shown(known.fingerprint))).toBeVisible();

  await page.getByRole('button', { name: 'They are the same: accept for this destination' }).click();
  await expect(steps.getByText('It is who it says: yes')).toBeVisible();
  await expect(steps.getByText('It speaks DICOM with this laptop: yes')).toBeVisible();
  await expect(steps.getByText(refused)).toBeHidden();
  await expect(page.getByText('Only this certificate is accepted here:')).toBeVisible();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Hospital' })).toBeVisible();

  const [remote] = (await ask(page, 'remotes.list', {})).rows;
  if (!remote) throw new Error('It was saved.');
  expect(remote.settings).toMatchObject({ tls: true, certificate: known.fingerprint });
  const send = (image: (typeof images)[number] | undefined) =>
    ask(page, 'outbox.send', {
      selection: { images: image === undefined ? [] : [image] },
      remote: remote.remote,
      anonymise: null,
    });
  await send(images[0]);
  await expect.poll(() => readdirSync(into).length).toBe(1);

  // Somebody else at the same address.
  await first.stop();
  await receiver(port, into, other);
  await send(images[1]);
  const activity = async () => (await ask(page, 'remotes.list', {})).rows[0]?.activity.fault?.code;
  await expect.poll(activity).toBe('REMOTE_CERTIFICATE');
  await expect(page.getByText(refused)).toBeVisible();
  expect(readdirSync(into)).toHaveLength(1);
  await page.getByRole('button', { name: /^Change .*Hospital/ }).click();
  await page.getByRole('button', { name: 'Test now' }).click();
  await expect(steps.getByText('It is who it says: no')).toBeVisible();
  await expect(steps.getByText(shown(other.fingerprint))).toBeVisible();
});
