import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startCommand } from '../fixtures/command-line';
import { writeInstances } from '../fixtures/instances';
import { compare, type Side } from './report';

/** "2,000 generated 64 KiB instances": 256 x 256 pixels of 8 bits. */
const COUNT = 2000;
const SIDE = 256;
const ROUNDS = 3;
/** Orthanc's answers are waited for by this many connections at once, as a modality with several associations would. */
const CONNECTIONS = 4;

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-import-'));
const source = join(folder, 'source');

function timed(work: () => void): number {
  const from = performance.now();
  work();
  return (performance.now() - from) / 1000;
}

/** Empties what the kernel has not yet written, so that one side does not pay for the other. */
function settle(): void {
  spawnSync('sync');
}

async function fieldbox(round: number): Promise<number> {
  const archive = join(folder, `archive-${String(round)}`);
  settle();
  const from = performance.now();
  const child = startCommand(['import', source, '--archive', archive, '--json']);
  let stdout = '';
  child.stdout?.on('data', (bytes: Buffer) => (stdout += bytes.toString('utf8')));
  await new Promise((resolve) => child.on('close', resolve));
  const seconds = (performance.now() - from) / 1000;
  const { added } = JSON.parse(stdout) as { added: number };
  if (added !== COUNT) throw new Error(`Only ${String(added)} of ${String(COUNT)} were added.`);
  rmSync(archive, { recursive: true });
  return seconds;
}

/** Copies, hashes and flushes every file and the folder: what a careful person does by hand. */
function copyAndHash(round: number): number {
  const copy = join(folder, `copy-${String(round)}`);
  settle();
  const seconds = timed(() => {
    const script = 'cp -r "$0" "$1" && cd "$1" && sha256sum -- * > ../sums && ls | xargs sync && sync . ../sums';
    const { status, stderr } = spawnSync('sh', ['-c', script, source, copy]);
    if (status !== 0) throw new Error(String(stderr));
  });
  rmSync(copy, { recursive: true });
  return seconds;
}

async function orthanc(round: number): Promise<number> {
  const storage = join(folder, `orthanc-${String(round)}`);
  mkdirSync(storage);
  const port = 18_042 + round;
  const configuration = join(folder, `orthanc-${String(round)}.json`);
  writeFileSync(
    configuration,
    JSON.stringify({
      StorageDirectory: storage,
      IndexDirectory: storage,
      HttpPort: port,
      DicomPort: port + 1000,
      DicomServerEnabled: false,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: false,
      SyncStorageArea: true,
      StorageCompression: false,
      Plugins: [],
    }),
  );
  const server = spawn('Orthanc', [configuration], { stdio: 'ignore' });
  try {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    await untilAnswers(port, agent);
    const files = readdirSync(source).map((name) => join(source, name));
    settle();
    const from = performance.now();
    const store = async (): Promise<void> => {
      for (let file = files.pop(); file !== undefined; file = files.pop())
        await post(port, agent, '/instances', readFileSync(file));
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, store));
    const seconds = (performance.now() - from) / 1000;
    agent.destroy();
    return seconds;
  } finally {
    const ended = new Promise((resolve) => server.on('close', resolve));
    server.kill('SIGTERM');
    await ended;
    rmSync(storage, { recursive: true });
  }
}

function post(port: number, agent: Agent, path: string, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path, method: body.length === 0 ? 'GET' : 'POST', agent },
      (answer) => {
        answer.resume();
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`Orthanc answered ${String(answer.statusCode)}`)),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

async function untilAnswers(port: number, agent: Agent): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await post(port, agent, '/system', new Uint8Array(0));
      return;
    } catch {
      await wait(100); // not yet listening
    }
  }
  throw new Error('Orthanc did not start.');
}

try {
  writeInstances(source, COUNT, SIDE);
  const ours: number[] = [];
  const byHand: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await fieldbox(round));
    byHand.push(copyAndHash(round));
    peer.push(await orthanc(round));
  }
  const sides: [Side, Side, Side] = [
    {
      name: 'fieldbox import (whole process)',
      durability: 'every file, its record and its folder flushed before it is reported',
      seconds: ours,
    },
    {
      name: 'cp -r, sha256sum, sync each file',
      durability: 'every file and the folder flushed at the end',
      seconds: byHand,
    },
    {
      name: 'Orthanc, POST /instances',
      durability: 'SyncStorageArea: every file flushed; index in WAL',
      seconds: peer,
    },
  ];
  compare(
    `Import of ${String(COUNT)} instances of 64 KiB`,
    sides,
    'at most 3 times cp and sha256sum; faster than Orthanc (ratio below 1)',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
