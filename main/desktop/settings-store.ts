import { readFileSync, renameSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Settings } from '@shared/contract/desktop';
import { systemCode, writeFileDurably } from '../platform/durable';

/** Fields that are left out or undefined stay as they are. */
type Changes = { readonly [K in keyof Settings]?: Settings[K] | undefined };

/** Settings of this machine: one small JSON file, written durably at every change, and never lost to a half-written one. */
export class SettingsStore {
  private kept: Settings;
  private forced: Partial<Settings>;
  private writing: Promise<void> = Promise.resolve();

  /**
   * Reads the file; fields that are missing or not understood have their defaults. `forced` goes before what the file says
   * (a folder given on the command line) and is not written, until somebody sets that field.
   */
  constructor(
    private readonly path: string,
    defaults: Settings,
    forced: Partial<Settings>,
  ) {
    this.kept = { ...defaults, ...storedSettings(path) };
    this.forced = forced;
  }

  get(): Settings {
    return { ...this.kept, ...this.forced };
  }

  /** Changes some of them; answers when the file is on the disk. Throws DISK_FULL, DISK_FAILED. */
  async set(changes: Changes): Promise<Settings> {
    const changed = defined(changes);
    this.kept = { ...this.kept, ...changed };
    this.forced = Object.fromEntries(Object.entries(this.forced).filter(([key]) => !Object.hasOwn(changed, key)));
    const text = `${JSON.stringify(this.kept, null, 2)}\n`;
    const write = this.writing.then(async () => {
      await mkdir(dirname(this.path), { recursive: true });
      await writeFileDurably(this.path, text);
    });
    this.writing = write.catch(() => undefined); // this caller hears of it; the next write starts afresh
    await write;
    return this.get();
  }
}

/** What a settings file says, as far as it is there and understood; a damaged one is put aside. Throws system errors. */
export function storedSettings(path: string): Partial<Settings> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return {};
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Settings are a convenience: a damaged file is put aside for whoever wants to look, and the app starts.
    renameSync(path, `${path}.damaged`);
    return {};
  }
  return understood(json);
}

/** Field by field, so that one that an older or newer version wrote otherwise does not cost the others. */
function understood(json: unknown): Partial<Settings> {
  const record = z.record(z.string(), z.unknown()).safeParse(json);
  if (!record.success) return {};
  const fields = Object.entries(record.data).filter(
    ([key, value]) => Settings.partial().safeParse({ [key]: value }).success,
  );
  return defined(Settings.partial().parse(Object.fromEntries(fields)));
}

function defined(changes: Changes): Partial<Settings> {
  // Taking undefined fields out is what the result's type says.
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}
