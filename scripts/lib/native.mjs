// better-sqlite3 comes with binaries for Node-API 10. Where Node or Electron offers less, it is built here, once.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { modules, nativeCache, root, stateFolder } from './paths.mjs';
import { Problem, runQuietly, say } from './process.mjs';
import { executableIn } from './runtime.mjs';

const packageFolder = path.join(modules, 'better-sqlite3');
/** Looked up by the package before its shipped binaries: its presence is the switch. */
const built = path.join(packageFolder, 'build', 'Release', 'better_sqlite3.node');
/** What the binaries need that better-sqlite3 brings. */
export const shippedNodeApi = 10;

const probe = "const D=require('better-sqlite3');new D(':memory:').prepare('select sqlite_version()').get()";

/** Makes better-sqlite3 load in this Node and in the given runtime (undefined: only Node matters), one process at a time. */
export function ensureNative(runtime) {
  return withLock(path.join(stateFolder, 'native.lock'), () => makeLoadable(runtime));
}

function makeLoadable(runtime) {
  const nodeApi = Math.min(Number(process.versions.napi), runtime ? nodeApiOf(runtime) : Infinity);
  if (nodeApi >= shippedNodeApi) rmSync(path.join(packageFolder, 'build'), { recursive: true, force: true });
  else if (!existsSync(built)) provide(nodeApi);
  if (!loads(runtime)) {
    rmSync(path.join(packageFolder, 'build'), { recursive: true, force: true });
    if (nodeApi < shippedNodeApi) {
      rmSync(cacheFile(nodeApi), { force: true });
      provide(nodeApi);
    }
    if (!loads(runtime))
      throw new Problem('The database (better-sqlite3) does not load here; delete node_modules and try again.');
  }
}

/** Is there something to do before better-sqlite3 loads in this Node? A glance, without starting anything. */
export function nativeIsThere() {
  return Number(process.versions.napi) >= shippedNodeApi || existsSync(built);
}

const asNode = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };

/** The Node-API version of a runtime. */
export function nodeApiOf(runtime) {
  return Number(
    execFileSync(executableIn(runtime), ['-p', 'process.versions.napi'], { env: asNode, encoding: 'utf8' }),
  );
}

function loads(runtime) {
  const programs = runtime ? [process.execPath, executableIn(runtime)] : [process.execPath];
  return programs.every(
    (program) => spawnSync(program, ['-e', probe], { cwd: root, env: asNode, stdio: 'ignore' }).status === 0,
  );
}

function cacheFile(nodeApi) {
  const { version } = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'));
  return path.join(nativeCache, `better-sqlite3-${version}-napi${nodeApi}-${process.platform}-${process.arch}.node`);
}

function provide(nodeApi) {
  const cached = cacheFile(nodeApi);
  if (!existsSync(cached)) {
    build();
    mkdirSync(nativeCache, { recursive: true });
    copyFileSync(built, `${cached}.${process.pid}`);
    renameSync(`${cached}.${process.pid}`, cached);
  } else {
    mkdirSync(path.dirname(built), { recursive: true });
    copyFileSync(cached, built);
  }
}

function build() {
  say('Building the database for this machine (about a minute, once) ...');
  const nodeGyp = path.join(modules, 'node-gyp', 'bin', 'node-gyp.js');
  runQuietly(process.execPath, [nodeGyp, 'rebuild', '--release', '--force_build=1', ...localHeaders()], {
    cwd: packageFolder,
    env: { ...process.env, CXXFLAGS: '-UNAPI_VERSION -DNAPI_EXPERIMENTAL -DNODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT' },
    otherwise: 'The database (better-sqlite3) could not be built: it needs python3, make and g++. The compiler said:',
  });
  keepOnlyTheBinary();
}

/** What the compiler left beside it would only make packages bigger. */
function keepOnlyTheBinary() {
  const binary = readFileSync(built);
  rmSync(path.join(packageFolder, 'build'), { recursive: true, force: true });
  mkdirSync(path.dirname(built), { recursive: true });
  writeFileSync(built, binary, { mode: 0o755 });
}

/** Node's own headers, where its installation has them; node-gyp downloads them otherwise. */
function localHeaders() {
  const prefix = path.resolve(process.execPath, '..', '..');
  return existsSync(path.join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
}
