import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { fieldboxPlugin, layers } from '../../../scripts/lint/layers';

const root = join(import.meta.dirname, '..', '..', '..');
const linter = new Linter({ cwd: root });

/** What the rule says about a file with this text, as message ids. */
function judge(file: string, text: string): (string | undefined)[] {
  const messages = linter.verify(
    text,
    [
      {
        files: ['**/*.ts', '**/*.tsx'],
        languageOptions: { parser: tseslint.parser },
        plugins: { fieldbox: fieldboxPlugin },
        rules: { 'fieldbox/layers': 'error' },
      },
    ],
    { filename: join(root, file) },
  );
  return messages.map((message) => message.messageId ?? message.message);
}

/** The table "who may import whom" of the architecture page: folder and what its last column says. */
function readTable(): (readonly [string, string])[] {
  const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
  const rows = page.matchAll(/^\| `([^`]+?)\/?` \|.*\| ([^|]+) \|$/gm);
  return Array.from(rows, ([, folder = '', may = '']) => [folder, may.trim()] as const);
}

/** The page leaves out `main/` and says "nothing" and "everything". */
function spelledOut(may: string, everything: readonly string[]): string[] {
  if (may === 'nothing') return [];
  if (may === 'everything') return [...everything];
  return may.split(', ').map((name) => everything.find((layer) => layer === name || layer === `main/${name}`) ?? name);
}

describe('the table of docs/architecture.md', () => {
  it('names the same layers as the rule, each with the same imports', () => {
    const everything = layers
      .map((layer) => layer.name)
      .filter((name) => !['main/index.ts', 'preload', 'renderer'].includes(name));
    const fromPage = Object.fromEntries(
      readTable().map(([folder, may]) => [folder, spelledOut(may, everything).sort()]),
    );
    expect(fromPage).toEqual(Object.fromEntries(layers.map((layer) => [layer.name, [...layer.may].sort()])));
  });
});

describe('fieldbox/layers', () => {
  it.each([
    ['renderer/app/App.tsx', `import { openEngine } from '../../main/archive/engine';`],
    ['renderer/app/App.tsx', `export { openEngine } from '../../main/archive/engine';`],
    ['shared/model/ids.ts', `import type { Engine } from '../../main/archive/engine';`],
    ['main/platform/log.ts', `import { readDicom } from '../dicom/reader';`],
    ['main/dicom/reader/index.ts', `const later = await import('../../platform/durable');`],
    ['main/archive/engine.ts', `type Window = import('../desktop/window').Window;`],
    ['main/ipc/bind.ts', `import { run } from '../workers/pool';`],
    ['main/archive/engine.ts', `import { start } from '../index';`],
    ['preload/index.ts', `import * as engine from '../main/archive/engine';`],
  ])('refuses in %s: %s', (file, text) => {
    expect(judge(file, text)).toEqual(['direction']);
  });

  it.each([
    ['renderer/app/App.tsx', `import { ImageId } from '@shared/model/ids';`],
    ['main/archive/engine.ts', `import { Pool } from '../workers/pool';`],
    ['main/archive/engine.ts', `import { lock } from './lock';`],
    ['main/ipc/bind.ts', `import type { Engine } from '../archive/engine';`],
    ['main/index.ts', `import { openWindow } from './desktop/window'; import { app } from 'electron';`],
    ['test/unit/some.test.ts', `import { openEngine } from '../../main/archive/engine';`],
  ])('lets pass in %s: %s', (file, text) => {
    expect(judge(file, text)).toEqual([]);
  });

  it('keeps Electron out of the engine and Node out of the windows', () => {
    expect(judge('main/archive/engine.ts', `import { app } from 'electron';`)).toEqual(['electron']);
    expect(judge('renderer/app/App.tsx', `import { readFileSync } from 'node:fs';`)).toEqual(['node']);
    expect(judge('preload/index.ts', `import { readFileSync } from 'fs';`)).toEqual(['node']);
  });

  it('asks for a layer when a file lies in none', () => {
    expect(judge('main/elsewhere/thing.ts', 'export const thing = 1;')).toEqual(['unknown']);
  });
});
