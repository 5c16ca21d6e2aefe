import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { z } from 'zod';

const at = (place: string): string => fileURLToPath(new URL(place, import.meta.url));

const manifest = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(at('./package.json'), 'utf8')));
const shipped = new Set(['electron', ...Object.keys(manifest.dependencies)]);
const packageOf = (id: string): string =>
  id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/');

/** Packages stay outside the bundle and come from node_modules at run time: only those that are shipped may be used. */
function isExternal(id: string): boolean {
  if (id.startsWith('node:') || builtinModules.includes(id)) return true;
  if (id.startsWith('.') || id.startsWith('/') || id.startsWith('@shared/') || /^[A-Za-z]:[\\/]/.test(id)) return false;
  if (shipped.has(packageOf(id))) return true;
  throw new Error(`"${id}" is imported by the main process but is not in "dependencies" of package.json.`);
}

/** The app's main process, the command line, and one file for every worker thread. */
function findEntries(): Record<string, string> {
  const entries: Record<string, string> = {};
  if (existsSync(at('./main/index.ts'))) entries['index'] = at('./main/index.ts');
  if (existsSync(at('./main/cli/entry.ts'))) entries['cli'] = at('./main/cli/entry.ts');
  if (existsSync(at('./main/ipc/engine-thread.ts'))) entries['workers/engine'] = at('./main/ipc/engine-thread.ts');
  const workers = at('./main/workers/entries');
  if (existsSync(workers)) {
    for (const file of readdirSync(workers).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))) {
      entries[`workers/${file.slice(0, -'.ts'.length)}`] = `${workers}/${file}`;
    }
  }
  return entries;
}

export default defineConfig({
  root: at('.'),
  publicDir: false,
  resolve: { alias: { '@shared': at('./shared') } },
  build: {
    ssr: true,
    target: 'node20.18',
    outDir: at('./dist/main'),
    emptyOutDir: true,
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      input: findEntries(),
      external: isExternal,
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
