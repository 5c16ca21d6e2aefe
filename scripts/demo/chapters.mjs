// The chapters of the demo tour, in order: each does through the window what a person would do, and takes screenshots.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { word } from './guide.mjs';

/** First start: the clinic, the station, and a patient with a name in two scripts. */
export async function startTheDay(guide) {
  await guide.page.getByRole('textbox', { name: word('day.clinicName') }).waitFor();
  await guide.shoot('first start');
  await guide.type('day.clinicName', 'Eye and ear camp');
  await guide.type('day.place', 'Kisumu');
  await guide.press('day.createClinic');
  await guide.type('day.newStation', 'Room 2');
  await guide.press('day.addStation');
  await guide.page.getByRole('radio', { name: 'Room 2' }).waitFor({ state: 'attached' });
  await guide.shoot('clinic and station');
  await guide.press('day.start');
  await guide.heading('patients.title');
  await guide.shoot('no patients yet');
}

export async function registerPatient(guide) {
  await guide.press('patients.register');
  await guide.heading('form.registerTitle');
  await guide.type('form.family', 'Achieng');
  await guide.type('form.given', 'Zoë');
  await guide.press('form.otherLetters');
  await guide.type('form.otherFamily', 'أتشينغ');
  await guide.type('form.otherGiven', 'زوي');
  await guide.choose('form.sex', 'patients.sexF');
  await guide.choose('form.birth', 'form.birthUnknown');
  await guide.page.getByLabel(word('form.age')).first().fill('34');
  await guide.choose('form.consentQuestion', 'form.consentYes');
  await guide.shoot('register a patient, consent');
  await guide.page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
  await guide.shoot('register a patient');
  await guide.press('form.register');
  await guide.page.getByRole('heading', { level: 1, name: /Achieng/ }).waitFor();
  await guide.shoot('a new patient');
}

/** A folder of DICOM files (two of them no such thing), then photos for the patient. Answers what the archive reports. */
export async function importFiles(guide, samples) {
  await guide.visit('import');
  await guide.heading('importing.title');
  await guide.shoot('import');
  const scans = await importThese(guide, 'importing.chooseFolder', [samples.discs], 'import of a folder');
  await guide.shoot('import report');
  await guide.page
    .getByRole('radiogroup', { name: word('importing.show') })
    .getByText(new RegExp(word('importing.outcome.added')))
    .click();
  await guide.shoot('import report, what was added');
  await guide.visit('patients');
  await guide.page.getByRole('option', { name: /Achieng/ }).click();
  await guide.press('patients.importFiles');
  const photos = await importThese(guide, 'importing.chooseFiles', samples.photos, 'import of photos', 'kinds.surgery');
  await guide.shoot('import report of photos');
  return { scans, photos };
}

async function importThese(guide, button, paths, shot, kind) {
  await guide.answerDialogs(paths);
  await guide.press(button);
  await guide.button('importing.start').waitFor();
  if (kind) await guide.choose('kinds.label', kind);
  await guide.shoot(shot);
  await guide.press('importing.start');
  await guide.heading('importing.report');
  await guide.jobsDone();
  const { rows } = await guide.ask('import.sessions', { limit: 1 });
  await guide.page
    .getByText(rows[0].rejected > 0 ? /put aside; the reason/ : word('importing.doneAll'))
    .first()
    .waitFor();
  return rows[0];
}

/** Two portraits with the camera: one retaken, one kept at once. Answers how many the archive confirmed. */
export async function takePictures(guide) {
  const { page } = guide;
  await guide.visit('patients');
  await page.getByRole('option', { name: /Achieng/ }).click();
  await guide.press('patients.takePictures');
  await guide.heading('capture.title');
  await guide.choose('kinds.label', 'kinds.headshot');
  await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
  await guide.shoot('camera');
  await guide.press('capture.shoot');
  await guide.button('capture.keep').waitFor();
  await guide.shoot('look at the picture taken');
  await guide.press('capture.retake');
  await guide.press('capture.shoot');
  await guide.press('capture.keep');
  await page.getByText(storedCount(1)).waitFor();
  await page.getByText(word('capture.severalInARow'), { exact: true }).click();
  await guide.press('capture.shoot');
  await page.getByText(storedCount(2)).waitFor();
  await guide.shoot('pictures kept');
  return 2;
}

const storedCount = (count) =>
  word(count === 1 ? 'capture.storedCount_one' : 'capture.storedCount_other').replace('{{shown}}', String(count));

/** Lists of everything, a search with a slip of the pen, and the patient's page. */
export async function browse(guide) {
  const { page } = guide;
  await guide.visit('images');
  await guide.heading('images.title');
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .waitFor();
  await guide.shoot('images');
  await guide.press('images.asList');
  await guide.shoot('images as a list');
  await guide.press('images.asGrid');
  await guide.press('images.filter');
  await guide.shoot('filter');
  await guide.press('images.filter');
  await guide.choose('images.level', 'images.levels.series');
  await guide.shoot('series');
  await guide.choose('images.level', 'images.levels.studies');
  await guide.shoot('studies');
  await guide.visit('patients');
  await guide.shoot('patients');
  await page.getByLabel(word('patients.search')).fill('achein zoe');
  await page.getByRole('option', { name: /Achieng/ }).waitFor();
  await guide.shoot('search with a slip of the pen');
  await page.getByRole('option', { name: /Achieng/ }).click();
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .waitFor();
  await guide.shoot('patient');
  await guide.press('patients.edit');
  await guide.heading('form.editTitle');
  await guide.shoot('change a patient');
  await guide.press('common.cancel');
}

