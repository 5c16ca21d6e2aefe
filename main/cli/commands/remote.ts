import { parseArgs } from 'node:util';
import type { TestStep } from '@shared/contract/sync';
import { RemotePolicy, RemoteSettings } from '@shared/model/remotes/settings';
import { sentenceOf } from '../fault';
import { remoteNamed, secretVariable, withSync } from '../sync-session';
import type { Terminal } from '../terminal';
import { table } from '../text';
import { commonOptions, UsageError } from '../usage';
import { listRemoteFiles, sendReport, withdrawFromRemote } from './remote-content';

const options = {
  ...commonOptions,
  url: { type: 'string', default: '' },
  auth: { type: 'string', default: 'none' },
  login: { type: 'string', default: '' },
  certificate: { type: 'string' },
  path: { type: 'string', default: '' },
  photos: { type: 'string' },
  key: { type: 'string', default: '' },
  host: { type: 'string', default: '' },
  port: { type: 'string', default: '104' },
  called: { type: 'string', default: '' },
  calling: { type: 'string', default: 'FIELDBOX' },
  tls: { type: 'boolean', default: false },
  commitment: { type: 'boolean', default: false },
  'may-transcode': { type: 'boolean', default: false },
  'read-back': { type: 'boolean', default: false },
  clinic: { type: 'string' },
  station: { type: 'string' },
  'others-as': { type: 'string' },
  'exact-match': { type: 'boolean', default: false },
  project: { type: 'string', default: '' },
  'remote-archive': { type: 'string', default: '' },
  result: { type: 'string', multiple: true, default: [] as string[] },
  contact: { type: 'string', default: '' },
  'dicom-as': { type: 'string', default: 'picture' },
  'into-cases': { type: 'boolean', default: false },
  calls: { type: 'string', default: '120' },
  patient: { type: 'string' },
  reason: { type: 'string' },
  cap: { type: 'string' },
  'small-first': { type: 'boolean', default: false },
  reached: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, allowPositionals: true });
}

/** `remote add|list|test|remove`: where images can be sent. */
export async function remoteCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parse(argv);
  const [act, name, kind] = positionals;
  switch (act) {
    case 'list':
      return list(values, terminal);
    case 'add':
      return add(values, required(name), required(kind), terminal);
    case 'test':
      return test(values, required(name), terminal);
    case 'remove':
      return remove(values, required(name), terminal);
    case 'files':
      return withSync(values.archive, terminal, (session) => listRemoteFiles(session, required(name), values.patient));
    case 'withdraw':
      return withSync(values.archive, terminal, (session) =>
        withdrawFromRemote(session, required(name), kind, values.reason),
      );
    case 'report':
      return withSync(values.archive, terminal, (session) => sendReport(session, required(name), kind));
    default:
      throw new UsageError(
        'remote is one of: remote list, remote add NAME KIND, remote test NAME, remote remove NAME, remote files NAME, remote withdraw NAME UID, remote report NAME KEY.',
      );
  }
}

function required(value: string | undefined): string {
  if (value === undefined || value === '') throw new UsageError('Say which destination: remote add NAME KIND.');
  return value;
}

function list(values: Values, terminal: Terminal): Promise<number> {
  return withSync(values.archive, terminal, async ({ sync }) => {
    const { rows } = await sync.verbs['remotes.list']({});
    terminal.answer({ rows }, () =>
      table([
        ['name', 'kind', 'waiting', 'arrived', 'proven', 'refused', 'parked'],
        ...rows.map(({ name, settings, counts }) => [
          name,
          settings.kind,
          ...[counts.waiting, counts.arrived, counts.proven, counts.refused, counts.parked].map(String),
        ]),
      ]),
    );
    return 0;
  });
}

function add(values: Values, name: string, kind: string, terminal: Terminal): Promise<number> {
  if (kind === 'slicebox') return addBox(values, name, terminal);
  const settings = RemoteSettings.safeParse(settingsOf(values, kind));
  if (!settings.success) {
    const [issue] = settings.error.issues;
    throw new UsageError(`${issue?.path.join('.') ?? kind}: ${issue?.message ?? 'not understood'}`);
  }
  const policy = RemotePolicy.parse({
    paused: false,
    hours: null,
    network: null,
    bytesPerSecond: values.cap === undefined ? null : Number(values.cap) * 1024,
    smallFirst: values['small-first'],
  });
  return withSync(values.archive, terminal, async ({ sync }) => {
    const row = await sync.verbs['remotes.save']({ name, settings: settings.data, policy, secrets: {} });
    terminal.answer(
      row,
      () => `${row.name}: ${row.proofs.length === 0 ? 'can prove nothing' : `proof by ${row.proofs.join(', ')}`}`,
    );
    return 0;
  });
}

