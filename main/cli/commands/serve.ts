import { parseArgs } from 'node:util';
import type { KnownPeer } from '../../sync/scp/archive-provider';
import { receive } from '../../sync/scp/receive';
import { withArchive } from '../session';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';

const PEER = /^([^@]{1,16})@([^:]*):(\d{1,5})$/;

/** `serve --scp PORT`: receives from machines and answers their questions until it is stopped. */
export async function serveCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...commonOptions,
      scp: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      ae: { type: 'string', default: 'FIELDBOX' },
      peer: { type: 'string', multiple: true, default: [] as string[] },
      'known-only': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.scp);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError('Say which port: --scp PORT.');
  const peers = values.peer.map(peerOf);
  return withArchive(values.archive, terminal, false, async ({ engine, signal }) => {
    const onFault = (error: unknown): void =>
      terminal.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const receiving = await receive(
      engine,
      {
        AETitle: values.ae,
        port,
        host: values.host,
        peers,
        strangersMayStore: !values['known-only'],
        worklist: true,
      },
      { called: () => undefined, stored: () => undefined },
      onFault,
    );
    terminal.say(`Listening as ${values.ae} on ${values.host}:${String(receiving.port)}.`);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await receiving.close();
    const { counts } = await engine.verbs['archive.status']({});
    terminal.answer(
      { port: receiving.port, images: counts.images },
      () => `Stopped. ${String(counts.images)} images in the archive.`,
    );
    return 0;
  });
}

function peerOf(text: string): KnownPeer {
  const [, AETitle, host, port] = PEER.exec(text) ?? [];
  if (AETitle === undefined || host === undefined || port === undefined)
    throw new UsageError('--peer is AETITLE@HOST:PORT.');
  return { AETitle, host, port: Number(port) };
}
