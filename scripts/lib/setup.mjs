// Everything that must be there before the app can run, in order; each step does nothing when nothing is missing.
import { compilerPackages, ensureDebianPackages } from './apt.mjs';
import { ensureBuild } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { ensureNative, nativeIsThere } from './native.mjs';
import { Problem } from './process.mjs';
import { ensureRuntime, findRuntime } from './runtime.mjs';

const oldestNode = [20, 19];

/**
 * npm packages, Electron, the database's binary, the build.
 * @returns {Promise<string>} the folder of the Electron runtime
 */
export async function prepareApp({ debianPackages }) {
  checkNode();
  ensureDebianPackages(debianPackages);
  await ensureDependencies();
  const runtime = await ensureRuntime();
  if (!nativeIsThere()) ensureDebianPackages(compilerPackages);
  await ensureNative(runtime);
  await ensureBuild();
  return runtime;
}

/** What the command line needs: no Electron and no windows. */
export async function prepareCommandLine() {
  checkNode();
  await ensureDependencies();
  if (!nativeIsThere()) await ensureNative(findRuntime());
  await ensureBuild();
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new Problem(`Fieldbox needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}.`);
}
