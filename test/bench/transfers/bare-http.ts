import { spawn, type ChildProcess } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { Readable } from 'node:stream';
import { freePort } from '../../fixtures/free-port';

/** What is posted for a file, and where to. */
export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly open: () => Readable;
}

/** A file as the whole body. */
export function asIs(file: string, path: string, contentType: string): Post {
  return {
    path,
    headers: { 'content-type': contentType },
    bytes: statSync(file).size,
    open: () => createReadStream(file),
  };
}

/** Posts files over a few connections that stay open, and does nothing else. */
export async function postAll(port: number, connections: number, posts: readonly Post[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const queue = [...posts];
  const lane = async (): Promise<void> => {
    for (let post = queue.shift(); post !== undefined; post = queue.shift()) await postOne(port, agent, post);
  };
  try {
    await Promise.all(Array.from({ length: connections }, lane));
  } finally {
    agent.destroy();
  }
}

function postOne(port: number, agent: Agent, { path, headers, bytes, open }: Post): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = { host: '127.0.0.1', port, path, method: 'POST', agent };
    const outgoing = request({ ...sent, headers: { ...headers, 'content-length': bytes } }, (answer) => {
      answer.resume();
      const { statusCode = 0 } = answer;
      answer.on('end', () =>
        statusCode >= 200 && statusCode < 300 ? resolve() : reject(new Error(`HTTP ${String(statusCode)}`)),
      );
    });
    outgoing.on('error', reject);
    open().pipe(outgoing);
  });
}

/** Writes what it gets to files and flushes each before it answers: the least that a careful server does. */
const SERVER = `
const { createServer } = require('node:http');
const { createWriteStream } = require('node:fs');
let at = 0;
createServer((incoming, response) => {
  const out = createWriteStream(process.argv[1] + '/' + at++, { flush: true });
  incoming.pipe(out);
  out.on('close', () => response.writeHead(204).end());
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('open'));
`;

/** Starts such a server, which writes into a folder. */
export async function startBareServer(
  folder: string,
): Promise<{ readonly process: ChildProcess; readonly port: number }> {
  const port = await freePort();
  const process = spawn(globalThis.process.execPath, ['-e', SERVER, folder, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve) => process.stdout.once('data', () => resolve()));
  return { process, port };
}
