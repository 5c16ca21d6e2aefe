import type { ChildProcess } from 'node:child_process';
import { openArchive } from '../../../main/archive/engine';
import { runCommand, startCommand } from '../../fixtures/command-line';
import { freePort } from '../../fixtures/free-port';

/** A second Fieldbox with an archive of its own that boxes can reach, as a program of its own. */
export interface FarBox {
  readonly process: ChildProcess;
  /** By which the other one connects to it. */
  readonly url: string;
}

export async function startFarBox(archive: string): Promise<FarBox> {
  const port = String(await freePort());
  await (await openArchive(archive, { holder: 'bench', version: '0.0.0' })).close();
  await runCommand('hub', 'on', '--host', '127.0.0.1', '--port', port, '--archive', archive, '--json');
  const added = await runCommand('remote', 'add', 'near', 'slicebox', '--reached', '--archive', archive, '--json');
  const { url } = added.json() as { url: string };
  const serving = startCommand(['serve', '--hub', port, '--archive', archive, '--json']);
  await new Promise<void>((resolve) => serving.stderr?.once('data', () => resolve()));
  return { process: serving, url };
}
