import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (place: string): string => fileURLToPath(new URL(place, import.meta.url));

/** The preload: one CommonJS file with everything in it, because a sandboxed preload can load nothing else. */
export default defineConfig({
  root: at('.'),
  publicDir: false,
  resolve: { alias: { '@shared': at('./shared') } },
  ssr: { noExternal: true },
  build: {
    ssr: at('./preload/index.ts'),
    target: 'chrome130',
    outDir: at('./dist/preload'),
    emptyOutDir: true,
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      external: ['electron', ...builtinModules, /^node:/],
      output: { format: 'cjs', entryFileNames: 'index.cjs', codeSplitting: false },
    },
  },
});
