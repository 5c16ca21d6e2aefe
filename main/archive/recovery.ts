import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { ImageId } from '@shared/model/ids';
import { sha256Of } from '../platform/sha256';
import type { Committer } from './committer';
import type { ArchivePaths } from './paths';
import type { RecordChain } from './records/chain';
import { filesIn } from './records/named-objects';

/** What was repaired when an archive was opened. */
export interface Recovery {
  /** Files that were on their way in, counted as stored, and were moved to their place. */
  readonly finished: number;
  /** Files that were on their way in and had never been acknowledged. */
  readonly removed: number;
  /** Records that the index did not know yet. */
  readonly replayed: number;
}

/**
 * Brings an archive that was left in the middle of something into order: what a record names is finished, what no record
 * names was never acknowledged and goes away, and the index catches up with the records.
 */
export async function recover(
  paths: ArchivePaths,
  db: Database,
  chain: RecordChain,
  committer: Committer,
  appliedSeq: number,
): Promise<Recovery> {
  await mkdir(paths.incoming, { recursive: true });
  const left = await readdir(paths.incoming);
  let finished = 0;
  let removed = 0;
  if (left.length > 0) {
    const named = await namedAfter(chain, appliedSeq);
    const known = db.prepare<[string], { one: number }>('SELECT 1 AS one FROM object WHERE sha256 = ?');
    for (const name of left) {
      const sha256 = ImageId.safeParse(name);
      // A record is written after the file was flushed; a copy that was to heal a missing object may be half written.
      if (
        sha256.success &&
        (named.has(name) || (known.get(name) && (await sha256Of(join(paths.incoming, name))) === name))
      ) {
        committer.place(sha256.data);
        finished += 1;
      } else {
        await rm(join(paths.incoming, name), { recursive: true, force: true });
        removed += 1;
      }
    }
  }
  const replayed = await committer.catchUp();
  return { finished, removed, replayed };
}

async function namedAfter(chain: RecordChain, seq: number): Promise<Set<string>> {
  const named = new Set<string>();
  for await (const entry of chain.read(seq)) {
    if (entry.kind === 'record') for (const file of filesIn(entry.record)) named.add(file);
  }
  return named;
}

/** Puts a damaged file of the archive aside; it is never deleted. Gives where it lies now. */
export async function putAside(paths: ArchivePaths, file: string, name: string): Promise<string> {
  await mkdir(paths.quarantine, { recursive: true });
  const place = join(paths.quarantine, `${name}.${randomUUID()}`);
  await rename(file, place);
  return place;
}
