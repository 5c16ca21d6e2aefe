import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { contract } from '../../../shared/contract';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/capabilities.md'), 'utf8');

/** The rows of the page: the call, the verbs of the contract, the tests, the remark. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, call = '', verbs = '', , tests = '', remark = '']) => ({
    call,
    verbs: [...verbs.matchAll(/`([^`]+)`/g)].map(([, verb = '']) => verb),
    tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, test = '']) => test),
    remark,
  }));

describe('the table of capabilities', () => {
  it('has a row for every call, once', () => {
    expect(new Set(rows.map(({ call }) => call)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(140);
  });

  it.each(rows)(
    '$call names verbs of the contract and tests that exercise them, or says why not',
    ({ verbs, tests, remark }) => {
      for (const verb of verbs) expect(Object.hasOwn(contract, verb)).toBe(true);
      for (const test of tests) expect(existsSync(join(ROOT, test))).toBe(true);
      const text = tests.map((test) => readFileSync(join(ROOT, test), 'utf8')).join('\n');
      for (const verb of verbs) expect(text).toContain(verb);
      if (verbs.length === 0) expect(remark).not.toBe('');
    },
  );
});
