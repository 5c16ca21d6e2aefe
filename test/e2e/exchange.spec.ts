import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { closeFieldbox, collectProblems, launchFieldbox } from '../../scripts/lib/electron.mjs';
import type { Input, Output } from '../../shared/contract';
import { AttachmentsServer } from '../fixtures/attachments-server';
import { freePort } from '../fixtures/free-port';
import { writeInstances } from '../fixtures/instances';
import { Orthanc } from '../fixtures/orthanc';
import { cleanUpBy } from '../fixtures/temporary-folder';
import { expect, type RunningApp, test } from './support/app';
import { ask, importThrough, skipTheDay } from './support/steps';
import { noTls } from '../../shared/model/listener-tls';

type Remote = Output<'remotes.save'>['remote'];

const freely = { paused: false, hours: null, network: null, bytesPerSecond: null, smallFirst: false };
const ends: (() => void | Promise<void>)[] = [];
cleanUpBy((work) => ends.push(work));
test.afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Another Fieldbox on this machine, on an archive of its own. */
async function otherBox(folder: string): Promise<RunningApp> {
  const archive = join(folder, 'other', 'archive');
  const userData = join(folder, 'other', 'user-data');
  const app = await launchFieldbox({ userData, archive });
  const problems = collectProblems(app);
  const page = await app.firstWindow();
  await page.waitForLoadState('domcontentloaded');
  const close = async (): Promise<void> => {
    await closeFieldbox(app);
    expect(problems).toEqual([]);
  };
  ends.push(close);
  return { app, page, archive, userData, problems, close };
}

