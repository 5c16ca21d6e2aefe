import type { EventName, VerbName } from './index';

/**
 * The names alone, for the preload: it is loaded before every page and must stay small, so it does not carry the schemas.
 * The two types below fail to compile when a name is missing.
 */
export const verbNames = [
  'archive.status',
  'archive.verify',
  'archive.rebuild',
  'jobs.list',
  'jobs.cancel',
  'catalog.patients',
  'catalog.studies',
  'catalog.series',
  'catalog.images',
  'catalog.image',
  'catalog.tags',
  'catalog.stack',
  'patients.get',
  'patients.register',
  'patients.update',
  'patients.suggestNumber',
  'patients.similar',
  'clinics.list',
  'clinics.create',
  'clinics.update',
  'stations.list',
  'stations.create',
  'stations.update',
  'kinds.list',
  'kinds.create',
  'kinds.update',
  'import.start',
  'import.sessions',
  'import.session',
  'import.items',
  'capture.keep',
  'export.preview',
  'export.start',
  'export.list',
  'export.get',
  'attachments.add',
  'attachments.list',
  'attachments.get',
  'attachments.update',
  'attachments.archive',
  'attachments.unarchive',
  'attachments.preview',
  'attachments.saveCopy',
  'dialog.saveFile',
  'app.info',
  'settings.get',
  'settings.set',
  'dialog.openFiles',
  'dialog.openFolder',
  'dialog.exportTarget',
  'dialog.archiveFolder',
  'drives.list',
  'path.reveal',
  'window.unsaved',
  'archive.open',
] as const satisfies readonly VerbName[];

export const eventNames = ['job.changed', 'catalog.changed', 'app.changed'] as const satisfies readonly EventName[];

type None<T extends never> = T;
export type EveryVerbIsNamed = None<Exclude<VerbName, (typeof verbNames)[number]>>;
export type EveryEventIsNamed = None<Exclude<EventName, (typeof eventNames)[number]>>;
