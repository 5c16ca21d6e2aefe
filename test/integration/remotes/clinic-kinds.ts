import type { RemoteSettings } from '../../../shared/model/remotes/settings';
import { ArchiveV1Server } from '../../fixtures/archive-v1-server';
import { AttachmentsServer } from '../../fixtures/attachments-server';
import { instanceShownIn, instancesOf } from '../../fixtures/drawn-instances';
import { introduceAll, PASSWORD, settingsFor as tschartsSettings, withPatients } from '../../fixtures/tscharts-outbox';
import { TschartsServer } from '../../fixtures/tscharts-server';
import type { PeerKind, Through } from './contract';

/** Far sides that have patients, results or reports of their own, scripted from their protocol documents. */

const straight: Through = (port) => Promise.resolve(port);

type WithAccess = Extract<RemoteSettings, { kind: 'tscharts' | 'archive-v1' | 'attachments' }>;

/** The same settings with another port in their address. */
async function reached(settings: WithAccess, server: { readonly port: number }, through: Through): Promise<WithAccess> {
  const url = new URL(settings.access.url);
  url.port = String(await through(server.port));
  return { ...settings, access: { ...settings.access, url: url.toString().replace(/\/$/, '') } };
}

export const tschartsKind: PeerKind = {
  name: 'tscharts',
  proofs: ['hash'],
  expected: instancesOf,
  start: async (through = straight) => {
    const server = withPatients(await TschartsServer.start());
    return {
      settings: await reached(tschartsSettings(server), server, through),
      secrets: PASSWORD,
      held: () =>
        Promise.all([...server.images.values()].map(({ data }) => instanceShownIn(Buffer.from(data ?? '', 'base64')))),
      leave: () => server.leave(),
      comeBack: () => server.open(),
      introduce: introduceAll,
    };
  },
};

export const archiveV1Password = { password: 'correct-horse' };

export function archiveV1Settings(
  server: ArchiveV1Server,
  more: Partial<Extract<RemoteSettings, { kind: 'archive-v1' }>> = {},
): Extract<RemoteSettings, { kind: 'archive-v1' }> {
  return {
    kind: 'archive-v1',
    access: { url: server.url, headers: [], certificate: null },
    username: 'van3@clinic.example',
    project: 'north',
    archive: 'van-3',
    results: [
      { type: 'cad4tb', name: 'CAD4TB 6', threshold: 60 },
      { type: 'cad4tb', name: 'heatmap', threshold: null },
    ],
    ...more,
  };
}

export const archiveV1Kind: PeerKind = {
  name: 'An archive of API v1',
  proofs: ['hash', 'listing'],
  start: async (through = straight) => {
    const server = await ArchiveV1Server.start();
    return {
      settings: await reached(archiveV1Settings(server), server, through),
      secrets: archiveV1Password,
      held: () => Promise.resolve(server.hashes()),
      leave: () => server.leave(),
      comeBack: () => server.open(),
    };
  },
};

export function attachmentsSettings(
  server: AttachmentsServer,
  more: Partial<Extract<RemoteSettings, { kind: 'attachments' }>> = {},
): Extract<RemoteSettings, { kind: 'attachments' }> {
  return {
    kind: 'attachments',
    access: { url: `${server.url}/v1`, headers: [], certificate: null },
    contact: 'it@clinic.example',
    dicomAs: 'picture',
    intoCases: false,
    callsPerMinute: 10_000,
    ...more,
  };
}

export function attachmentsSecrets(server: AttachmentsServer): { readonly token: string } {
  return { token: server.key };
}

/** Patients who carry our numbers there: these are known without asking. */
export function withOurPatients(server: AttachmentsServer): AttachmentsServer {
  for (let number = 0; number < 5; number += 1)
    server.addPatient({
      first_name: `P${String(number)}`,
      last_name: 'Name',
      date_of_birth: '1980-01-02',
      old_reference_id: `P${String(number)}`,
    });
  return server;
}

export const attachmentsKind: PeerKind = {
  name: 'Patient attachments',
  proofs: ['listing'],
  expected: instancesOf,
  start: async (through = straight) => {
    const server = withOurPatients(await AttachmentsServer.start());
    server.storage.reachedAt = await through(server.storage.port);
    return {
      settings: await reached(attachmentsSettings(server), server, through),
      secrets: attachmentsSecrets(server),
      held: () => Promise.all(server.kept().map(({ bytes }) => instanceShownIn(bytes ?? Buffer.alloc(0)))),
      leave: () => server.leave(),
      comeBack: () => server.open(),
    };
  },
};
