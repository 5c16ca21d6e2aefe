import type { Database } from 'better-sqlite3';
import { isAbsolute } from 'node:path';
import type { WatchInput } from '@shared/contract/sources';
import { FieldboxError } from '@shared/errors';
import type { WatchKey } from '@shared/model/ids';
import { foldText } from '../catalog/folding';
import type { EngineContext } from '../context';
import { isWithin, overlap, trueFolder } from '../folders';
import { idOf, statement } from '../index-writer/statements';

/** A watched folder as it was set up. */
export interface WatchedFolder extends WatchInput {
  readonly watch: WatchKey;
  readonly paused: boolean;
}

interface Row extends Omit<WatchedFolder, 'subfolders' | 'paused' | 'skip' | 'deleteFiltered'> {
  readonly subfolders: number;
  readonly paused: number;
  readonly skip: string;
  readonly deleteFiltered: number;
}

/** The watched folders there are, by name. */
export function watchedFolders(db: Database): WatchedFolder[] {
  const rows = statement(
    db,
    `SELECT key AS watch, name, path, clinic, station, kind, subfolders, afterwards, move_to AS moveTo, skip, paused,
       delete_filtered AS deleteFiltered
     FROM watched_folder WHERE removed = 0 ORDER BY name, id`,
  ).all() as Row[];
  return rows.map((row) => ({
    ...row,
    subfolders: row.subfolders === 1,
    paused: row.paused === 1,
    deleteFiltered: row.deleteFiltered === 1,
    skip: JSON.parse(row.skip) as string[],
  }));
}

/** Throws NOT_FOUND. */
export function watchedFolder(db: Database, watch: WatchKey): WatchedFolder {
  const found = watchedFolders(db).find((folder) => folder.watch === watch);
  if (!found) throw new FieldboxError('NOT_FOUND', { what: 'watched folder' });
  return found;
}

/**
 * What a person wants to be watched, with folders under their true names. `own` is the watched folder that is changed; when its
 * path stays, the folder need not be there now. Throws WATCH_NO_FOLDER, WATCH_IN_ARCHIVE, WATCH_OVERLAPS, WATCH_MOVE_TARGET,
 * WATCH_NAME_TAKEN, NOT_FOUND, BAD_REQUEST.
 */
export async function checkedFolder(
  ctx: EngineContext,
  input: WatchInput,
  own: WatchedFolder | null,
): Promise<WatchInput> {
  const others = watchedFolders(ctx.db).filter((folder) => folder.watch !== own?.watch);
  if (others.some((folder) => foldText(folder.name) === foldText(input.name))) {
    throw new FieldboxError('WATCH_NAME_TAKEN');
  }
  requireKnown(ctx.db, input);
  const path = own?.path === input.path ? input.path : await realFolder(input.path);
  const archive = (await trueFolder(ctx.paths.root)) ?? ctx.paths.root;
  if (overlap(path, archive)) throw new FieldboxError('WATCH_IN_ARCHIVE');
  const met = others.find(
    (folder) => overlap(path, folder.path) || (folder.moveTo !== null && isWithin(folder.moveTo, path)),
  );
  if (met) throw new FieldboxError('WATCH_OVERLAPS', { name: met.name });
  return { ...input, path, moveTo: await moveTarget(input, path, archive, others) };
}

async function realFolder(path: string): Promise<string> {
  const real = isAbsolute(path) ? await trueFolder(path) : null;
  if (real === null) throw new FieldboxError('WATCH_NO_FOLDER');
  return real;
}

/** Files may be moved to a folder inside the watched one, which is passed over then, but not where they would be found again. */
async function moveTarget(
  input: WatchInput,
  path: string,
  archive: string,
  others: readonly WatchedFolder[],
): Promise<string | null> {
  if (input.afterwards !== 'move') return null;
  const target = input.moveTo !== null && isAbsolute(input.moveTo) ? await trueFolder(input.moveTo) : null;
  if (
    target === null ||
    overlap(target, archive) ||
    isWithin(path, target) ||
    others.some((folder) => isWithin(target, folder.path))
  ) {
    throw new FieldboxError('WATCH_MOVE_TARGET');
  }
  return target;
}

function requireKnown(db: Database, { clinic, station, kind }: WatchInput): void {
  for (const [table, key] of [
    ['clinic', clinic],
    ['station', station],
    ['kind', kind],
  ] as const) {
    if (key !== null && idOf(db, table, key) === undefined) throw new FieldboxError('NOT_FOUND', { what: table });
  }
  if (station !== null) {
    const row = statement(
      db,
      'SELECT clinic.key AS clinic FROM station JOIN clinic ON clinic.id = station.clinic_id WHERE station.key = ?',
    ).get(station) as { clinic: string } | undefined;
    if (row?.clinic !== clinic) throw new FieldboxError('BAD_REQUEST', { what: 'station' });
  }
}
