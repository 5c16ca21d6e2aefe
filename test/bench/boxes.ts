import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openArchive } from '../../main/archive/engine';
import { createSync } from '../../main/sync';
import { MemorySecrets } from '../../main/sync/secrets';
import { ExportSelection } from '../../shared/contract/release';
import { runCommand, startCommand } from '../fixtures/command-line';
import { freePort } from '../fixtures/free-port';
import { writeInstances } from '../fixtures/instances';
import { compare, type Side } from './report';

/** 400 instances of 1 MiB: 1024 x 1024 pixels of 8 bits. */
const COUNT = 400;
const SIDE = 1024;
const ROUNDS = 3;
/** As many as a box has. */
const CONNECTIONS = 4;

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-boxes-'));
const source = join(folder, 'source');
const near = join(folder, 'near');

/** A server that writes what it gets to files and flushes each before it answers: the least that a careful one does. */
const BARE = `
const { createServer } = require('node:http');
const { createWriteStream, fsync } = require('node:fs');
let at = 0;
createServer((req, res) => {
  const out = createWriteStream(process.argv[1] + '/' + at++, { flush: true });
  req.pipe(out);
  out.on('close', () => res.writeHead(204).end());
}).listen(Number(process.argv[2]), '127.0.0.1', () => console.log('open'));
`;

async function plain(round: number): Promise<number> {
  const target = mkdtempSync(join(folder, `bare-${String(round)}-`));
  const port = await freePort();
  const server = spawn(process.execPath, ['-e', BARE, target, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve) => server.stdout.once('data', () => resolve()));
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const queue = readdirSync(source).map((name) => join(source, name));
  const from = performance.now();
  const lane = async (): Promise<void> => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) await post(port, agent, path);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  const seconds = (performance.now() - from) / 1000;
  agent.destroy();
  server.kill();
  rmSync(target, { recursive: true });
  return seconds;
}

function post(port: number, agent: Agent, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': statSync(path).size };
    const outgoing = request({ host: '127.0.0.1', port, method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve());
    });
    outgoing.on('error', reject);
    createReadStream(path).pipe(outgoing);
  });
}

/** From the request to the last proof, over a second Fieldbox that runs as a program of its own. */
async function boxes(round: number): Promise<number> {
  const far = join(folder, `far-${String(round)}`);
  const port = await freePort();
  await (await openArchive(far, { holder: 'bench', version: '0.0.0' })).close();
  const where = ['--host', '127.0.0.1', '--port', String(port)];
  await runCommand('hub', 'on', ...where, '--archive', far, '--json');
  const added = await runCommand('remote', 'add', 'near', 'slicebox', '--reached', '--archive', far, '--json');
  const { url } = added.json() as { url: string };
  const serving = startCommand(['serve', '--hub', String(port), '--archive', far, '--json']);
  const ended = new Promise((resolve) => serving.on('close', resolve));
  await new Promise<void>((resolve) => serving.stderr?.once('data', () => resolve()));
  const engine = await openArchive(near, { holder: 'bench', version: '0.0.0' });
  const sync = createSync(engine, {
    secrets: new MemorySecrets(),
    emit: () => undefined,
    onFault: (error) => {
      throw error;
    },
  });
  const { remote } = (await sync.verbs['boxes.connect']({ name: `far ${String(round)}`, url })).remote;
  const images = readdirSync(engine.context.paths.objects).flatMap((part) =>
    readdirSync(join(engine.context.paths.objects, part)),
  );
  sync.start();
  const from = performance.now();
  const { transaction } = await sync.verbs['outbox.send']({
    selection: ExportSelection.parse({ images }),
    remote,
    anonymise: null,
    priority: 0,
  });
  const proven = { transaction, states: ['proven' as const], limit: 1, offset: 0 };
  while ((await sync.verbs['outbox.items'](proven)).total < COUNT) await wait(20);
  const seconds = (performance.now() - from) / 1000;
  await sync.close();
  await engine.close();
  serving.kill('SIGINT');
  await ended;
  rmSync(far, { recursive: true });
  return seconds;
}

try {
  writeInstances(source, COUNT, SIDE);
  await runCommand('import', source, '--archive', near, '--json');
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await plain(round));
    ours.push(await boxes(round));
  }
  const sides: [Side, Side] = [
    { name: 'box push, Fieldbox to Fieldbox', durability: 'file, record and index there; proof here', seconds: ours },
    { name: 'plain HTTP upload', durability: 'file', seconds: bare },
  ];
  compare(`${String(COUNT)} images of 1 MiB over loopback, ${String(CONNECTIONS)} connections`, sides, 'at most 1.5');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
