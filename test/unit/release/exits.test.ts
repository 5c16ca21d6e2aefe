import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exits } from '../../../main/archive/release/exits';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Modules that write files or open connections but let nothing of the archive out: they write inside the archive folder,
 * or settings and logs of the app. Whatever is not here is an exit and belongs into main/archive/release/exits.ts.
 */
const NO_EXITS: readonly { readonly path: string; readonly because: string }[] = [
  { path: 'main/platform/', because: 'writes where its callers say; the callers are looked at' },
  { path: 'main/archive/', because: 'the engine writes into its own folder' },
  { path: 'main/workers/tasks/', because: 'work on files in incoming/ and cache/' },
  { path: 'main/workers/entries/', because: 'threads; what they write is looked at by itself' },
  { path: 'main/desktop/', because: 'settings, logs and windows of the app' },
  { path: 'main/ipc/', because: 'answers the app\'s own window' },
  { path: 'main/index.ts', because: 'starts the app' },
  { path: 'main/cli/sync-session.ts', because: 'keeps this archive\'s own key in the file its owner named' },
  { path: 'main/cli/commands/certificate.ts', because: 'writes a key and a certificate that it has just made' },
  { path: 'main/cli/terminal.ts', because: 'speaks to the person at the laptop' },
];

/** Ways of writing a file, copying it somewhere, or sending it. */
const WAYS_OUT =
  /\b(?:createWriteStream|writeFile|writeFileSync|writeFileDurably|copyFile|copyFileSync|cp|cpSync|appendFile|appendFileSync|symlink|symlinkSync|link|linkSync|writeSync|writevSync)\s*\(|\bopen(?:Sync)?\s*\([^)]*['"](?:w|wx|a|ax|r\+|w\+)['"]|\bfrom '(?:node:)?(?:net|http|https|http2|tls|dgram)'|\b(?:net\.fetch|fetch)\s*\(|\bclipboard\.write|\bwebContents\.print|\bprintToPDF|\bshell\.openPath|\bstartDrag\s*\(/;

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith('.ts') ? [relative(ROOT, path).split(sep).join('/')] : [];
  });
}

function code(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '');
}

/** Whether a path is meant by a list entry: a folder ends in `/`. */
function covers(entry: string, path: string): boolean {
  return entry.endsWith('/') ? path.startsWith(entry) : path === entry;
}

const files = sourceFiles(join(ROOT, 'main'));

describe('the exits', () => {
  it('are all listed: nothing else writes outside of the archive or sends', () => {
    const unknown = files.filter(
      (path) =>
        WAYS_OUT.test(code(path)) &&
        !exits.some((exit) => covers(exit.writes, path)) &&
        !NO_EXITS.some((known) => covers(known.path, path)),
    );
    expect(unknown).toEqual([]);
  });

  it('are reached only through modules of the export or of their own', () => {
    const users = files.filter((path) => /from '[^']*workers\/export\//.test(code(path)));
    const known = (path: string): boolean =>
      path.startsWith('main/archive/export/') || exits.some((exit) => exit.asks === path);
    expect(users.filter((path) => !known(path))).toEqual([]);
  });

  it.each(exits)('$writes asks the gate in $asks', (exit) => {
    const source = code(exit.asks);
    expect(source).toMatch(/import \{[^}]*\bmayLeave\b[^}]*\} from '[^']*release\/gate'/);
    expect(source.match(/\bmayLeave\(/g)?.length).toBeGreaterThan(0);
    expect(files.some((path) => covers(exit.writes, path))).toBe(true);
  });

  it('are noticed: the search finds the ways out that it is for', () => {
    for (const text of [
      `createWriteStream(path)`, `await writeFile(out, png)`, `openSync(path, 'wx')`, `import { request } from 'node:https'`,
      `clipboard.writeImage(image)`, `net.fetch(url)`, `copyFileSync(a, b)`,
    ]) {
      expect(WAYS_OUT.test(text)).toBe(true);
    }
    expect(WAYS_OUT.test(`openSync(path, 'r')`)).toBe(false);
  });
});
