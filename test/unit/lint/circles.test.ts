import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = ['main', 'shared', 'renderer', 'preload'];
const ENDINGS = ['.ts', '.tsx', '/index.ts', '/index.tsx'];

/** Source files below a folder. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

/** Our own files that a file imports, types included: whoever reads one has to know the other. */
function importsOf(file: string): string[] {
  const named = [...readFileSync(file, 'utf8').matchAll(/from '((?:\.|@shared)[^']*)'/g)].map(([, name]) => name ?? '');
  return named.flatMap((name) => {
    const base = name.startsWith('@shared') ? join(ROOT, name.slice(1)) : join(dirname(file), name);
    const found = [base, ...ENDINGS.map((ending) => base + ending)].find((path) => existsSync(path) && isFile(path));
    return found === undefined ? [] : [found];
  });
}

function isFile(path: string): boolean {
  return statSync(path).isFile();
}

/** The first circle that is found, as a row of files; empty where there is none. */
function circleIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    const at = path.indexOf(file);
    if (at >= 0) return [...path.slice(at), file];
    if (done.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const circle = visit(next, [...path, file]);
      if (circle.length > 0) return circle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

describe('Imports', () => {
  it('a circle would be found', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ]);
    expect(circleIn(graph)).toEqual(['b', 'd', 'b']);
  });

  it('run one way: no file imports, by whatever way, what imports it', () => {
    const files = FOLDERS.flatMap((folder) => sources(join(ROOT, folder)));
    expect(files.length).toBeGreaterThan(500);
    const circle = circleIn(new Map(files.map((file) => [file, importsOf(file)])));
    expect(circle.map((file) => relative(ROOT, file))).toEqual([]);
  });
});
