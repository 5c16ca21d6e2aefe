import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const alias = { '@shared': fileURLToPath(new URL('./shared', import.meta.url)) };
const folders = ['unit', 'integration', 'faults'];

/** What is waited for may take its time on a busy machine: only what never comes is a failure. */
const patient = { poll: { timeout: 30_000, interval: 50 } };

/** Two projects, for their surroundings: `*.test.ts` in Node, `*.test.tsx` (React) in happy-dom. */
export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'node',
          environment: 'node',
          include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: patient,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'dom',
          environment: 'happy-dom',
          include: folders.map((folder) => `test/${folder}/**/*.test.tsx`),
          testTimeout: 120_000,
          expect: patient,
        },
      },
    ],
    passWithNoTests: false,
    coverage: { provider: 'v8', reportsDirectory: 'coverage', include: ['main/**', 'renderer/**', 'shared/**'] },
  },
});
