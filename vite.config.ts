import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const at = (place: string): string => fileURLToPath(new URL(place, import.meta.url));

/** The renderer. Nothing is inlined as data: or eval, so that the strict content security policy holds. */
export default defineConfig({
  root: at('./renderer'),
  base: './',
  plugins: [react()],
  resolve: { alias: { '@shared': at('./shared') } },
  worker: { format: 'es' },
  build: {
    target: 'chrome130',
    outDir: at('./dist/renderer'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
});
