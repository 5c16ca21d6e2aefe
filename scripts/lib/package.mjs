// The app as it is handed out: put together by electron-builder from the Electron that is there, without a network.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { sourceFingerprint } from './build.mjs';
import { withLock } from './lock.mjs';
import { nodeApiOf, shippedNodeApi } from './native.mjs';
import { inRoot, stateFolder } from './paths.mjs';
import { Problem, say } from './process.mjs';
import { findRuntime } from './runtime.mjs';

const require = createRequire(import.meta.url);
const output = inRoot('release');
const stamp = path.join(stateFolder, 'package-stamp');
const ingredients = ['electron-builder.yml', 'LICENSE', 'NOTICE', 'scripts/package'];

/**
 * Packs the built app, unless it lies there already. Needs node_modules, the runtime and dist/.
 * @param {{ targets?: string[], force?: boolean }} [options] `targets`: kinds of installers as electron-builder calls
 *   them (they need the network for its helpers); by default the unpacked folder alone
 * @returns {Promise<string>} the app's executable
 */
export async function packageApp({ targets = ['dir'], force = false } = {}) {
  const runtime = findRuntime();
  if (!runtime) throw new Problem('There is no Electron to pack; "npm start" or "npm test" fetches it.');
  const fingerprint = `${sourceFingerprint(ingredients)} ${runtime}`;
  const isThere = () => existsSync(executable()) && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint;
  const onlyFolder = targets.every((target) => target === 'dir');
  if (onlyFolder && !force && isThere()) return executable();
  return withLock(path.join(stateFolder, 'package.lock'), async () => {
    if (onlyFolder && !force && isThere()) return executable();
    say('Packing the app ...');
    rmSync(stamp, { force: true });
    await runBuilder(runtime, targets);
    if (!existsSync(executable())) throw new Problem(`The app was packed, but ${executable()} is not there.`);
    mkdirSync(stateFolder, { recursive: true });
    writeFileSync(stamp, fingerprint);
    return executable();
  });
}

async function runBuilder(runtime, targets) {
  const { build, Platform } = require('electron-builder');
  process.env.CSC_IDENTITY_AUTO_DISCOVERY ??= 'false';
  try {
    await build({
      projectDir: inRoot(),
      targets: Platform.current().createTarget(targets),
      publish: 'never',
      config: {
        extends: inRoot('electron-builder.yml'),
        electronDist: runtime,
        electronVersion: readFileSync(path.join(runtime, 'version'), 'utf8').trim().replace(/^v/, ''),
        files: unusedBinaries(runtime),
      },
    });
  } catch (error) {
    if (process.env.FIELDBOX_DEBUG) console.error(error);
    throw new Problem(`The app could not be packed: ${String(error.message).trim().split('\n')[0]}`);
  }
}

/** better-sqlite3's shipped binaries for this system where the runtime takes them, else the one that was built here (lib/native.mjs). */
function unusedBinaries(runtime) {
  const folder = '!node_modules/better-sqlite3';
  if (nodeApiOf(runtime) < shippedNodeApi) return [`${folder}/prebuilds/**`];
  const foreign = ['darwin', 'linux', 'linuxmusl', 'win32'].filter((system) => system !== process.platform);
  return [`${folder}/build/**`, ...foreign.map((system) => `${folder}/prebuilds/${system}-*.node`)];
}

/** Where electron-builder puts the unpacked app of this system. */
function executable() {
  const arch = process.arch === 'x64' ? '' : `-${process.arch}`;
  if (process.platform === 'win32') return path.join(output, `win${arch}-unpacked`, 'Fieldbox.exe');
  if (process.platform === 'darwin')
    return path.join(output, `mac${arch}`, 'Fieldbox.app', 'Contents', 'MacOS', 'Fieldbox');
  return path.join(output, `linux${arch}-unpacked`, 'fieldbox');
}

/**
 * A copy of the packed app that lets itself be driven: tests need the debugger's switch, which a release must not have.
 * Everything else in it is the same.
 * @returns {Promise<string>} the copy's executable
 */
export async function inspectableCopy(packed) {
  const folder = path.join(output, 'inspectable');
  const source = topFolder(packed);
  rmSync(folder, { recursive: true, force: true });
  for (const name of readdirSync(source))
    cpSync(path.join(source, name), path.join(folder, name), { recursive: true, verbatimSymlinks: true });
  const copied = path.join(folder, path.relative(source, packed));
  const { flipFuses, FuseVersion, FuseV1Options } = require('@electron/fuses');
  await flipFuses(copied, {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature: process.platform === 'darwin',
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  return copied;
}

/** The folder in release/ that holds this executable. */
const topFolder = (packed) => path.join(output, path.relative(output, packed).split(path.sep)[0]);
