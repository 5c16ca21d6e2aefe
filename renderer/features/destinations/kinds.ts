import { Box, Building2, Database, FolderSync, Globe, Network, Paperclip, Stethoscope, Usb } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { RemoteKind, RemotePolicy, RemoteSettings, SettingsOf } from '@shared/model/remotes/settings';

export const kindIcons: Readonly<Record<RemoteKind, LucideIcon>> = {
  folder: FolderSync,
  slicebox: Box,
  orthanc: Database,
  dicomweb: Globe,
  dimse: Network,
  tscharts: Stethoscope,
  'archive-v1': Building2,
  attachments: Paperclip,
  courier: Usb,
};

/** In which order the kinds are offered: what most clinics have first. */
export const kindOrder: readonly RemoteKind[] = [
  'dimse',
  'folder',
  'orthanc',
  'dicomweb',
  'slicebox',
  'tscharts',
  'archive-v1',
  'attachments',
  'courier',
];

const access = { url: '', headers: [], certificate: null } as const;
const noLogin = { scheme: 'none' } as const;

/** What a form of each kind begins with. */
const empty: { readonly [K in RemoteKind]: SettingsOf<K> } = {
  folder: { kind: 'folder', path: '' },
  slicebox: { kind: 'slicebox', role: 'connects', url: '', certificate: null },
  orthanc: { kind: 'orthanc', access: { ...access, headers: [], authentication: noLogin } },
  dicomweb: {
    kind: 'dicomweb',
    access: { ...access, headers: [], authentication: noLogin },
    stow: '',
    qido: '',
    wado: '',
    readBack: false,
  },
  dimse: {
    kind: 'dimse',
    host: '',
    port: 104,
    calledAETitle: '',
    callingAETitle: 'FIELDBOX',
    tls: false,
    certificate: null,
    commitment: true,
    mayTranscode: false,
  },
  tscharts: {
    kind: 'tscharts',
    access: { ...access, headers: [] },
    username: '',
    clinic: null,
    station: null,
    otherAs: null,
    exactMatch: false,
  },
  'archive-v1': {
    kind: 'archive-v1',
    access: { ...access, headers: [] },
    username: '',
    project: '',
    archive: '',
    results: [],
  },
  attachments: {
    kind: 'attachments',
    access: { ...access, headers: [] },
    contact: '',
    dicomAs: 'picture',
    intoCases: false,
    callsPerMinute: 120,
  },
  courier: { kind: 'courier', recipient: '', path: '' },
};

export function emptySettings(kind: RemoteKind): RemoteSettings {
  return empty[kind];
}

export const freePolicy: RemotePolicy = {
  paused: false,
  hours: null,
  network: null,
  bytesPerSecond: null,
  smallFirst: false,
};

/** Where a destination lies, for people: without anything secret. */
export function placeOf(settings: RemoteSettings): string {
  switch (settings.kind) {
    case 'folder':
      return settings.path;
    case 'slicebox':
      return settings.url;
    case 'dimse':
      return `${settings.calledAETitle} · ${settings.host}:${String(settings.port)}`;
    case 'courier':
      return settings.recipient.slice(0, 24);
    default:
      return settings.access.url;
  }
}

/** The certificate that a person has accepted; undefined for kinds that have none. */
export function certificateOf(settings: RemoteSettings): string | null | undefined {
  if ('access' in settings) return settings.access.certificate;
  return 'certificate' in settings ? settings.certificate : undefined;
}

/** The same settings with a certificate accepted, or with none. */
export function withCertificate(settings: RemoteSettings, certificate: string | null): RemoteSettings {
  switch (settings.kind) {
    case 'folder':
    case 'courier':
      return settings;
    case 'slicebox':
    case 'dimse':
      return { ...settings, certificate };
    // One case each: what is spread keeps its kind only so.
    case 'orthanc':
      return { ...settings, access: { ...settings.access, certificate } };
    case 'dicomweb':
      return { ...settings, access: { ...settings.access, certificate } };
    case 'tscharts':
      return { ...settings, access: { ...settings.access, certificate } };
    case 'archive-v1':
      return { ...settings, access: { ...settings.access, certificate } };
    case 'attachments':
      return { ...settings, access: { ...settings.access, certificate } };
  }
}

/** A fingerprint in groups of four, as it is compared by eye or over the phone. */
export function inGroups(fingerprint: string): string {
  return (fingerprint.match(/.{1,4}/g) ?? []).join(' ').toUpperCase();
}
