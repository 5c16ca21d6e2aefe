import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFile, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

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
/** Says which `sync` it is, then runs it for the folder at every line and says its code; ends with its input. */
const SCRIPT =
  'sync --version 2>&1 | { read -r first; echo "$first"; }; while read -r _; do sync -f "$0"; echo "$?"; done';

/** A shell that waits for lines. */
interface Helper {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: Interface;
}

/**
 * Flushes a whole filesystem with one call (`sync -f` of GNU coreutils, that is syncfs(2)): for a few hundred new files one commit
 * of the journal and one emptying of the disk's cache instead of hundreds. One shell is kept that starts the command, because
 * starting a process holds the thread up that does it.
 */
export class FilesystemFlush {
  private usable: boolean | undefined;
  private helper: Helper | null = null;
  private tail: Promise<unknown> = Promise.resolve();

  /** For the filesystem on which this folder lies. */
  constructor(
    private readonly folder: string,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Whether everything that was written before the call is on the disk now. `false` says nothing about it: the system has no such
   * call or does not tell of errors, other programs have much to write, it took too long, or something (anybody's) could not be
   * written. Then the files are to be flushed one by one, which tells what became of each: a file remembers by itself that it
   * could not be written, whoever else heard of it. `ownBytes` is what the caller has written itself.
   */
  flush(ownBytes: number): Promise<boolean> {
    const result = this.tail.then(() => this.flushNow(ownBytes));
    this.tail = result;
    return result;
  }

  /** Lets the shell go; the next flush starts another one. */
  close(): void {
    const { helper } = this;
    this.helper = null;
    helper?.lines.close();
    helper?.child.stdin.end();
    helper?.child.stdout.destroy();
  }

  private async flushNow(ownBytes: number): Promise<boolean> {
    this.usable ??= process.platform === 'linux' && isAtLeast(release(), KERNEL) && (await this.isKnown());
    if (!this.usable || (await dirtyBytes()) > OTHERS_DIRTY_BYTES + ownBytes) return false;
    const helper = this.helper ?? (await this.start());
    if (helper === null) return false;
    helper.child.stdin.write('\n');
    const answer = await nextLine(helper, this.patienceMs);
    if (answer === null) this.close();
    return answer === '0';
  }

  private async isKnown(): Promise<boolean> {
    return KNOWN_FILESYSTEMS.has((await statfs(this.folder)).type);
  }

  private async start(): Promise<Helper | null> {
    const child = spawn('sh', ['-c', SCRIPT, this.folder], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.unref();
    for (const stream of [child, child.stdin]) stream.on('error', () => this.close()); // who waits for it hears nothing in time
    const helper = { child, lines: createInterface({ input: child.stdout }) };
    this.helper = helper;
    const first = await nextLine(helper, this.patienceMs);
    const version = /\(GNU coreutils\) (\d+\.\d+)/.exec(first ?? '')?.[1];
    if (version !== undefined && isAtLeast(version, GNU_COREUTILS)) return helper;
    if (first !== null) this.usable = false;
    this.close();
    return null;
  }
}

/** What the helper says next; null when it ends or says nothing in time. */
function nextLine({ lines }: Helper, patienceMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const end = (line: string | null): void => {
      clearTimeout(timer);
      lines.off('line', end);
      lines.off('close', none);
      resolve(line);
    };
    const none = (): void => end(null);
    const timer = setTimeout(none, patienceMs);
    lines.once('line', end);
    lines.once('close', none);
  });
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
