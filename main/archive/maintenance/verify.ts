import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VerifyReport } from '@shared/contract/archive';
import { FieldboxError } from '@shared/errors';
import { ImageId } from '@shared/model/ids';
import { systemCode } from '../../platform/durable';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import type { JobHandle } from '../jobs/job-board';
import { FILE_TABLES, STORED_FILES } from '../objects/stored-files';

/**
 * Compares the files with the index. `deep` reads every file and compares its bytes with its name. What is found is noted
 * in the index, so that exits and the interface know it; nothing is deleted or moved. Throws CANCELLED.
 */
export async function verifyArchive(ctx: EngineContext, deep: boolean, handle: JobHandle): Promise<VerifyReport> {
  const known = new Map<string, number>();
  for (const row of ctx.db
    .prepare<[], { sha256: string; bytes: number }>(`SELECT sha256, bytes FROM ${STORED_FILES}`)
    .iterate()) {
    known.set(row.sha256, row.bytes);
  }
  let bytesTotal = 0;
  for (const bytes of known.values()) bytesTotal += bytes;
  handle.update({ phase: 'checking', total: known.size, bytesTotal });

  const missing: string[] = [];
  const corrupt: string[] = [];
  const seen = new Set<string>();
  const orphaned: string[] = [];
  let bytes = 0;
  let done = 0;
  for await (const file of objectFiles(ctx.paths.objects)) {
    if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
    const expected = known.get(file.name);
    if (expected === undefined || file.path !== ctx.objects.path(ImageId.parse(file.name))) {
      if (!isStored(ctx, file)) orphaned.push(file.relative);
      continue;
    }
    seen.add(file.name);
    const size = await sizeOf(file.path);
    if (size === null) continue;
    const sound = size === expected && (!deep || (await hashOf(ctx, file.path, handle)) === file.name);
    if (!sound) corrupt.push(file.name);
    bytes += size;
    done += 1;
    handle.update({ done, bytesDone: bytes });
  }
  // What came in or was erased while this went on is judged by how it is now.
  for (const sha256 of known.keys()) if (!seen.has(sha256) && isKnown(ctx, sha256)) missing.push(sha256);

  const report: VerifyReport = {
    objects: known.size,
    bytes,
    missing,
    corrupt,
    orphaned,
    deep,
    finishedAt: ctx.now().toISOString(),
  };
  noteStates(ctx, report);
  return report;
}

/** A file that has arrived since the list of what is known was made. */
function isStored(ctx: EngineContext, file: ObjectFile): boolean {
  const sha256 = ImageId.safeParse(file.name);
  return sha256.success && file.path === ctx.objects.path(sha256.data) && isKnown(ctx, file.name);
}

function isKnown(ctx: EngineContext, sha256: string): boolean {
  return statement(ctx.db, `SELECT 1 FROM ${STORED_FILES} WHERE sha256 = ?`).get(sha256) !== undefined;
}

/** Null for a file that was erased since the folder was read. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function hashOf(ctx: EngineContext, path: string, handle: JobHandle): Promise<string> {
  const { sha256 } = await ctx.pool.run(
    'hashFile',
    { path },
    { priority: -1, signal: handle.signal, timeoutMs: 3_600_000 },
  );
  return sha256;
}

function noteStates(ctx: EngineContext, report: VerifyReport): void {
  ctx.db.transaction(() => {
    for (const table of FILE_TABLES) {
      const note = (state: 'missing' | 'corrupt', sha256: string): void =>
        void statement(ctx.db, `UPDATE ${table} SET state = ? WHERE sha256 = ?`).run(state, sha256);
      if (report.deep) statement(ctx.db, `UPDATE ${table} SET state = 'good', checked_at = ?`).run(report.finishedAt);
      else statement(ctx.db, `UPDATE ${table} SET state = 'good' WHERE state = 'missing'`).run();
      for (const sha256 of report.missing) note('missing', sha256);
      for (const sha256 of report.corrupt) note('corrupt', sha256);
    }
    statement(
      ctx.db,
      `INSERT INTO meta (key, value) VALUES ('last_verify', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ).run(JSON.stringify(report));
  })();
}

interface ObjectFile {
  readonly name: string;
  readonly path: string;
  readonly relative: string;
}

/** Every file under objects/, whatever it is called. */
export async function* objectFiles(root: string): AsyncGenerator<ObjectFile> {
  for (const folder of await readdir(root, { withFileTypes: true })) {
    if (!folder.isDirectory()) {
      yield { name: folder.name, path: join(root, folder.name), relative: folder.name };
      continue;
    }
    for (const file of await readdir(join(root, folder.name))) {
      yield { name: file, path: join(root, folder.name, file), relative: `${folder.name}/${file}` };
    }
  }
}
