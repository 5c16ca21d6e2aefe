// Debian packages: the ones the app needs to show a window, and the ones its tests use as independent peers.
import { spawnSync } from 'node:child_process';
import { Problem, hasProgram, runQuietly, say } from './process.mjs';

/** What Electron's own libraries need (everything else comes in as their dependency). */
export const windowPackages = ['libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2'];
/** The virtual display. */
export const displayPackages = ['xvfb', 'xauth'];
/** Independent readers and servers that the tests compare with and speak to. */
export const testPackages = ['dcmtk', 'dicom3tools', 'orthanc', 'orthanc-dicomweb', 'python3-pydicom', 'unzip'];
/** What better-sqlite3 is compiled with, where it must be compiled. */
export const compilerPackages = ['python3', 'make', 'g++'];

/** Installs what is missing of these Debian packages. Does nothing on other systems. */
export function ensureDebianPackages(names) {
  if (process.platform !== 'linux' || !hasProgram('dpkg-query')) return;
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  const list = missing.join(' ');
  const asRoot = rootCommand();
  if (!asRoot)
    throw new Problem(
      `These Debian packages are missing: ${list}. Ask an administrator to run: apt-get install ${list}`,
    );
  say(`Installing Debian packages: ${list} ...`);
  runQuietly(asRoot[0], [...asRoot.slice(1), 'sh', '-c', installScript, 'sh', ...missing], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    otherwise: `These Debian packages could not be installed: ${list} (is there a network?). apt-get said:`,
  });
}

/**
 * Installs the packages given as arguments. Services that they bring (Orthanc) are not started: a policy file says so
 * while it runs, unless the system has a policy of its own; and they are not switched on for the next start either.
 */
const installScript = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
apt-get update -q
apt-get install -y -q --no-install-recommends "$@"
case " $* " in *" orthanc "*)
  if [ -d /run/systemd/system ]; then systemctl disable orthanc; elif command -v update-rc.d > /dev/null; then update-rc.d orthanc disable; fi
esac
`;

/** Newer Debian calls some libraries by a second name (64-bit time). */
function isInstalled(name) {
  return [name, `${name}t64`].some((candidate) => {
    const answer = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', candidate], { encoding: 'utf8' });
    return answer.status === 0 && answer.stdout.trim() === 'installed';
  });
}

/** How to run something as root without asking for a password; undefined when that is not possible. */
function rootCommand() {
  if (process.getuid?.() === 0) return ['env'];
  const canSudo = hasProgram('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  return canSudo ? ['sudo', '-n', '-E'] : undefined;
}
