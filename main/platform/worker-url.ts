import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Where the built code of a worker thread lies. Worker threads start from files, so the code that runs from source (unit
 * tests) uses the built workers too; `npm test` builds before it tests.
 */
export function workerUrl(name: string): URL {
  let folder = fileURLToPath(new URL('.', import.meta.url));
  for (;;) {
    for (const candidate of [
      join(folder, 'workers', `${name}.js`),
      join(folder, 'dist', 'main', 'workers', `${name}.js`),
    ]) {
      if (existsSync(candidate)) return pathToFileURL(candidate);
    }
    const parent = join(folder, '..');
    if (parent === folder) throw new Error(`The worker "${name}" has not been built; run "npm run build" first.`);
    folder = parent;
  }
}
