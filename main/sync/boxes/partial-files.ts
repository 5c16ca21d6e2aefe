import { existsSync, rmSync, statSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RemoteKey } from '@shared/model/ids';
import type { ArchivePaths } from '../../archive/paths';
import { diskError } from '../../platform/durable';

/** Begun transfers that nobody continues are given up after this. */
const KEPT_MS = 14 * 24 * 3_600_000;
/** A transfer on which nothing has come for so long gives way to another one of the same file. */
const QUIET_MS = 2_000;
/** How often it is looked whether that is so. */
const LOOK_MS = 100;

/** The beginning of a file that is on its way here. */
export interface Partial {
  readonly path: string;
  /** How much of it is here already. */
  readonly bytes: number;
  /** Ends when the sender has begun anew over another connection and nothing comes over this one: it gives way. */
  readonly displaced: AbortSignal;
  /** Bytes have come. */
  readonly moves: () => void;
  release(): void;
}

interface Claim {
  readonly gone: Promise<void>;
  readonly displace: () => void;
  /** When something moved last, on the steady clock. */
  movedAt: number;
}

/**
 * Beginnings of files that broke off, each under its sender and a name for its content: a transfer goes on where it stopped,
 * also after a restart. They lie in the cache, since losing them costs nothing but time.
 */
export class PartialFiles {
  private readonly folder: string;
  private readonly claims = new Map<string, Claim>();

  constructor(paths: Pick<ArchivePaths, 'root'>) {
    this.folder = join(paths.root, 'cache', 'partial');
  }

  /** How much is here of a file. */
  bytesOf(remote: RemoteKey, name: string): number {
    return sizeOf(this.path(remote, name));
  }

  /**
   * Takes hold of it for writing, when whoever holds it is done or nothing comes from them any more: a network that says everything
   * twice must not have the one break off the other for ever. Null when the signal ends first. Throws DISK_FAILED.
   */
  async claim(remote: RemoteKey, name: string, signal: AbortSignal): Promise<Partial | null> {
    const path = this.path(remote, name);
    for (let other = this.claims.get(path); other !== undefined; other = this.claims.get(path)) {
      if (signal.aborted) return null;
      if (performance.now() - other.movedAt >= QUIET_MS) other.displace();
      await Promise.race([other.gone, wait(LOOK_MS)]);
    }
    if (signal.aborted) return null;
    const displaced = new AbortController();
    let leave = (): void => undefined;
    const gone = new Promise<void>((resolve) => (leave = resolve));
    const claim: Claim = { gone, displace: () => displaced.abort(), movedAt: performance.now() };
    this.claims.set(path, claim);
    const release = (): void => {
      if (this.claims.get(path) === claim) this.claims.delete(path);
      leave();
    };
    try {
      if (!existsSync(this.folder)) await mkdir(this.folder, { recursive: true });
      if (hasSecondName(path)) rmSync(path);
      const moves = (): void => {
        claim.movedAt = performance.now();
      };
      return { path, bytes: sizeOf(path), displaced: displaced.signal, moves, release };
    } catch (error) {
      release();
      throw diskError(error);
    }
  }

  /** Removes the beginning of a file that has come whole in another way, unless somebody is writing to it. */
  forget(remote: RemoteKey, name: string): void {
    const path = this.path(remote, name);
    if (!this.claims.has(path)) rmSync(path, { force: true });
  }

  /** Removes what nobody has continued for long, and what is in the archive: a crash may have come between. */
  async tidy(now: Date, isHere: (name: string) => boolean): Promise<void> {
    for (const name of await namesIn(this.folder)) {
      const path = join(this.folder, name);
      if (this.claims.has(path)) continue;
      if (isHere(name.slice(name.lastIndexOf('-') + 1))) {
        await rm(path, { force: true });
        continue;
      }
      const { mtimeMs } = await stat(path);
      // A file from the future was written with a wrong clock: its age is not known, and it is kept.
      if (now.getTime() - mtimeMs > KEPT_MS) await rm(path, { force: true });
    }
  }

  private path(remote: RemoteKey, name: string): string {
    return join(this.folder, `${remote}-${name}`);
  }
}

/** Not handed to another thread: asking for a size takes less than the way there and back. */
function sizeOf(path: string): number {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined || found.nlink > 1 ? 0 : found.size;
  } catch (error) {
    throw diskError(error);
  }
}

/** Whether its bytes are those of a stored file as well (a crash came between): nobody may write to them any more. */
function hasSecondName(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.nlink ?? 0) > 1;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw diskError(error);
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
