import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './report';
import { asIs, type Post, postAll, startBareServer } from './transfers/bare-http';
import { type Cost, costOf, sideOf } from './transfers/cost';
import { startFarBox } from './transfers/far-box';
import { Near } from './transfers/near';
import { end } from './transfers/program';
import { type FileSet, SETS, writeSet, writeWarmUp } from './transfers/sizes';

const ROUNDS = 5;
/** As many as a box has. */
const CONNECTIONS = 4;
const MEGABYTES: FileSet = { name: '400 images of 1 MiB', count: 400, side: 1024 };

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-boxes-'));

/** One of the two sides of a round, ready to be measured. */
interface Runner {
  run(): Promise<Cost>;
  end(): Promise<void>;
}

async function plain(files: readonly string[], warmUp: readonly string[]): Promise<Runner> {
  const target = mkdtempSync(join(folder, 'bare-'));
  const { process, port } = await startBareServer(target);
  const post = (file: string): Post => asIs(file, '/', 'application/octet-stream');
  await postAll(port, CONNECTIONS, warmUp.map(post));
  const posts = files.map(post);
  return {
    run: () => costOf([process.pid], () => postAll(port, CONNECTIONS, posts)),
    end: () => end(process),
  };
}

/** From the request to the last proof. */
async function boxes(near: Near): Promise<Runner> {
  const archive = mkdtempSync(join(folder, 'far-'));
  const far = await startFarBox(archive);
  const { remote } = (await near.sync.verbs['boxes.connect']({ name: archive.slice(-6), url: far.url })).remote;
  await near.warmUp(remote);
  return {
    run: () => costOf([far.process.pid], async () => near.until(await near.send(remote), 'proven')),
    end: async () => {
      await end(far.process, 'SIGINT');
      await near.sync.verbs['remotes.remove']({ remote });
    },
  };
}

async function measure(set: FileSet): Promise<void> {
  const files = writeSet(folder, set);
  const warmUp = writeWarmUp(folder);
  const near = await Near.fill(join(folder, `near-${String(set.side)}`), files, warmUp);
  const ours: Cost[] = [];
  const bare: Cost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Both are there before either is measured and nothing is removed before the last round, so that neither finds the disk and the memory
    // as the removal of many files has just left them. Which of them begins alternates.
    const sides = [
      { runner: await plain(files, warmUp), costs: bare },
      { runner: await boxes(near), costs: ours },
    ];
    if (round % 2 === 1) sides.reverse();
    for (const { runner, costs } of sides) costs.push(await runner.run());
    for (const { runner } of sides) await runner.end();
  }
  await near.close();
  compare(
    `${set.name} over loopback, ${String(CONNECTIONS)} connections`,
    [
      sideOf('box push, Fieldbox to Fieldbox', 'file, record and index there; proof and its record here', ours),
      sideOf('plain HTTP upload', 'file', bare),
    ],
    'at most 1.5',
  );
}

try {
  for (const set of [...SETS, MEGABYTES]) await measure(set);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
