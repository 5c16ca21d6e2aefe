import { spawn } from 'node:child_process';
import type { ElectronApplication } from '@playwright/test';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts the same app once more beside a running one and waits until it has ended. An environment variable that is undefined
 * is taken out.
 */
export async function runSecond(
  app: ElectronApplication,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const { program, own } = await app.evaluate(({ app: electron }) => ({
    program: process.execPath,
    // What every process of this app needs: where it lies when it is not packed, and the switches for this machine.
    own: [
      ...(electron.isPackaged ? [] : [electron.getAppPath()]),
      ...process.argv.filter((argument) => /^--(no-sandbox|js-flags=)/.test(argument)),
    ],
  }));
  const child = spawn(program, [...own, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString('utf8')));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString('utf8')));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
