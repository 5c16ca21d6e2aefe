import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { FieldboxError } from '@shared/errors';
import { diskError, systemCode, writeFileDurably } from '../platform/durable';
import type { ArchivePaths } from './paths';

/** The format of the archive folder that this version reads and writes. */
export const ARCHIVE_FORMAT = 1;

/** Unknown fields of a newer version with the same format are kept as they are. */
const Manifest = z.looseObject({
  format: z.int(),
  archiveId: z.uuid(),
  createdAt: z.iso.datetime(),
  /** Key of the record chain: it shows damage and careless edits; it is no protection against a thief of the folder. */
  recordKey: z.string(),
});
export type Manifest = z.infer<typeof Manifest>;

/** Files that systems leave in folders on their own and that do not make a folder "in use". */
const IGNORED = new Set([
  '.DS_Store',
  'Thumbs.db',
  'desktop.ini',
  'lost+found',
  '.Trash-1000',
  'System Volume Information',
]);

/**
 * Reads archive.json, or makes a new archive in an empty or absent folder.
 * Throws NOT_AN_ARCHIVE, ARCHIVE_TOO_NEW, DISK_FULL, DISK_FAILED.
 */
export async function openManifest(paths: ArchivePaths, now: Date): Promise<{ manifest: Manifest; created: boolean }> {
  const existing = await readManifest(paths);
  if (existing) return { manifest: existing, created: false };
  try {
    await mkdir(paths.root, { recursive: true });
    const others = (await readdir(paths.root)).filter((name) => !IGNORED.has(name) && !isOurLeftover(name));
    if (others.length > 0) throw new FieldboxError('NOT_AN_ARCHIVE');
    const manifest: Manifest = {
      format: ARCHIVE_FORMAT,
      archiveId: randomUUID(),
      createdAt: now.toISOString(),
      recordKey: randomBytes(32).toString('hex'),
    };
    await writeFileDurably(paths.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
    return { manifest, created: true };
  } catch (error) {
    throw diskError(error);
  }
}

/** What a start that was cut off before archive.json was written may have left. */
function isOurLeftover(name: string): boolean {
  return name.startsWith('archive.lock') || /^\.[0-9a-f-]{36}\.tmp$/.test(name);
}

/** Reads archive.json; null when there is none. Throws NOT_AN_ARCHIVE, ARCHIVE_TOO_NEW, DISK_FAILED. */
export async function readManifest(paths: ArchivePaths): Promise<Manifest | null> {
  let text: string;
  try {
    text = await readFile(paths.manifest, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    if (systemCode(error) === 'ENOTDIR') throw new FieldboxError('NOT_AN_ARCHIVE', {}, error);
    throw diskError(error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FieldboxError('NOT_AN_ARCHIVE', {}, error);
  }
  const format = z.looseObject({ format: z.int() }).safeParse(json);
  if (format.success && format.data.format > ARCHIVE_FORMAT) {
    throw new FieldboxError('ARCHIVE_TOO_NEW', { found: format.data.format, known: ARCHIVE_FORMAT });
  }
  const manifest = Manifest.safeParse(json);
  if (!manifest.success) throw new FieldboxError('NOT_AN_ARCHIVE', {}, manifest.error);
  return manifest.data;
}
