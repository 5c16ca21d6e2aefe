import { join } from 'node:path';

/** Where things lie in an archive folder; see docs/architecture.md. */
export interface ArchivePaths {
  readonly root: string;
  readonly manifest: string;
  readonly lock: string;
  readonly lockHolder: string;
  readonly index: string;
  readonly objects: string;
  readonly records: string;
  readonly incoming: string;
  readonly quarantine: string;
  readonly thumbnails: string;
  /** Zips of export sets, until they expire. */
  readonly exportSets: string;
  readonly backups: string;
}

export function archivePaths(root: string): ArchivePaths {
  return {
    root,
    manifest: join(root, 'archive.json'),
    lock: join(root, 'archive.lock'),
    lockHolder: join(root, 'archive.lock.json'),
    index: join(root, 'index.sqlite'),
    objects: join(root, 'objects'),
    records: join(root, 'records'),
    incoming: join(root, 'incoming'),
    quarantine: join(root, 'quarantine'),
    thumbnails: join(root, 'cache', 'thumbnails'),
    exportSets: join(root, 'cache', 'export-sets'),
    backups: join(root, 'backups'),
  };
}
