// A virtual display: an X server that draws into memory.
import { spawn } from 'node:child_process';
import { Problem, hasProgram } from './process.mjs';

const startLimit = 15_000;

/** Can windows be shown to a person here? */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * Starts an X server on a display number that is free.
 * @returns {Promise<{ display: string, stop: () => Promise<void> }>} `display` is for DISPLAY; `stop` ends the server.
 */
export async function startXvfb({ width = 1440, height = 900 } = {}) {
  if (!hasProgram('Xvfb'))
    throw new Problem('A virtual display is needed, but Xvfb is not installed (Debian package "xvfb").');
  // The server itself looks for a free number and writes it to the descriptor it is given.
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${width}x${height}x24`, '-nolisten', 'tcp', '-noreset'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  try {
    const number = await readNumber(server);
    return {
      display: `:${number}`,
      async stop() {
        process.off('exit', kill);
        server.kill('SIGTERM');
        await ended;
      },
    };
  } catch (error) {
    process.off('exit', kill);
    kill();
    throw error;
  }
}

/** The environment for programs that shall show their windows there. */
export function onDisplay(display, env = process.env) {
  const { WAYLAND_DISPLAY: _wayland, ...rest } = env;
  return { ...rest, DISPLAY: display };
}

function readNumber(server) {
  return new Promise((resolve, reject) => {
    const fail = (reason) => reject(new Problem(`The virtual display (Xvfb) did not start: ${reason}.`));
    const timer = setTimeout(() => fail('no answer'), startLimit);
    let text = '';
    server.stdio[3].on('data', (bytes) => {
      text += bytes;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(Number(text));
    });
    server.once('error', (error) => (clearTimeout(timer), fail(error.message)));
    server.once('exit', (code) => (clearTimeout(timer), fail(`it ended with ${code}`)));
  });
}
