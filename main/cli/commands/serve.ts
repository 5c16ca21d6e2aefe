import { parseArgs } from 'node:util';
import { FieldboxError, isErrorCode } from '@shared/errors';
import type { ListenerTls } from '@shared/model/listener-tls';
import { HubSettings } from '@shared/model/remotes/hub';
import { ScpPeer } from '@shared/model/scp';
import { readCertificate, readIdentity } from '../../sync/certificates/files';
import type { Identity } from '../../sync/certificates/self-signed';
import { type Receiving, receive } from '../../sync/scp/receive';
import { type SyncSession, withSync, runUntilStopped } from '../sync-session';
import type { Terminal } from '../terminal';
import { commonOptions, UsageError } from '../usage';

const PEER = /^([^@]{1,16})@([^:]*):(\d{1,5})$/;
const PEER_USAGE = '--peer is AETITLE@HOST:PORT, and may be followed by ,tls or ,tls=FINGERPRINT and by ,decoded.';
const options = {
  ...commonOptions,
  scp: { type: 'string' },
  hub: { type: 'string' },
  host: { type: 'string', default: '127.0.0.1' },
  'public-url': { type: 'string', default: '' },
  ae: { type: 'string', default: 'FIELDBOX' },
  peer: { type: 'string', multiple: true, default: [] as string[] },
  'known-only': { type: 'boolean', default: false },
  'standard-only': { type: 'boolean', default: false },
  'tls-certificate': { type: 'string' },
  'tls-key': { type: 'string' },
  'client-certificate': { type: 'string', multiple: true, default: [] as string[] },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options });
}

/**
 * `serve --scp PORT --hub PORT`: receives from machines and answers their questions, lets boxes send and fetch, and sends what
 * waits, until it is stopped.
 */
export async function serveCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = parse(argv);
  const scp = portOf(values.scp, '--scp');
  const hub = await hubOf(values);
  const identity = await identityOf(values);
  if (scp === null && hub === null) throw new UsageError('Say which port: --scp PORT or --hub PORT.');
  const serve = async (session: SyncSession): Promise<number> => {
    const { engine, sync } = session;
    session.require('import.start');
    if (identity !== null) sync.identity.use(identity);
    const dicom = scp === null ? null : await listenForMachines(session, values, scp, terminal);
    try {
      const hubPort = hub === null ? null : await listenForBoxes(session, terminal);
      await runUntilStopped(session);
      await sync.close();
      const { counts } = await engine.verbs['archive.status']({});
      terminal.answer(
        { port: dicom?.port ?? null, hub: hubPort, images: counts.images },
        () => `Stopped. ${String(counts.images)} images in the archive.`,
      );
      return 0;
    } finally {
      await dicom?.close();
    }
  };
  return withSync(values.archive, terminal, serve, hub ?? undefined);
}

async function listenForMachines(
  { engine, sync }: SyncSession,
  values: Values,
  port: number,
  terminal: Terminal,
): Promise<Receiving> {
  const peers = values.peer.map(peerOf);
  const onFault = (error: unknown): void =>
    terminal.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const settings = {
    AETitle: values.ae,
    port,
    host: values.host,
    peers,
    strangersMayStore: !values['known-only'],
    worklist: true,
    unknownClasses: !values['standard-only'],
    tls: await tlsOf(values),
  };
  const witness = { called: () => undefined, stored: () => undefined };
  const receiving = await receive(engine, settings, {
    witness,
    reports: sync.commitments,
    identity: sync.identity,
    throttles: sync.throttles,
    onFault,
  });
  terminal.say(`Listening as ${values.ae} on ${values.host}:${String(receiving.port)}.`);
  return receiving;
}

/** Throws HUB_PORT_TAKEN, HUB_ADDRESS, HUB_PORT_FORBIDDEN. */
async function listenForBoxes({ sync }: SyncSession, terminal: Terminal): Promise<number | null> {
  sync.start();
  const { fault, port, addresses } = await sync.hub();
  if (fault !== null) throw new FieldboxError(isErrorCode(fault.code) ? fault.code : 'INTERNAL', fault.details);
  terminal.say(`Boxes reach this archive at ${addresses.join(', ')}.`);
  return port;
}

/** The certificate and key that were named; null: not encrypted. Throws CERTIFICATE_*. */
async function identityOf(values: Values): Promise<Identity | null> {
  const { 'tls-certificate': certificate, 'tls-key': key } = values;
  if (certificate === undefined && key === undefined) return null;
  if (certificate === undefined || key === undefined)
    throw new UsageError('Encryption needs both: --tls-certificate FILE --tls-key FILE.');
  return readIdentity([certificate, key]);
}

/** Whether connections are encrypted, and whom to let in. Throws CERTIFICATE_UNREADABLE. */
async function tlsOf(values: Values): Promise<ListenerTls> {
  const clients = await Promise.all(values['client-certificate'].map((path) => readCertificate(path)));
  const on = values['tls-certificate'] !== undefined;
  if (clients.length > 0 && !on) throw new UsageError('--client-certificate needs --tls-certificate and --tls-key.');
  return { on, clients };
}

async function hubOf(values: Values): Promise<HubSettings | null> {
  const port = portOf(values.hub, '--hub');
  if (port === null) return null;
  const settings = HubSettings.safeParse({
    on: true,
    host: values.host,
    port,
    publicUrl: values['public-url'],
    tls: await tlsOf(values),
  });
  if (!settings.success)
    throw new UsageError('--host is an address such as 192.168.7.20, --public-url begins with http.');
  return settings.data;
}

function portOf(text: string | undefined, option: string): number | null {
  if (text === undefined) return null;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`Say which port: ${option} PORT.`);
  return port;
}

function peerOf(text: string): ScpPeer {
  const [machine = '', ...more] = text.split(',');
  const [, AETitle, host, port] = PEER.exec(machine) ?? [];
  const peer = ScpPeer.safeParse({ AETitle, host, port: Number(port), ...Object.assign({}, ...more.map(wayOf)) });
  if (!peer.success) throw new UsageError(PEER_USAGE);
  return peer.data;
}

/** How a machine is sent what it asks for. */
function wayOf(word: string): Partial<ScpPeer> {
  if (word === 'decoded') return { mayTranscode: true };
  const tls = /^tls(?:=([0-9a-f]{64}))?$/.exec(word.toLowerCase().replaceAll(':', ''));
  if (tls === null) throw new UsageError(PEER_USAGE);
  return { tls: true, certificate: tls[1] ?? null };
}