/** A box that gave us an address (--url), or one that gets an address from us (--reached), which is shown this once. */
function addBox(values: Values, name: string, terminal: Terminal): Promise<number> {
  return withSync(values.archive, terminal, async ({ sync }) => {
    if (values.reached) {
      const { remote, url } = await sync.verbs['boxes.createConnection']({ name });
      terminal.answer({ ...remote, url }, () => url);
    } else {
      const { remote } = await sync.verbs['boxes.connect']({ name, url: values.url });
      terminal.answer(remote, () => `${remote.name}: set ${secretVariable('token')} to the last part of the address`);
    }
    return 0;
  });
}

/** The settings of a kind from what was typed; what is missing is told by the schema. */
function settingsOf(values: Values, kind: string): unknown {
  const certificate = values.certificate ?? null;
  const access = {
    url: values.url,
    authentication: values.auth === 'basic' ? { scheme: 'basic', username: values.login } : { scheme: values.auth },
    headers: [],
    certificate,
  };
  const plain = { url: values.url, headers: [], certificate };
  switch (kind) {
    case 'folder':
      return { kind, path: values.path, ...(values.photos !== undefined && { photos: values.photos }) };
    case 'orthanc':
      return { kind, access };
    case 'dicomweb':
      return { kind, access, stow: '', qido: '', wado: '', readBack: values['read-back'] };
    case 'dimse':
      return {
        kind,
        host: values.host,
        port: Number(values.port),
        calledAETitle: values.called,
        callingAETitle: values.calling,
        tls: values.tls,
        certificate,
        commitment: values.commitment,
        mayTranscode: values['may-transcode'],
      };
    case 'courier':
      return { kind, recipient: values.key, path: values.path };
    case 'tscharts':
      return {
        kind,
        access: plain,
        username: values.login,
        clinic: values.clinic === undefined ? null : Number(values.clinic),
        station: values.station === undefined ? null : Number(values.station),
        otherAs: values['others-as'] ?? null,
        exactMatch: values['exact-match'],
      };
    case 'archive-v1':
      return {
        kind,
        access: plain,
        username: values.login,
        project: values.project,
        archive: values['remote-archive'],
        results: values.result.map(resultOf),
      };
    case 'attachments':
      return {
        kind,
        access: plain,
        contact: values.contact,
        dicomAs: values['dicom-as'],
        intoCases: values['into-cases'],
        callsPerMinute: Number(values.calls),
      };
    default:
      throw new UsageError(
        'KIND is one of folder, slicebox, orthanc, dicomweb, dimse, courier, tscharts, archive-v1, attachments.',
      );
  }
}

/** TYPE:NAME or TYPE:NAME:THRESHOLD, such as "cad4tb:CAD4TB 6:60". */
function resultOf(text: string): unknown {
  const [type = '', name = '', threshold] = text.split(':');
  return { type, name, threshold: threshold === undefined ? null : Number(threshold) };
}

function test(values: Values, name: string, terminal: Terminal): Promise<number> {
  return withSync(values.archive, terminal, async ({ sync }) => {
    const { remote, settings } = await remoteNamed(sync, name);
    const result = await sync.verbs['remotes.test']({ remote, settings, secrets: {} });
    terminal.answer(result, () =>
      [
        ...result.steps.map(describeStep),
        ...(result.offeredCertificate === null ? [] : [`certificate  ${result.offeredCertificate}`]),
        ...result.warnings.map((warning) => `warning  ${warning}`),
      ].join('\n'),
    );
    return result.steps.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
  });
}

function describeStep({ step, outcome, fault, found }: TestStep): string {
  const why = fault === null ? found : sentenceOf(fault);
  return `${step.padEnd(6)} ${outcome.padEnd(8)} ${why}`.trimEnd();
}

function remove(values: Values, name: string, terminal: Terminal): Promise<number> {
  return withSync(values.archive, terminal, async ({ sync }) => {
    const { remote } = await remoteNamed(sync, name);
    await sync.verbs['remotes.remove']({ remote });
    terminal.answer({ removed: name }, () => `${name} removed`);
    return 0;
  });
}
