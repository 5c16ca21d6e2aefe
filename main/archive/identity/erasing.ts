import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ImageId } from '@shared/model/ids';
import { flushFolder, systemCode } from '../../platform/durable';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';

/** Files that go together before their folders are flushed. */
const TOGETHER = 500;

/**
 * Removes the files of objects that records say are erased, with their thumbnails. An object whose bytes have come in again since
 * stays. May be called again after a crash. Throws DISK_FAILED.
 */
export async function removeErased(ctx: Pick<EngineContext, 'db' | 'objects' | 'paths'>): Promise<void> {
  const { db } = ctx;
  for (;;) {
    const rows = statement(db, 'SELECT object FROM local_erasing LIMIT ?').all(TOGETHER) as { object: string }[];
    if (rows.length === 0) return;
    const folders = new Set<string>();
    for (const row of rows) {
      const object = ImageId.parse(row.object);
      if (statement(db, 'SELECT 1 FROM object WHERE sha256 = ?').get(object)) continue;
      const path = ctx.objects.path(object);
      await rm(path, { force: true });
      await rm(join(ctx.paths.thumbnails, object.slice(0, 2), `${object}.jpg`), { force: true });
      folders.add(dirname(path));
    }
    for (const folder of folders) await flushIfThere(folder);
    const done = statement(db, 'DELETE FROM local_erasing WHERE object = ?');
    db.transaction(() => {
      for (const row of rows) done.run(row.object);
    })();
  }
}

/** A rebuild on a copied archive may tell of objects whose folder was never made. */
async function flushIfThere(folder: string): Promise<void> {
  try {
    await flushFolder(folder);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (systemCode(cause) !== 'ENOENT') throw error;
  }
}
