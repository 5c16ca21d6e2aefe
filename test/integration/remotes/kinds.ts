import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { dataSetStart } from '../../../main/sync/remotes/dimse/file-parts';
import type { ProofKind, WebAccess } from '../../../shared/model/remotes/access';
import type { RemoteSettings } from '../../../shared/model/remotes/settings';
import { onTestFinished } from 'vitest';
import { allImages, temporaryFolder } from '../../fixtures/archive';
import { boxAt, FieldboxPeer } from '../../fixtures/boxes';
import { courierPeer } from '../../fixtures/courier-peer';
import { sha256Of } from '../../fixtures/instances';
import { Orthanc } from '../../fixtures/orthanc';
import type { OutboxForTest } from '../../fixtures/outbox';
import { SliceboxPeer } from '../../fixtures/slicebox-peer';
import type { Peer, PeerKind, Through } from './contract';

/** Far sides of every kind, for the contract suite and for the rude network alike. */

const straight: Through = (port) => Promise.resolve(port);
export const openAccess: Omit<WebAccess, 'url'> = {
  authentication: { scheme: 'none' },
  headers: [],
  certificate: null,
};

export function restSettings(port: number): RemoteSettings {
  return { kind: 'orthanc', access: { url: `http://127.0.0.1:${String(port)}`, ...openAccess } };
}

export function webSettings(port: number): RemoteSettings {
  return {
    kind: 'dicomweb',
    access: { url: `http://127.0.0.1:${String(port)}/dicom-web`, ...openAccess },
    stow: '',
    qido: '',
    wado: '',
    readBack: true,
  };
}

export function dimseSettings(port: number): RemoteSettings {
  return {
    kind: 'dimse',
    host: '127.0.0.1',
    port,
    calledAETitle: 'PEER',
    callingAETitle: 'FIELDBOX',
    tls: false,
    certificate: null,
    commitment: false,
    mayTranscode: false,
  };
}

export const folderKind: PeerKind = {
  name: 'A folder',
  proofs: ['hash'],
  start: () => {
    const root = temporaryFolder();
    const path = join(root, 'share');
    const away = join(root, 'away');
    mkdirSync(path);
    return Promise.resolve({
      settings: { kind: 'folder', path },
      held: () =>
        Promise.resolve(
          readdirSync(path, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) =>
              createHash('sha256')
                .update(readFileSync(join(entry.parentPath, entry.name)))
                .digest('hex'),
            ),
        ),
      ...comesAndGoes(path, away),
    });
  },
};

function orthancByHttp(
  name: string,
  settings: (port: number) => RemoteSettings,
  proofs: readonly ProofKind[],
): PeerKind {
  return {
    name,
    proofs,
    start: async (through = straight) => {
      const orthanc = await Orthanc.start();
      return {
        settings: settings(await through(orthanc.port)),
        held: () => orthanc.held(),
        leave: () => orthanc.close('SIGKILL'),
        comeBack: () => orthanc.open(),
      };
    },
  };
}

export const orthancRestKind = orthancByHttp('Orthanc by REST', restSettings, ['hash']);
export const orthancWebKind = orthancByHttp('Orthanc by DICOMweb', webSettings, ['hash', 'query']);

export const orthancDimseKind: PeerKind = {
  name: 'Orthanc by DIMSE',
  proofs: ['query'],
  // The group 0002 of what it holds is its own: what is compared is the data set behind it.
  expected: async ({ engine }) => dataSetHashes(await filesOf(engine)),
  start: async (through = straight) => {
    const orthanc = await Orthanc.start({ settings: { DicomAlwaysAllowFind: true, DicomAlwaysAllowGet: true } });
    return {
      settings: dimseSettings(await through(orthanc.dicomPort)),
      held: async () => dataSetHashes(await orthanc.files()),
      leave: () => orthanc.close('SIGKILL'),
      comeBack: () => orthanc.open(),
    };
  },
};

/** An address of a box, reached through something. */
async function boxThrough(address: string, port: number, through: Through): Promise<ReturnType<typeof boxAt>> {
  return boxAt(address.replace(`:${String(port)}/`, `:${String(await through(port))}/`));
}

export const sliceboxKind: PeerKind = {
  name: 'A slicebox',
  proofs: ['hash', 'status'],
  start: async (through = straight) => {
    const peer = await SliceboxPeer.start();
    return {
      ...(await boxThrough(peer.baseUrl, peer.listeningPort, through)),
      held: () => Promise.resolve(peer.held()),
      leave: () => peer.close(),
      comeBack: () => peer.open(),
    };
  },
};

export const fieldboxKind: PeerKind = {
  name: 'A Fieldbox as a box',
  proofs: ['hash', 'status'],
  start: async (through = straight) => {
    const peer = await FieldboxPeer.start();
    return {
      ...(await boxThrough(await peer.offer(), peer.port, through)),
      held: () => peer.held(),
      leave: () => peer.leave(),
      comeBack: () => peer.comeBack(),
    };
  },
};

/** SHA-256 of what stands behind the group 0002 of files. */
function dataSetHashes(files: readonly Buffer[]): readonly string[] {
  return files.map((file) => sha256Of(file.subarray(dataSetStart(file))));
}

async function filesOf(engine: OutboxForTest['engine']): Promise<readonly Buffer[]> {
  return (await allImages(engine)).map(({ image }) => readFileSync(engine.context.objects.path(image)));
}

/** A folder that is not there while the stick is away. At one blow: nobody here is in the middle of reading it then. */
function comesAndGoes(path: string, away: string): Pick<Peer, 'leave' | 'comeBack'> {
  const move = (from: string, to: string) => (): Promise<void> => {
    renameSync(from, to);
    return Promise.resolve();
  };
  return { leave: move(path, away), comeBack: move(away, path) };
}

/** A stick that another box reads whenever it gets hold of it, several times over. */
export const courierKind: PeerKind = {
  name: 'A courier',
  proofs: ['receipt'],
  start: () => {
    const root = temporaryFolder();
    const path = join(root, 'stick');
    const away = join(root, 'away');
    mkdirSync(path);
    const peer = courierPeer();
    const reading = setInterval(() => peer.read(path), 150);
    onTestFinished(() => clearInterval(reading));
    return Promise.resolve({
      settings: { kind: 'courier', recipient: peer.key, path },
      held: () => Promise.resolve(peer.held),
      ...comesAndGoes(path, away),
    });
  },
};
