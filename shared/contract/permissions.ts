import type { EngineVerb } from './index';

/** The roles, each with all that the ones before it may do: `user` works with patients and images, `administrator` sets things up and removes them for good, `superuser` also names administrators. */
export const roles = ['user', 'administrator', 'superuser'] as const;
export type Role = (typeof roles)[number];

/** The least role for each act: the one table of who may do what (test/unit/permissions.test.ts goes through it cell by cell). */
export const leastRole: Readonly<Record<EngineVerb, Role>> = {
  'archive.status': 'user',
  'archive.verify': 'user',
  'archive.rebuild': 'administrator',
  'jobs.list': 'user',
  'jobs.cancel': 'user',
  'catalog.patients': 'user',
  'catalog.studies': 'user',
  'catalog.series': 'user',
  'catalog.images': 'user',
  'catalog.image': 'user',
  'catalog.tags': 'user',
  'catalog.stack': 'user',
  'patients.get': 'user',
  'patients.register': 'user',
  'patients.update': 'user',
  'patients.suggestNumber': 'user',
  'patients.similar': 'user',
  'clinics.list': 'user',
  'clinics.create': 'user',
  'clinics.update': 'user',
  'stations.list': 'user',
  'stations.create': 'user',
  'stations.update': 'user',
  'kinds.list': 'user',
  'kinds.create': 'user',
  'kinds.update': 'administrator',
  'import.start': 'user',
  'import.sessions': 'user',
  'import.session': 'user',
  'import.items': 'user',
  'capture.keep': 'user',
  'export.preview': 'user',
  'export.start': 'user',
  'export.list': 'user',
  'export.get': 'user',
};
