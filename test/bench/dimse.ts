import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openArchive } from '../../main/archive/engine';
import { startCommand } from '../fixtures/command-line';
import { freePort } from '../fixtures/free-port';
import { compare } from './report';
import { type Cost, costOf, sideOf } from './transfers/cost';
import { Near } from './transfers/near';
import { DCMTK, end, run, untilListens } from './transfers/program';
import { type FileSet, SETS, writeSet, writeWarmUp } from './transfers/sizes';

/**
 * C-STORE out to and in from dcmtk, against dcmtk to dcmtk with the same files: one association each. Nothing is removed before the last
 * round: an ext4 without a journal passes over every place that was deleted lately whenever a file is created.
 */

/** Small images take little time, so there is time for more rounds of them: in the first ones a sender is still compiling. */
const ROUNDS = { small: 9, large: 5 } as const;
/** Rows and columns from which images are large. */
const LARGE_SIDE = 1024;
const AE = 'FAR';
/** As storescp flushes nothing, a program that flushes each file is run for it; the next file has to wait for that. */
const FLUSHING = ['--exec-on-reception', 'sync -d #p/#f', '--exec-sync'];

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-dimse-'));

/** Runs something against a storescp with an empty folder, and checks that everything has come. */
async function toStorescp(
  files: number,
  options: readonly string[],
  send: (port: number) => Promise<void>,
): Promise<Cost> {
  const target = mkdtempSync(join(folder, 'storescp-'));
  const port = await freePort();
  const far = spawn('storescp', ['-aet', AE, '-od', target, ...options, String(port)], { stdio: 'ignore', env: DCMTK });
  try {
    await untilListens(port, far);
    const cost = await costOf([far.pid], () => send(port));
    const came = readdirSync(target).length;
    if (came !== files) throw new Error(`Only ${String(came)} of ${String(files)} have come.`);
    return cost;
  } finally {
    await end(far);
  }
}

function storescu(files: string, port: number): Promise<void> {
  return run('storescu', ['-aec', AE, '+sd', '127.0.0.1', String(port), files]);
}

async function intoFieldbox(files: string, warmUp: string): Promise<Cost> {
  const archive = mkdtempSync(join(folder, 'far-'));
  await (await openArchive(archive, { holder: 'bench', version: '0.0.0' })).close();
  const port = await freePort();
  const far = startCommand(['serve', '--scp', String(port), '--ae', AE, '--archive', archive, '--json']);
  try {
    await untilListens(port, far);
    await storescu(warmUp, port);
    return await costOf([far.pid], () => storescu(files, port));
  } finally {
    await end(far, 'SIGINT');
  }
}

/** With `warmUp` a few other images. */
async function outOfFieldbox(near: Near, port: number, name: string, warmUp = false): Promise<void> {
  const called = { host: '127.0.0.1', port, calledAETitle: AE, callingAETitle: 'NEAR' };
  const options = { tls: false, certificate: null, commitment: false, mayTranscode: false };
  const remote = await near.addRemote(name, { kind: 'dimse', ...called, ...options });
  if (warmUp) await near.warmUp(remote);
  else await near.until(await near.send(remote), 'arrived');
  // storescp answers no questions, so nothing is ever proven: the worker is not to go on asking while others are measured.
  await near.sync.verbs['remotes.remove']({ remote });
}

/** A set of files, and others that only warm up. */
interface Files {
  readonly set: FileSet;
  readonly paths: readonly string[];
  readonly warmUp: readonly string[];
}

function bareOf({ set, paths }: Files): Promise<Cost> {
  return toStorescp(set.count, [], (port) => storescu(dirname(paths[0] ?? ''), port));
}

function roundsOf({ side }: FileSet): number {
  return side < LARGE_SIDE ? ROUNDS.small : ROUNDS.large;
}

/** By itself: what flushes leaves the disk at work, which whoever comes next would pay for. */
async function measureOut(files: Files): Promise<void> {
  const { set, paths, warmUp } = files;
  const near = await Near.fill(join(folder, `near-${String(set.side)}`), paths, warmUp);
  await toStorescp(warmUp.length, [], (port) => outOfFieldbox(near, port, 'warm-up', true));
  const costs = { bare: [] as Cost[], out: [] as Cost[] };
  for (let round = 0; round < roundsOf(set); round += 1) {
    costs.bare.push(await bareOf(files));
    costs.out.push(await toStorescp(set.count, [], (port) => outOfFieldbox(near, port, `round ${String(round)}`)));
  }
  await near.close();
  compare(
    `C-STORE of ${set.name} out of Fieldbox`,
    [
      sideOf('Fieldbox to storescp', 'nothing there; what became of each image here', costs.out),
      sideOf('storescu to storescp', 'nothing', costs.bare),
    ],
    'at most 1.5',
  );
}

async function measureInto(files: Files): Promise<void> {
  const { set, paths, warmUp } = files;
  const [own, warm] = [paths, warmUp].map(([first = '']) => dirname(first)) as [string, string];
  const costs = { bare: [] as Cost[], flushed: [] as Cost[], into: [] as Cost[] };
  for (let round = 0; round < roundsOf(set); round += 1) {
    costs.bare.push(await bareOf(files));
    costs.flushed.push(await toStorescp(set.count, FLUSHING, (port) => storescu(own, port)));
    costs.into.push(await intoFieldbox(own, warm));
  }
  compare(
    `C-STORE of ${set.name} into Fieldbox`,
    [
      sideOf('storescu to Fieldbox', 'file, record and index', costs.into),
      sideOf('storescu to storescp', 'nothing', costs.bare),
      sideOf('the same, each file flushed', 'file', costs.flushed),
    ],
    'at most 1.5',
  );
}

try {
  for (const set of SETS) {
    const files = { set, paths: writeSet(folder, set), warmUp: writeWarmUp(folder) };
    await measureOut(files);
    await measureInto(files);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
