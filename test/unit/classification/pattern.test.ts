import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../main/archive/classification/pattern';

const fits = (pattern: string, text: string): boolean => compilePattern(pattern).test(text);

describe('patterns of rules', () => {
  it.each([
    ['CT', 'CT', true],
    ['CT', 'ct', true],
    ['CT', 'CTA', false],
    ['', '', true],
    ['CT|MR', 'MR', true],
    ['(CT|MR)+', 'CTMRCT', true],
    ['(?:ab)*', 'ababab', true],
    ['(?:ab)*', 'aba', false],
    ['.*thorax.*', 'XR Thorax PA', true],
    ['[A-C]{2,3}', 'bca', true],
    ['[A-C]{2,3}', 'abca', false],
    ['[^0-9]+', 'abc', true],
    ['[^0-9]+', 'ab1', false],
    ['[]a]', ']', false],
    ['[\\]a]', ']', true],
    ['[a-]+', 'a-a', true],
    ['\\d{4}', '2026', true],
    ['\\d{2,}', '1', false],
    ['\\w+\\s\\w+', 'Çelik Ñu', true],
    ['\\D\\S\\W', 'ab-', true],
    ['a\\.b', 'a.b', true],
    ['a\\.b', 'axb', false],
    ['a.?b', 'ab', true],
    ['a+?b', 'aab', true],
    ['^abc$', 'abc', true],
    ['a{0}b', 'b', true],
    ['(a|b|)c', 'c', true],
    ['é', 'É', true],
    ['😀+', '😀😀', true],
  ])('%s on %s: %s', (pattern, text, expected) => {
    if (pattern === '[]a]')
      expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: 'PATTERN_MALFORMED' }) as Error);
    else expect(fits(pattern, text)).toBe(expected);
  });

  it('agrees with the engine of the language on what both know', () => {
    const patterns = ['a*b|c', '(a|b)*abb', 'x{2,4}y?', '[^a]b+', '(ab?){3}', 'a(b|c*)d', '(a*)*b', '(a|a)*'];
    const letters = ['a', 'b', 'c', 'd', 'x', 'y'];
    for (const pattern of patterns) {
      const own = compilePattern(pattern);
      const theirs = new RegExp(`^(?:${pattern})$`, 'iu');
      for (let seed = 0; seed < 600; seed += 1) {
        const text = Array.from(
          { length: seed % 7 },
          (_, at) => letters[(seed * 7 + at * at * 3 + (seed >> at)) % 6],
        ).join('');
        expect([pattern, text, own.test(text)]).toEqual([pattern, text, theirs.test(text)]);
      }
    }
  });

  it.each([
    '(',
    ')',
    'a)',
    '[',
    '[z-a]',
    '*a',
    'a**',
    'a{2',
    'a{3,2}',
    '\\',
    '\\1',
    '\\b',
    '(?=a)',
    '(?<n>a)',
    '^*',
    '[a-\\d]',
  ])('refuses %s', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: 'PATTERN_MALFORMED' }) as Error);
  });

  it.each([
    'a{201}',
    'a{1,500}',
    '(a{0,100}){0,9}',
    '((((((a{0}){200}){200}){200}){200}){200}){200}',
    '(((((){200}){200}){200}){200}){200}',
    '((a{200}){200}){200}',
    `${'('.repeat(60)}a${')'.repeat(60)}`,
  ])('refuses the size of %s', (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: 'PATTERN_TOO_LARGE' }) as Error);
  });

  it.each(['(a+)+$', '(a|a)*$', '(a*)*b', '(.*a){12}', '([a-z]+)*x', '(a{0,40}){0,5}b'])(
    'does not run wild with %s',
    (pattern) => {
      const compiled = compilePattern(pattern);
      const before = performance.now();
      compiled.test(`${'a'.repeat(1023)}!`);
      expect(performance.now() - before).toBeLessThan(2000);
    },
  );
});
