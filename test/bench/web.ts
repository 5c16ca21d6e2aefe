import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onePart } from '../../main/sync/http/multipart';
import type { RemoteSettings } from '../../shared/model/remotes/settings';
import { compare } from './report';
import { asIs, type Post, postAll } from './transfers/bare-http';
import { type Cost, costOf, sideOf } from './transfers/cost';
import { Near } from './transfers/near';
import { withOrthanc } from './transfers/orthanc-server';
import { type FileSet, SETS, writeSet, writeWarmUp } from './transfers/sizes';

/** Orthanc's own REST interface and STOW-RS to it, against a bare HTTP client that posts the same files to the same Orthanc. */

const ROUNDS = 5;
/** As many as the drivers have. */
const CONNECTIONS = 3;
const BOUNDARY = 'fieldbox-bench';

const folder = mkdtempSync(join(tmpdir(), 'fieldbox-bench-web-'));

interface Way {
  readonly name: string;
  readonly settings: (url: string) => RemoteSettings;
  readonly post: (file: string) => Post;
}

const access = (url: string) => ({
  url,
  authentication: { scheme: 'none' as const },
  headers: [],
  certificate: null,
});

const WAYS: readonly Way[] = [
  {
    name: 'REST (POST /instances)',
    settings: (url) => ({ kind: 'orthanc', access: access(url) }),
    post: (file) => asIs(file, '/instances', 'application/dicom'),
  },
  {
    name: 'STOW-RS',
    settings: (url) => ({
      kind: 'dicomweb',
      access: access(`${url}/dicom-web`),
      stow: '',
      qido: '',
      wado: '',
      readBack: false,
    }),
    post: (file) => {
      const part = { bytes: statSync(file).size, open: () => createReadStream(file) };
      const type = `multipart/related; type="application/dicom"; boundary=${BOUNDARY}`;
      return {
        path: '/dicom-web/studies',
        headers: { 'content-type': type },
        ...onePart('application/dicom', BOUNDARY, part),
      };
    },
  },
];

interface Sent {
  readonly arrived: Cost;
  /** What it cost from the request to the last proof. */
  readonly proven: Cost;
}

function bare(files: readonly string[], { post }: Way): Promise<Cost> {
  return withOrthanc(folder, ({ port, process }) =>
    costOf([process.pid], () => postAll(port, CONNECTIONS, files.map(post))),
  );
}

function ours(near: Near, { settings }: Way, name: string): Promise<Sent> {
  return withOrthanc(folder, async ({ port, process }) => {
    const remote = await near.addRemote(name, settings(`http://127.0.0.1:${String(port)}`));
    await near.warmUp(remote);
    const transaction = await near.send(remote);
    const arrived = await costOf([process.pid], () => near.until(transaction, 'arrived'));
    const rest = await costOf([process.pid], () => near.until(transaction, 'proven'));
    await near.sync.verbs['remotes.remove']({ remote });
    return { arrived, proven: { seconds: arrived.seconds + rest.seconds, work: arrived.work + rest.work } };
  });
}

async function measure(set: FileSet): Promise<void> {
  const files = writeSet(folder, set);
  const near = await Near.fill(join(folder, `near-${String(set.side)}`), files, writeWarmUp(folder));
  for (const way of WAYS) {
    const sent: Sent[] = [];
    const floor: Cost[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      floor.push(await bare(files, way));
      sent.push(await ours(near, way, `${way.name} ${String(round)}`));
    }
    const arrived = sent.map((one) => one.arrived);
    const proven = sent.map((one) => one.proven);
    const client = sideOf('bare HTTP client', 'file there', floor);
    compare(
      `${set.name} to Orthanc by ${way.name}, ${String(CONNECTIONS)} connections`,
      [sideOf('Fieldbox, until all have arrived', 'file there; what became of each here', arrived), client],
      'at most 1.5',
    );
    compare(
      'The same with proof of every image, which the bare client does not ask for',
      [sideOf('Fieldbox, until all are proven', 'file there; proof here', proven), client],
      'none',
    );
  }
  await near.close();
}

try {
  for (const set of SETS) await measure(set);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
