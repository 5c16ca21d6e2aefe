import { parseArgs } from 'node:util';
import { HubSettings } from '@shared/model/remotes/hub';
import { remoteNamed, type SyncSession, withSync } from '../sync-session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';

/** `hub [on|off]`: whether others reach this archive, and where. It listens while the window or `serve` is open. */
export async function hubCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      ...commonOptions,
      host: { type: 'string' },
      port: { type: 'string' },
      'public-url': { type: 'string' },
    },
    allowPositionals: true,
  });
  const [act = 'status'] = positionals;
  if (!['status', 'on', 'off'].includes(act)) throw new UsageError('hub is one of: hub status, hub on, hub off.');
  return withSync(values.archive, terminal, async ({ sync }) => {
    let status = await sync.verbs['hub.status']({});
    if (act !== 'status') {
      const wanted = HubSettings.safeParse({
        on: act === 'on',
        host: values.host ?? status.settings.host,
        port: values.port === undefined ? status.settings.port : Number(values.port),
        publicUrl: values['public-url'] ?? status.settings.publicUrl,
        tls: status.settings.tls,
      });
      if (!wanted.success) throw new UsageError('--host is an address such as 192.168.7.20, --port a number.');
      status = await sync.verbs['hub.set'](wanted.data);
    }
    const { on, host, port } = status.settings;
    terminal.answer(status, () => (on ? `on, ${host}, port ${String(port)}` : 'off'));
    return 0;
  });
}

/** `box list|incoming|fetch|address`: other boxes, and what they send. */
export async function boxCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { ...commonOptions, new: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [act = 'list', name] = positionals;
  return withSync(values.archive, terminal, async (session) => {
    switch (act) {
      case 'list':
        return list(session, terminal);
      case 'incoming':
        return incoming(session, terminal);
      case 'fetch':
        return fetchFrom(session, named(name), terminal);
      case 'address':
        return address(session, named(name), values.new, terminal);
      default:
        throw new UsageError('box is one of: box list, box incoming, box fetch NAME, box address NAME.');
    }
  });
}

function named(name: string | undefined): string {
  if (name === undefined) throw new UsageError('Say which box.');
  return name;
}

async function list({ sync }: SyncSession, terminal: Terminal): Promise<number> {
  const { rows } = await sync.verbs['boxes.list']({});
  terminal.answer({ rows }, () =>
    table([
      ['name', 'role', 'program'],
      ...rows.map((row) => [
        row.name,
        row.role,
        row.isFieldbox === null ? 'not known yet' : row.isFieldbox ? 'Fieldbox' : 'slicebox',
      ]),
    ]),
  );
  return 0;
}

async function incoming({ sync }: SyncSession, terminal: Terminal): Promise<number> {
  const { total, rows } = await sync.verbs['boxes.incoming']({ limit: 500, offset: 0 });
  terminal.answer({ total, rows }, () =>
    table([
      ['from', 'number', 'state', 'total', 'received', 'new', 'rejected', 'updated'],
      ...rows.map((row) => [
        row.remoteName,
        String(row.transaction),
        row.state,
        ...[row.total, row.received, row.added, row.rejected].map(String),
        row.updatedAt,
      ]),
    ]),
  );
  return 0;
}

async function fetchFrom({ sync }: SyncSession, name: string, terminal: Terminal): Promise<number> {
  const { remote } = await remoteNamed(sync, name);
  const { received, rejected } = await sync.verbs['boxes.fetch']({ remote });
  terminal.answer(
    { received, rejected },
    () => `${String(received)} images taken in, ${String(rejected)} files put aside`,
  );
  return rejected > 0 ? 1 : 0;
}

/** The command line keeps no secrets: an address can only be made anew, and the old one is void then. */
async function address({ sync }: SyncSession, name: string, anew: boolean, terminal: Terminal): Promise<number> {
  const { remote } = await remoteNamed(sync, name);
  const { url } = await (anew ? sync.verbs['boxes.renewAddress']({ remote }) : sync.verbs['boxes.address']({ remote }));
  terminal.answer({ url }, () => url);
  return 0;
}
