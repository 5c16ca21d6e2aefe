import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Manifest = z.object({ name: z.string(), version: z.string() });

/** The version in the package.json that this code belongs to, from source, built or packed. */
export function productVersion(): string {
  let folder = fileURLToPath(new URL('.', import.meta.url));
  for (;;) {
    const path = join(folder, 'package.json');
    if (existsSync(path)) {
      const manifest = Manifest.safeParse(JSON.parse(readFileSync(path, 'utf8')));
      if (manifest.success && manifest.data.name === 'fieldbox') return manifest.data.version;
    }
    const parent = join(folder, '..');
    if (parent === folder) throw new Error('package.json of Fieldbox was not found');
    folder = parent;
  }
}