async function toPage(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Sending' }).click();
  await page.getByRole('navigation', { name: 'Sending and receiving' }).getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

async function withImages({ app, page }: Pick<RunningApp, 'app' | 'page'>, folder: string, count: number) {
  await skipTheDay(page);
  writeInstances(join(folder, 'in'), count);
  await importThrough(app, page, [join(folder, 'in')]);
}

async function addRemote(
  page: Page,
  name: string,
  more: Omit<Input<'remotes.save'>, 'name' | 'policy'>,
): Promise<Remote> {
  return (await ask(page, 'remotes.save', { name, policy: freely, ...more })).remote;
}

async function sendAll(page: Page, remote: Remote): Promise<void> {
  const images = (await ask(page, 'catalog.images', {})).rows.map((row) => row.image);
  await ask(page, 'outbox.send', { selection: { images }, remote, anonymise: null });
}

const stored = async (page: Page): Promise<number> => (await ask(page, 'catalog.images', {})).total;
const proven = async (page: Page): Promise<number> => (await ask(page, 'ledger.list', { states: ['proven'] })).total;

test('a destination is tried out step by step against a real Orthanc, and gets images and their proof', async ({
  fieldbox,
  folder,
}) => {
  const { page } = fieldbox;
  const orthanc = await Orthanc.start();
  await withImages(fieldbox, folder, 3);
  await toPage(page, 'Destinations');
  await page.getByRole('button', { name: 'Add a destination' }).click();
  await page.getByRole('radio', { name: /^Orthanc server/ }).click({ force: true });
  await page.getByRole('textbox', { name: 'Name' }).fill('Radiology');
  await page.getByRole('textbox', { name: 'Address' }).fill(`http://127.0.0.1:${String(await freePort())}`);
  await page.getByRole('button', { name: 'Test now' }).click();
  await expect(page.getByText('It answers: no')).toBeVisible();
  await page.getByRole('textbox', { name: 'Address' }).fill(orthanc.url);
  await page.getByRole('button', { name: 'Test now' }).click();
  await expect(page.getByText('It answers: yes')).toBeVisible();
  await expect(page.getByText(/^It works\. Images that arrive will be proven/)).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Radiology' })).toBeVisible();
  const [remote] = (await ask(page, 'remotes.list', {})).rows;
  if (!remote) throw new Error('It was saved.');
  await sendAll(page, remote.remote);
  await expect.poll(() => proven(page), { timeout: 60_000 }).toBe(3);
  const here = (await ask(page, 'catalog.images', {})).rows.map(({ image }) => String(image));
  expect([...(await orthanc.held())].sort()).toEqual(here.sort());
});

test('a person says who a patient is at a practice system, and their images and files go on', async ({
  fieldbox,
  folder,
}) => {
  const { page } = fieldbox;
  const server = await AttachmentsServer.start();
  const there = { first_name: 'P0', last_name: 'Name', date_of_birth: '1980-01-02', old_reference_id: null };
  server.addPatient(there);
  await withImages(fieldbox, folder, 1);
  const [patient] = (await ask(page, 'catalog.patients', {})).rows;
  if (!patient) throw new Error('One came with the image.');
  writeFileSync(join(folder, 'letter.txt'), 'left ear');
  const file = { path: join(folder, 'letter.txt') };
  const { row } = await ask(page, 'attachments.add', { patient: patient.patient, file, description: 'Letter' });
  const access = { url: `${server.url}/v1`, headers: [], certificate: null };
  await addRemote(page, 'Practice', {
    settings: { kind: 'attachments', access, contact: 'it@clinic.example', callsPerMinute: 10_000 },
    secrets: { token: server.key },
  });

  await page.evaluate((key) => (window.location.hash = `#/patient?patient=${key}`), patient.patient);
  await page.getByRole('button', { name: 'Send', exact: true }).first().click();
  await page.getByText(row.name).click();
  await expect(page.getByText(/1 image.*1 file/)).toBeVisible();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: /Practice.*1 image.*1 file/ })).toBeVisible();

  await toPage(page, 'Who is who');
  await expect(page.getByText('2 images wait')).toBeVisible();
  await page.getByRole('button', { name: /^This one: .*Name/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText(/The .*2.* images that wait go to this person at/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Yes, this is the person' }).click();
  await expect(page.getByText('Nobody waits for an answer')).toBeVisible();
  await expect.poll(() => proven(page), { timeout: 60_000 }).toBe(2);
  expect(server.kept().map(({ description }) => description.startsWith('Letter ['))).toContain(true);
});

test('a stick is written for another box, read there, and its receipt proves the images', async ({
  fieldbox,
  folder,
}) => {
  const { page } = fieldbox;
  const stick = join(folder, 'stick');
  mkdirSync(stick);
  await withImages(fieldbox, folder, 3);
  const other = await otherBox(folder);
  await skipTheDay(other.page);
  const { key } = await ask(other.page, 'courier.identity', {});
  const remote = await addRemote(page, 'Hospital', { settings: { kind: 'courier', recipient: key, path: '' } });
  await sendAll(page, remote);

  await toPage(page, 'Stick');
  await page.getByRole('textbox').first().fill(stick);
  await page.getByRole('button', { name: 'Write to a stick: Hospital' }).click();
  await expect(
    page.getByText('Everything that waited is on the stick and was read back.', { exact: false }),
  ).toBeVisible();
  expect(readdirSync(stick)).toHaveLength(1);
  expect(await proven(page)).toBe(0); // a receipt is taken in by itself as soon as it lies where the stick is

  await toPage(other.page, 'Stick');
  await other.page.getByRole('textbox').first().fill(stick);
  await other.page.getByRole('button', { name: 'Read a stick' }).click();
  await expect(other.page.getByText('3 new')).toBeVisible();
  await expect(other.page.getByText(/^Receipt written:/)).toBeVisible();
  expect(await stored(other.page)).toBe(3);

  await page.getByRole('textbox').last().fill(stick);
  await page.getByRole('button', { name: 'Read receipts only' }).click();
  await expect(page.getByText('3 images proven by receipts')).toBeVisible();
  expect(await proven(page)).toBe(3);
});

test('two archives connect by an address, and images go over to the other', async ({ fieldbox, folder }) => {
  const { page } = fieldbox;
  await withImages(fieldbox, folder, 3);
  const other = await otherBox(folder);
  await skipTheDay(other.page);
  await ask(other.page, 'hub.set', { on: false, host: '127.0.0.1', port: await freePort(), publicUrl: '', tls: noTls });

  await toPage(other.page, 'Boxes');
  await other.page.getByText('Other boxes may reach this laptop').click();
  await expect(other.page.getByText('Can be reached')).toBeVisible();
  await other.page.getByRole('button', { name: 'Give an address to another box' }).click();
  const giving = other.page.getByRole('dialog');
  await giving.getByRole('textbox', { name: 'Name of the other box' }).fill('Field');
  await giving.getByRole('button', { name: 'Make the address' }).click();
  const address = await giving.getByRole('group', { name: 'Address for the box' }).innerText();
  await giving.getByRole('button', { name: 'Close' }).last().click();

  await toPage(page, 'Boxes');
  await page.getByRole('button', { name: 'Connect to a box' }).click();
  const connecting = page.getByRole('dialog');
  await connecting.getByRole('textbox', { name: 'Name of the other box' }).fill('Base');
  await connecting.getByRole('textbox', { name: 'Address for the box' }).fill(address);
  await connecting.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(connecting).toHaveCount(0);
  await expect(page.getByText('Base', { exact: true }).first()).toBeVisible();

  const base = (await ask(page, 'remotes.list', {})).rows.find(({ name }) => name === 'Base');
  if (!base) throw new Error('It was connected to.');
  await sendAll(page, base.remote);
  await expect.poll(() => proven(page), { timeout: 60_000 }).toBe(3);
  expect(await stored(other.page)).toBe(3);
  await expect(other.page.getByText('3 of 3 images came')).toBeVisible();
});
