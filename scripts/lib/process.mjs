// Running other programs, and ending our own with one clear sentence.
import { spawn, spawnSync } from 'node:child_process';
import { root } from './paths.mjs';

/** Something a person can act on; its message is the one sentence that is shown. */
export class Problem extends Error {}

/** Progress goes to stderr, so that stdout stays the program's own. */
export const say = (sentence) => process.stderr.write(`[fieldbox] ${sentence}\n`);

/**
 * Runs a script's main function: what it returns is the exit code; a failure is one sentence, never a stack trace
 * (set FIELDBOX_DEBUG to see it).
 */
export async function runMain(main, { failureCode = 1 } = {}) {
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    say(
      error instanceof Problem
        ? error.message
        : `Something unexpected went wrong: ${firstLine(String(error?.message ?? error))}`,
    );
    if (process.env.FIELDBOX_DEBUG) console.error(error);
    process.exitCode = failureCode;
  }
  const { exitCode } = process;
  // A library's own exit hook may end the process with 0 (electron-builder's does): a failure stays one.
  if (exitCode !== 0) process.once('exit', () => (process.exitCode = exitCode));
}

export const firstLine = (text) => text.trim().split('\n', 1)[0] ?? '';
const lastLines = (text, count) => text.trim().split('\n').slice(-count).join('\n');

/** Runs a program to its end without showing it; throws a Problem with `otherwise` and the end of its output if it fails. */
export function runQuietly(program, args, { otherwise, ...options }) {
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status === 0) return result.stdout;
  const detail = result.error ? result.error.message : lastLines(`${result.stdout}\n${result.stderr}`, 12);
  throw new Problem(`${otherwise}\n${detail}`);
}

/** Runs a program with our terminal, passing signals on; answers its exit code (128 + signal when it was killed). */
export function runAttached(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options });
    const pass = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, pass);
    const done = () => signals.forEach((signal) => process.off(signal, pass));
    child.once('error', (error) => (done(), reject(new Problem(`${program} could not be started: ${error.message}`))));
    child.once('exit', (code, signal) => (done(), resolve(code ?? 128 + (signalNumbers[signal] ?? 1))));
  });
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** Is this program on the PATH? */
export function hasProgram(name) {
  return spawnSync(process.platform === 'win32' ? 'where' : 'which', [name], { stdio: 'ignore' }).status === 0;
}

export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
