import { basename } from 'node:path';
import { FieldboxError } from '@shared/errors';
import { ImageId } from '@shared/model/ids';
import type { Committer } from '../committer';
import type { EngineContext } from '../context';
import type { JobHandle } from '../jobs/job-board';
import type { NewRecord } from '../records/record';
import { objectFiles } from './verify';

const TABLES = [
  'import_item', 'image', 'series', 'study', 'patient_identity', 'patient', 'station', 'kind', 'clinic', 'import_session', 'export',
  'object',
] as const;
const TEXT_TABLES = ['patient_text', 'patient_trigram', 'study_text'] as const;

/** Empties the index; everything in it comes back from records and objects. */
export function emptyIndex(ctx: Pick<EngineContext, 'db'>): void {
  ctx.db.transaction(() => {
    for (const table of TABLES) ctx.db.prepare(`DELETE FROM ${table}`).run();
    for (const table of TEXT_TABLES) ctx.db.prepare(`INSERT INTO ${table} (${table}) VALUES ('delete-all')`).run();
    ctx.db.prepare(`DELETE FROM meta WHERE key = 'applied_seq'`).run();
  })();
}

/**
 * Fills an empty index: first all records in their order, then every object that no record names (a chain that was lost or
 * damaged), which is recorded anew with what its own attributes say. Throws CANCELLED; a rebuild that was stopped goes on
 * at the next start.
 */
export async function fillIndex(ctx: EngineContext, committer: Committer, handle: JobHandle): Promise<{ adopted: number }> {
  await committer.catchUp((seq) => handle.update({ phase: 'reading', done: seq }));
  return adoptOrphans(ctx, handle);
}

/** Records objects that no record names: DICOM ones as images; others are found through the image made from them. */
export async function adoptOrphans(ctx: EngineContext, handle: JobHandle): Promise<{ adopted: number }> {
  const known = ctx.db.prepare<[string], { one: number }>('SELECT 1 AS one FROM object WHERE sha256 = ?');
  const orphans: { sha256: ImageId; path: string }[] = [];
  for await (const file of objectFiles(ctx.paths.objects)) {
    const sha256 = ImageId.safeParse(file.name);
    if (sha256.success && !known.get(file.name)) orphans.push({ sha256: sha256.data, path: file.path });
  }
  const present = new Set(orphans.map((orphan) => orphan.sha256));
  let adopted = 0;
  for (const orphan of orphans) {
    if (handle.signal.aborted) throw new FieldboxError('CANCELLED');
    const found = await ctx.pool.run('readObject', { path: orphan.path });
    if (found.kind !== 'dicom' || found.sha256 !== orphan.sha256) continue;
    const source = found.origin?.sourceSha256 === undefined ? null : ImageId.parse(found.origin.sourceSha256);
    const sourceKnown = source !== null && (present.has(source) || (await ctx.objects.exists(source)));
    const record: NewRecord = {
      type: 'object.stored',
      body: {
        image: orphan.sha256,
        bytes: found.bytes,
        sourceObject: source !== null && sourceKnown ? { sha256: source, bytes: (await ctx.pool.run('hashFile', { path: ctx.objects.path(source) })).bytes } : null,
        source: source === null ? 'file' : 'camera',
        session: null,
        path: basename(orphan.path),
        entry: '',
        patient: null,
        clinic: null,
        station: null,
        kind: null,
        takenAt: null,
      },
    };
    await ctx.commit([record], [{ sha256: orphan.sha256, bytes: found.bytes, role: 'instance', attributes: found.attributes }]);
    adopted += 1;
  }
  return { adopted };
}
