import { spawn } from 'node:child_process';
import { readFile, statfs } from 'node:fs/promises';
import { release } from 'node:os';

/**
 * Filesystems of Linux (statfs(2), `f_type`) whose syncfs writes data, names and journal and then empties the cache of the disk:
 * ext2/3/4, XFS, Btrfs, F2FS. Others (FAT, FUSE, those of networks) promise less there than for a single file.
 */
const KNOWN_FILESYSTEMS: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010]);
/** Since this kernel syncfs(2) tells of data that could not be written. */
const KERNEL = [5, 8] as const;
/** Since this version `sync -f` calls syncfs and hands on what it tells; other makes of the command swallow it. */
const GNU_COREUTILS = [8, 24] as const;
/** What other programs may have waiting for the disk, so that flushing their data too costs less than flushing ours one by one. */
const OTHERS_DIRTY_BYTES = 128 * 1024 * 1024;
/** Whoever waits longer than this for the whole filesystem is better served by flushing file by file. */
const PATIENCE_MS = 2000;

/**
 * Flushes a whole filesystem with one call (`sync -f` of GNU coreutils, that is syncfs(2)): for a few hundred new files one commit
 * of the journal and one emptying of the disk's cache instead of hundreds.
 */
export class FilesystemFlush {
  private usable: Promise<boolean> | undefined;

  /** For the filesystem on which this folder lies. */
  constructor(private readonly folder: string) {}

  /**
   * Whether everything that was written before the call is on the disk now. `false` says nothing about it: the system has no such
   * call or does not tell of errors, other programs have much to write, it took too long, or something (anybody's) could not be
   * written. Then the files are to be flushed one by one, which tells what became of each: a file remembers by itself that it
   * could not be written, whoever else heard of it. `ownBytes` is what the caller has written itself.
   */
  async flush(ownBytes: number): Promise<boolean> {
    this.usable ??= this.isUsable();
    if (!(await this.usable)) return false;
    if ((await dirtyBytes()) > OTHERS_DIRTY_BYTES + ownBytes) return false;
    return (await runSync(['-f', this.folder])).code === 0;
  }

  private async isUsable(): Promise<boolean> {
    if (process.platform !== 'linux' || !isAtLeast(release(), KERNEL)) return false;
    const { type } = await statfs(this.folder);
    if (!KNOWN_FILESYSTEMS.has(type)) return false;
    const { code, output } = await runSync(['--version']);
    const version = /\(GNU coreutils\) (\d+\.\d+)/.exec(output)?.[1];
    return code === 0 && version !== undefined && isAtLeast(version, GNU_COREUTILS);
  }
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** What all programs together have written that is not on a disk yet (proc(5), /proc/meminfo); without limit where nobody tells. */
async function dirtyBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = ['Dirty', 'Writeback'].map((name) => new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1]);
  return kibibytes.reduce((sum, value) => sum + (value === undefined ? Infinity : Number(value) * 1024), 0);
}

/** Runs the command; a code other than 0 also when it cannot be run or does not end in time. */
function runSync(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn('sync', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    const end = (code: number): void => {
      clearTimeout(timer);
      resolve({ code, output });
    };
    const timer = setTimeout(() => {
      child.unref(); // it cannot be stopped while it waits for the disk, and does no harm
      child.stdout.destroy();
      end(-1);
    }, PATIENCE_MS);
    child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString('utf8')));
    child.on('error', () => end(-1));
    child.on('close', (code) => end(code ?? -1));
  });
}
