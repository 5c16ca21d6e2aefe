// Building dist/ when the sources are not those it was built from.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { withLock } from './lock.mjs';
import { dist, inRoot, stateFolder } from './paths.mjs';
import { Problem, say } from './process.mjs';

const stamp = path.join(stateFolder, 'build-stamp');

/** A part is built when one of the files it starts from is there. */
const parts = [
  {
    name: 'main',
    config: 'vite.main.config.ts',
    startsFrom: ['main/index.ts', 'main/cli/entry.ts', 'main/workers/entries'],
    makes: 'main',
  },
  { name: 'preload', config: 'vite.preload.config.ts', startsFrom: ['preload/index.ts'], makes: 'preload/index.cjs' },
  { name: 'renderer', config: 'vite.config.ts', startsFrom: ['renderer/index.html'], makes: 'renderer/index.html' },
];
const sources = ['main', 'preload', 'renderer', 'shared', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** A hash over name, size and time of every source (and of `more` files or folders): cheap enough to ask at each start. */
export function sourceFingerprint(more = []) {
  const hash = createHash('sha256');
  const visit = (file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats) return;
    if (!stats.isDirectory()) hash.update(`${file}\0${stats.size}\0${stats.mtimeMs}\n`);
    else for (const name of readdirSync(file).sort()) visit(path.join(file, name));
  };
  for (const name of [...sources, ...parts.map((part) => part.config), ...more]) visit(inRoot(name));
  return hash.digest('hex');
}

/** The parts whose sources are in this copy. */
export const presentParts = () => parts.filter((part) => part.startsFrom.some((file) => existsSync(inRoot(file))));

/** Is dist/ made from the sources as they are now? */
export function buildIsFresh() {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sourceFingerprint()) return false;
  return presentParts().every((part) => existsSync(path.join(dist, part.makes)));
}

/** Builds what is not fresh; one process at a time. Answers whether it built. Needs node_modules. */
export async function ensureBuild({ force = false } = {}) {
  if (!force && buildIsFresh()) return false;
  return withLock(path.join(stateFolder, 'build.lock'), async () => {
    if (!force && buildIsFresh()) return false;
    await build();
    return true;
  });
}

async function build() {
  const fingerprint = sourceFingerprint();
  rmSync(stamp, { force: true });
  const vite = await import('vite');
  const failures = [];
  for (const part of presentParts()) {
    say(`Building ${part.name} ...`);
    try {
      await vite.build({ configFile: inRoot(part.config), logLevel: 'warn', customLogger: toStderr(vite) });
    } catch (error) {
      if (process.env.FIELDBOX_DEBUG) console.error(error);
      failures.push(`${part.name} could not be built: ${explain(error)}`);
    }
  }
  if (failures.length > 0) throw new Problem(failures.join('\n'));
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(stamp, fingerprint);
}

/** Vite writes to stdout, which belongs to the command line's answers. */
function toStderr(vite) {
  const write = (text) => process.stderr.write(`${text}\n`);
  return { ...vite.createLogger('warn'), info: () => undefined, warn: write, warnOnce: write, error: () => undefined };
}

function explain(error) {
  const place = error.loc ? ` (${path.relative(inRoot(), error.loc.file ?? '')}:${error.loc.line})` : '';
  const message = process.stderr.isTTY ? error.message : stripVTControlCharacters(error.message);
  return `${message.trim()}${place}`;
}
