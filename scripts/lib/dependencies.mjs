// node_modules: there, and as package-lock.json says.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { inRoot, modules, stateFolder } from './paths.mjs';
import { npm, runQuietly, say } from './process.mjs';

/** Lies inside node_modules, so that it vanishes with them. */
const stamp = path.join(modules, '.fieldbox-lock');

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');

/** Are node_modules there, from the lock file of today? */
export function dependenciesAreFresh() {
  return (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) || installedByHand();
}

/** Someone ran `npm ci` or `npm install` before us: npm's own list of what lies there agrees with the lock file. */
function installedByHand() {
  const listed = path.join(modules, '.package-lock.json');
  if (!existsSync(listed)) return false;
  const installed = JSON.parse(readFileSync(listed, 'utf8')).packages;
  const wanted = Object.entries(JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages);
  const same = wanted.every(
    ([name, entry]) => name === '' || entry.optional || installed[name]?.version === entry.version,
  );
  if (same) writeFileSync(stamp, lockHash());
  return same;
}

/** Installs the npm packages when they are missing or not those of the lock file, one process at a time. Answers whether it did. */
export async function ensureDependencies() {
  if (dependenciesAreFresh()) return false;
  return withLock(path.join(stateFolder, 'packages.lock'), install);
}

function install() {
  if (dependenciesAreFresh()) return false;
  say('Installing the npm packages ...');
  runQuietly(npm, ['ci', '--no-audit', '--no-fund'], {
    otherwise: 'The npm packages could not be installed (is there a network?). npm said:',
    shell: process.platform === 'win32',
  });
  mkdirSync(modules, { recursive: true });
  writeFileSync(stamp, lockHash());
  return true;
}
