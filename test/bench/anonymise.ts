import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setMaxListeners } from 'node:events';
import { runAnonymisation } from '../../main/archive/anonymisation';
import { type Engine, openArchive } from '../../main/archive/engine';
import { AnonymisationRequest } from '../../shared/contract/anonymisation';
import { ImageId, JobId } from '../../shared/model/ids';
import { writeInstances } from '../fixtures/instances';
import { compare, say, type Side } from './report';
import { writeFloor } from './write-floor';

const COUNT = 1000;
/** 256 x 256 pixels of 8 bits: 64 KiB. */
const SIDE = 256;
const ROUNDS = 5;

/** Seconds that passed, and seconds of all processors together. */
interface Taken {
  readonly seconds: number;
  readonly atWork: number;
}

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-anonymise-'));
const source = join(folder, 'source');
const signal = new AbortController().signal;
setMaxListeners(0, signal);
const handle = { job: JobId.parse('00000000-0000-4000-8000-000000000000'), signal, update: () => undefined };

/** Copies of all images of a new archive that holds them, in the archive, one act for each protocol, which makes other keys. */
async function acts(
  name: string,
  protocols: readonly string[],
  makeReady: (engine: Engine) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Taken[]> {
  const engine = await openArchive(join(folder, name), { holder: 'bench', version: '0.0.0' });
  try {
    await engine.intake.importNow(
      { paths: [source], context: { patient: null, clinic: null, station: null, kind: null }, source: 'folder' },
      handle,
    );
    await makeReady(engine);
    const rows = engine.context.db.prepare('SELECT object FROM image').all() as { object: string }[];
    const images = rows.map((row) => ImageId.parse(row.object));
    const taken: Taken[] = [];
    for (const value of protocols) {
      const values = [{ path: 'ClinicalTrialProtocolID', value }];
      const request = AnonymisationRequest.parse({ selection: { images }, masks: 'ignore', values });
      taken.push(await anonymise(engine, request, name));
    }
    return taken;
  } finally {
    await engine.close();
  }
}

/** What an open archive does by itself when nothing happens for a while (decision 35). */
async function warmUp({ background: { warmUp: work } }: Engine): Promise<void> {
  const waiting = setInterval(() => undefined, 1000); // nothing else keeps this process
  const cpu = process.cpuUsage();
  work.start();
  await work.ended;
  clearInterval(waiting);
  const { user, system } = process.cpuUsage(cpu);
  say(`  made ready between other things: ${((user + system) / 1e6).toFixed(2)} s at work`);
}

async function anonymise(engine: Engine, request: AnonymisationRequest, name: string): Promise<Taken> {
  spawnSync('sync');
  const before = process.memoryUsage().rss;
  const cpu = process.cpuUsage();
  const from = performance.now();
  const result = await runAnonymisation(engine.context, request, handle);
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (result.made !== COUNT) throw new Error(`Only ${String(result.made)} of ${String(COUNT)} were made.`);
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  say(`  ${name}: memory of the process grew by ${grown.toFixed(0)} MiB`);
  return { seconds, atWork: (user + system) / 1e6 };
}

/** The basic profile over the whole folder, in one process. */
function gdcmanon(round: number, flush: boolean): Taken {
  const out = join(folder, `out-${String(round)}-${String(flush)}`);
  mkdirSync(out);
  spawnSync('sync');
  const from = performance.now();
  const script = `gdcmanon -e -c "$2/cert.pem" -r -i "$0" -o "$1"${flush ? ' && cd "$1" && ls | xargs sync && sync .' : ''} && times`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, source, out, folder]);
  const seconds = (performance.now() - from) / 1000;
  if (status !== 0 || readdirSync(out).length !== COUNT) throw new Error(`gdcmanon: ${String(stderr)}`);
  return { seconds, atWork: timesOf(String(stdout)) };
}

/** The same files read, written and flushed, with nothing done to them. */
async function floor(round: number): Promise<Taken> {
  spawnSync('sync');
  const cpu = process.cpuUsage();
  const from = performance.now();
  await writeFloor(source, join(folder, `floor-${String(round)}`));
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, atWork: (user + system) / 1e6 };
}

/** What `times` of a shell says of it and its children together, in seconds: 0m0.01s four times. */
function timesOf(text: string): number {
  const all = [...text.matchAll(/(\d+)m([\d.]+)s/g)].slice(-4);
  return all.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

function side(name: string, durability: string, taken: readonly Taken[]): Side {
  return { name, durability, seconds: taken.map((one) => one.seconds), atWork: taken.map((one) => one.atWork) };
}

try {
  writeInstances(source, COUNT, SIDE);
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=bench', '-days', '1'],
    ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
  ]);
  if (made.status !== 0) throw new Error(String(made.stderr));
  const first: Taken[] = [];
  const next: Taken[] = [];
  const warm: Taken[] = [];
  const theirs: Taken[] = [];
  const flushed: Taken[] = [];
  const least: Taken[] = [];
  // Nothing is deleted before the end: an ext4 without a journal passes over what was deleted lately whenever a file is created, which
  // takes longer than everything that is measured here.
  for (let round = 0; round < ROUNDS; round += 1) {
    const [one, other] = await acts(`archive-${String(round)}`, ['FIRST', 'NEXT']);
    const [ready] = await acts(`ready-${String(round)}`, ['FIRST'], warmUp);
    if (!one || !other || !ready) throw new Error('An act is missing.');
    first.push(one);
    next.push(other);
    warm.push(ready);
    theirs.push(gdcmanon(round, false));
    flushed.push(gdcmanon(round, true));
    least.push(await floor(round));
  }
  const durability = 'every file, its key and record flushed before it counts';
  const others = [
    side('gdcmanon -e -r', 'nothing flushed', theirs),
    side('gdcmanon -e -r, sync each file', 'every file and the folder flushed at the end', flushed),
    side('read, write, flush, nothing else', 'every file flushed, in groups', least),
  ];
  const goal = 'at least as fast as gdcmanon in one process (ratio at most 1)';
  const what = `Anonymising ${String(COUNT)} instances of 64 KiB`;
  const ours = (taken: readonly Taken[]): Side => side('fieldbox', durability, taken);
  compare(`${what}: first act, at once after the archive was opened`, [ours(first), ...others], goal);
  compare(`${what}: first act, after a while in which nothing happened`, [ours(warm), ...others], goal);
  compare(`${what}: an act after another one`, [ours(next), ...others], goal);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
