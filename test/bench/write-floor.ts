import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flushFile, flushFolder } from '../../main/platform/durable';
import { FilesystemFlush } from '../../main/platform/filesystem-flush';

/** Files that are flushed together, about as many as the archive takes into one commit. */
const TOGETHER = 96;

/**
 * What nothing that writes as many durable files can do without: reads every file of a folder, writes it to another, and flushes them
 * as the archive does, in groups, while the next ones are written.
 */
export async function writeFloor(source: string, target: string): Promise<void> {
  mkdirSync(target);
  const names = readdirSync(source);
  const filesystem = new FilesystemFlush(target);
  let flushed = Promise.resolve();
  for (let at = 0; at < names.length; at += TOGETHER) {
    const group = names.slice(at, at + TOGETHER).map((name) => {
      const bytes = readFileSync(join(source, name));
      writeFileSync(join(target, name), bytes, { flag: 'wx' });
      return { path: join(target, name), bytes: bytes.length };
    });
    await flushed;
    flushed = flushTogether(filesystem, target, group);
  }
  await flushed;
  filesystem.close();
}

async function flushTogether(
  filesystem: FilesystemFlush,
  folder: string,
  group: readonly { readonly path: string; readonly bytes: number }[],
): Promise<void> {
  const bytes = group.reduce((sum, file) => sum + file.bytes, 0);
  if (await filesystem.flush(bytes)) return;
  await Promise.all(group.map(({ path }) => flushFile(path)));
  await flushFolder(folder);
}
