import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../fixtures/free-port';
import { DCMTK, end, untilListens } from './program';

/**
 * Runs something against a new and empty Orthanc with its DICOMweb plugin, which flushes each file before it answers. What it stored stays in
 * the folder.
 */
export async function withOrthanc<T>(
  folder: string,
  work: (server: { readonly port: number; readonly process: ChildProcess }) => Promise<T>,
): Promise<T> {
  const own = mkdtempSync(join(folder, 'orthanc-'));
  const [storage, configuration] = [join(own, 'storage'), join(own, 'orthanc.json')];
  mkdirSync(storage);
  const port = await freePort();
  writeFileSync(
    configuration,
    JSON.stringify({
      StorageDirectory: storage,
      IndexDirectory: storage,
      HttpPort: port,
      DicomServerEnabled: false,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: false,
      SyncStorageArea: true,
      Plugins: [pluginPath()],
      DicomWeb: { Enable: true, Root: '/dicom-web/' },
    }),
  );
  const server = spawn('Orthanc', [configuration], { stdio: 'ignore', env: DCMTK });
  try {
    await untilListens(port, server);
    return await work({ port, process: server });
  } finally {
    await end(server);
  }
}

/** Where Debian has put the DICOMweb plugin. */
function pluginPath(): string {
  const listed = spawnSync('dpkg', ['-L', 'orthanc-dicomweb'], { encoding: 'utf8' }).stdout;
  const path = listed.split('\n').find((line) => line.endsWith('libOrthancDicomWeb.so'));
  if (path === undefined) throw new Error('The package orthanc-dicomweb is not installed.');
  return path;
}
