// The demo tour: a clinic's day in the real app, on an archive made for it and thrown away at the next tour. Prints what it
// did and where everything lies. Needs what `npm start` sets up, and a display (`npm start` gives it a virtual one).
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { closeFieldbox, collectProblems, launchFieldbox } from '../lib/electron.mjs';
import { withLock } from '../lib/lock.mjs';
import { dist, stateFolder } from '../lib/paths.mjs';
import { Problem, firstLine, runMain, say } from '../lib/process.mjs';
import {
  browse,
  giveOut,
  importFiles,
  lookAround,
  lookClosely,
  registerPatient,
  startTheDay,
  takePictures,
} from './chapters.mjs';
import { Guide } from './guide.mjs';
import { gatherSamples } from './samples.mjs';
import { verifyZip } from './zip.mjs';

const folder = askedFolder(process.argv.slice(2)) ?? path.join(stateFolder, 'demo');
const places = {
  userData: path.join(folder, 'settings'),
  archive: path.join(folder, 'archive'),
  samples: path.join(folder, 'samples'),
  screenshots: path.join(folder, 'screenshots'),
  exports: path.join(folder, 'export'),
};

const longest = 15 * 60_000;
setTimeout(() => {
  say('The tour did not come to an end and was stopped.');
  process.exit(1);
}, longest).unref();

// Two tours at once would take the archive away from one another.
await runMain(() => withLock(`${folder}.lock`, takeTour));

/** `--folder DIR`: where everything goes, instead of the project's own place; nothing that lies there is removed. */
function askedFolder(args) {
  const asked = args[args.indexOf('--folder') + 1];
  return args.includes('--folder') && asked !== undefined ? path.resolve(asked) : undefined;
}

async function takeTour() {
  if (folder.startsWith(stateFolder)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  else if (existsSync(folder)) throw new Problem(`${folder} is there already; name a folder that is not.`);
  for (const place of [places.userData, places.exports]) mkdirSync(place, { recursive: true });
  const samples = await gatherSamples(places.samples);
  const done = await inApp({ archive: places.archive, userData: places.userData }, (guide) =>
    walkThrough(guide, samples),
  );
  const closed = await chapter('an archive of a newer version', showNewerArchive);
  done.screenshots += closed;
  const zip = await chapter('verifying the zip', () => verifyZip(done.export.file));
  const archive = await chapter('verifying the archive', verifyArchive);
  report({ ...done, zip, archive });
  return done.problems.length === 0 ? 0 : 1;
}

async function walkThrough(guide, samples) {
  await chapter('first start', () => startTheDay(guide));
  await chapter('registering a patient', () => registerPatient(guide));
  const imports = await chapter('importing files', () => importFiles(guide, samples));
  const pictures = await chapter('taking pictures', () => takePictures(guide));
  await chapter('browsing', () => browse(guide));
  await chapter('viewing', () => lookClosely(guide));
  const given = await chapter('exporting to a zip', () => giveOut(guide, places.exports));
  await chapter('settings, help, dark, Arabic', () => lookAround(guide));
  const { counts } = await guide.ask('archive.status', {});
  return { imports, pictures, export: given, counts };
}

/** Starts the app, lets `action` use it, closes it; a failure leaves a picture of what was on the screen. */
async function inApp(where, action) {
  const app = await launchFieldbox({ ...where, language: 'en' });
  const problems = collectProblems(app);
  let guide;
  try {
    const page = await app.firstWindow();
    await page.waitForLoadState('domcontentloaded');
    guide = new Guide(app, page, places.screenshots);
    const done = await action(guide);
    return { ...done, problems, screenshots: guide.shots.length };
  } catch (error) {
    const picture = path.join(folder, 'where it stopped.png');
    const shown = await guide?.page.screenshot({ path: picture }).then(
      () => ` (the screen: ${picture})`,
      () => '',
    );
    if (problems.length > 0) say(`The window said: ${firstLine(problems[0])}`);
    throw error instanceof Problem ? new Problem(`${error.message}${shown ?? ''}`) : error;
  } finally {
    await closeFieldbox(app);
  }
}

/** One part of the tour; a failure says in which part it was. */
async function chapter(name, action) {
  say(`Tour: ${name} ...`);
  try {
    return await action();
  } catch (error) {
    if (process.env.FIELDBOX_DEBUG) console.error(error);
    throw new Problem(`The tour stopped at "${name}": ${firstLine(error.message)}`);
  }
}

/** What a person sees whose archive was written by a later Fieldbox: nothing is touched. Answers how many screenshots it took. */
async function showNewerArchive() {
  const newer = path.join(folder, 'newer archive');
  mkdirSync(newer);
  const manifest = JSON.parse(readFileSync(path.join(places.archive, 'archive.json'), 'utf8'));
  writeFileSync(path.join(newer, 'archive.json'), JSON.stringify({ ...manifest, format: manifest.format + 1 }));
  const userData = path.join(folder, 'settings of the newer archive');
  cpSync(places.userData, userData, {
    recursive: true,
    filter: (file) => !path.basename(file).startsWith('Singleton'),
  });
  const { screenshots } = await inApp({ archive: newer, userData }, async (guide) => {
    await guide.page.getByRole('heading', { level: 1 }).waitFor();
    await guide.shootAs('98 an archive of a newer version');
    return {};
  });
  return screenshots;
}

/** Every object of the archive is read back by the command line, in another process than the app. */
async function verifyArchive() {
  const cli = path.join(dist, 'main', 'cli.js');
  const { stdout } = await promisify(execFile)(process.execPath, [
    cli,
    'verify',
    '--archive',
    places.archive,
    '--deep',
    '--json',
  ]);
  return JSON.parse(stdout);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function report({ imports, pictures, export: given, counts, zip, archive, screenshots, problems }) {
  const { scans, photos } = imports;
  const faults = archive.missing + archive.corrupt;
  const lines = [
    '',
    'The demo tour is done.',
    `  taken in      ${scans.files} files of a folder: ${scans.added} added, ${scans.alreadyStored} already here, ${scans.rejected} put aside`,
    `                ${photos.files} photos: ${photos.added} added, ${photos.rejected} put aside`,
    `                ${pictures} pictures with the camera (Chromium's fake one)`,
    `  the archive   ${counts.images} images of ${counts.patients} patients; ${archive.objects} stored files (${megabytes(archive.bytes)}) read back, ${faults} at fault`,
    `  given out     ${given.result.images} images into a zip; all ${zip.files} files in it (${megabytes(zip.bytes)}) read back and equal to its checksums`,
    `  seen          ${screenshots} screenshots; ${problems.length} errors or warnings in the window`,
    '',
    `  screenshots   ${places.screenshots}`,
    `  archive       ${places.archive}`,
    `  zip           ${given.file}`,
  ];
  console.log(lines.join('\n'));
  for (const problem of problems) say(`The window said: ${firstLine(problem)}`);
}