/** The viewer: a stack of slices, an ultrasound film, a photo. */
export async function lookClosely(guide) {
  const { page } = guide;
  const viewer = page.getByTestId('viewer');
  const { rows } = await guide.ask('catalog.images', { limit: 200 });
  const film = rows.find((row) => row.Modality === 'US' && row.NumberOfFrames > 1);
  const slice = rows.find((row) => row.Modality === 'MR');
  if (slice) {
    await openInViewer(guide, slice);
    await page.keyboard.press('End');
    await page.keyboard.press('PageUp');
    await guide.shoot('viewer');
    await page.keyboard.press('i');
    await page.keyboard.press('r');
    await guide.shoot('viewer, inverted and turned');
    await page.keyboard.press('t');
    await guide.shoot('viewer with all data');
    await leave();
  }
  if (film) {
    await openInViewer(guide, film);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForTimeout(800);
    await guide.shoot('viewer, film');
    await leave();
  }
  const photo = rows.find((row) => row.Modality === 'XC' || row.kind !== null);
  if (photo) {
    await openInViewer(guide, photo);
    await guide.shoot('viewer, photo');
    await leave();
  }

  async function leave() {
    for (let tries = 0; tries < 3 && (await viewer.isVisible()); tries++) {
      await page.keyboard.press('Escape');
      await page.waitForTimeout(250);
    }
    await viewer.waitFor({ state: 'detached' });
  }
}

/** Opens an image as a person would: looks for it among the images and presses it. */
async function openInViewer(guide, row) {
  const { page } = guide;
  await page.evaluate((series) => (window.location.hash = `#/images?level=images&series=${series}`), row.seriesKey);
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .click();
  await page.getByTestId('viewer').waitFor();
  await page.getByTestId('viewer').locator('canvas').first().waitFor();
  await page.waitForTimeout(700);
}

/** Every image into one zip. Answers its path and what the archive says of it. */
export async function giveOut(guide, folder) {
  const { page } = guide;
  await guide.visit('export');
  await guide.heading('exporting.title');
  await guide.shoot('export');
  await guide.visit('images');
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .waitFor();
  await page.keyboard.press('Control+a');
  await guide.button('images.exportChosen').waitFor();
  await guide.shoot('all images selected');
  await guide.press('images.exportChosen');
  await guide.heading('exporting.title');
  await guide.answerDialogs([folder]);
  await guide.press('exporting.chooseFolder');
  await guide.choose('exporting.container', 'exporting.zip');
  await guide.shoot('export of all images');
  await guide.press('exporting.start');
  await guide.heading('exporting.result');
  await guide.jobsDone();
  await page
    .getByText(/^Proven:/)
    .first()
    .waitFor();
  await guide.shoot('result of the export');
  const zips = readdirSync(folder).filter((name) => name.endsWith('.zip'));
  if (zips.length !== 1) throw new Error('the export was to leave one zip');
  const { rows: exports } = await guide.ask('export.list', { limit: 1 });
  return { file: path.join(folder, zips[0]), result: exports[0] };
}

/** Sending, what is managed, settings and help, then the main screens in the dark and in Arabic. */
export async function lookAround(guide) {
  await guide.visit('sending');
  await guide.heading('outbox.title');
  await guide.shoot('sending');
  await guide.visit('manage');
  await guide.heading('manage.title');
  await guide.shoot('manage');
  await guide.visit('settings');
  await guide.heading('settings.title');
  await guide.shoot('settings');
  await guide.page.getByText(word('settings.about')).scrollIntoViewIfNeeded();
  await guide.shoot('settings, further down');
  await guide.visit('help');
  await guide.heading('help.title');
  await guide.shoot('help');
  await guide.page.keyboard.press('?');
  await guide.page.getByRole('dialog').waitFor();
  await guide.shoot('keys');
  await guide.page.keyboard.press('Escape');
  await shootScreens(guide, { theme: 'dark', language: 'en' }, 'dark');
  await shootScreens(guide, { theme: 'light', language: 'ar' }, 'Arabic');
  await guide.ask('settings.set', { theme: 'system', language: 'en' });
}

const screens = [
  'day',
  'patients',
  'register',
  'images',
  'capture',
  'import',
  'export',
  'sending',
  'manage',
  'settings',
  'help',
];

async function shootScreens(guide, settings, name) {
  await guide.ask('settings.set', settings);
  await guide.page.reload();
  await guide.page.getByRole('main').waitFor();
  const { rows } = await guide.ask('catalog.patients', { text: 'Achieng', limit: 1 });
  for (const screen of [...screens, `patient?patient=${rows[0].patient}`]) {
    await guide.page.evaluate((route) => (window.location.hash = `#/${route}`), screen);
    await guide.page.getByRole('heading', { level: 1 }).waitFor();
    await guide.page.waitForTimeout(500);
    await guide.shoot(`${screen.split('?')[0]}, ${name}`);
  }
}
