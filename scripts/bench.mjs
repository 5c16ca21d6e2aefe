// `npm run bench`: ratios of this build against peers and floors, measured in one run on this machine.
// `npm run bench -- import catalog` runs some of them.
import path from 'node:path';
import { build } from 'vite';
import { displayPackages, windowPackages } from './lib/apt.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { Problem, runAttached, runMain, say } from './lib/process.mjs';
import { prepareApp } from './lib/setup.mjs';
import { onDisplay, startXvfb } from './lib/xvfb.mjs';

/** Run when nothing is said. */
const usual = ['import', 'memory', 'catalog', 'classify', 'app', 'anonymise', 'boxes', 'dimse', 'web', 'outbox'];
/** Filling an index with a million images takes a quarter of an hour, so it is run by its name only. */
const names = [...usual, 'catalog-million'];

await runMain(async (args) => {
  const chosen = args.length > 0 ? args : usual;
  const unknown = chosen.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Problem(`Use: npm run bench -- [${names.join('|')}]...`);
  const runtime = await prepareApp({
    debianPackages: [
      ...windowPackages,
      ...displayPackages,
      'orthanc',
      'orthanc-dicomweb',
      'dcmtk',
      'libgdcm-tools',
      'openssl',
    ],
  });
  const folder = await compile(chosen);
  const screen = process.platform === 'linux' ? await startXvfb() : undefined;
  const env = { ...(screen ? onDisplay(screen.display) : process.env), ELECTRON_OVERRIDE_DIST_PATH: runtime };
  try {
    for (const name of chosen) {
      say(`Benchmark ${name} ...`);
      const code = await runAttached(process.execPath, [path.join(folder, `${name}.js`)], { env });
      if (code !== 0) throw new Problem(`The benchmark "${name}" could not be carried through.`);
    }
  } finally {
    await screen?.stop();
  }
});

/** The benchmarks are TypeScript and use the engine's sources: they are bundled first, so that what is measured is built code. */
async function compile(chosen) {
  const outDir = path.join(root, 'dist', 'bench');
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    resolve: { alias: { '@shared': inRoot('shared') } },
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(chosen.map((name) => [name, inRoot('test', 'bench', `${name}.ts`)])),
        external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('@shared/'),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  return outDir;
}
