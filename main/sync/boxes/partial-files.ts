import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RemoteKey } from '@shared/model/ids';
import type { ArchivePaths } from '../../archive/paths';
import { diskError } from '../../platform/durable';

/** Begun transfers that nobody continues are given up after this. */
const KEPT_MS = 14 * 24 * 3_600_000;

/** The beginning of a file that is on its way here. */
export interface Partial {
  readonly path: string;
  /** How much of it is here already. */
  readonly bytes: number;
  /** Ends when the sender has begun anew over another connection: this one gives way. */
  readonly displaced: AbortSignal;
  release(): void;
}

interface Claim {
  readonly gone: Promise<void>;
  readonly displace: () => void;
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
  async bytesOf(remote: RemoteKey, name: string): Promise<number> {
    return sizeOf(this.path(remote, name));
  }

  /** Takes hold of it for writing; whoever held it before gives way. Throws DISK_FAILED. */
  async claim(remote: RemoteKey, name: string): Promise<Partial> {
    const path = this.path(remote, name);
    for (let other = this.claims.get(path); other !== undefined; other = this.claims.get(path)) {
      other.displace();
      await other.gone;
    }
    const displaced = new AbortController();
    let leave = (): void => undefined;
    const gone = new Promise<void>((resolve) => (leave = resolve));
    const claim: Claim = { gone, displace: () => displaced.abort() };
    this.claims.set(path, claim);
    const release = (): void => {
      if (this.claims.get(path) === claim) this.claims.delete(path);
      leave();
    };
    try {
      await mkdir(this.folder, { recursive: true });
      return { path, bytes: await sizeOf(path), displaced: displaced.signal, release };
    } catch (error) {
      release();
      throw diskError(error);
    }
  }

  /** Removes what nobody has continued for long. */
  async tidy(now: Date): Promise<void> {
    for (const name of await namesIn(this.folder)) {
      const path = join(this.folder, name);
      const { mtimeMs } = await stat(path);
      // A file from the future was written with a wrong clock: its age is not known, and it is kept.
      if (now.getTime() - mtimeMs > KEPT_MS) await rm(path, { force: true });
    }
  }

  private path(remote: RemoteKey, name: string): string {
    return join(this.folder, `${remote}-${name}`);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw diskError(error);
  }
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
