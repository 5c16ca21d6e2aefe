import { describe, expect, it } from 'vitest';
import { fitsPattern, skipper } from '../../../main/archive/watching/patterns';
import { USUAL_SKIP } from '../../../shared/contract/sources';

describe('patterns of names', () => {
  it.each([
    ['a.tmp', '*.tmp', true],
    ['A.TMP', '*.tmp', true],
    ['a.tmp.dcm', '*.tmp', false],
    ['.hidden', '.*', true],
    ['img1.dcm', 'img?.dcm', true],
    ['img12.dcm', 'img?.dcm', false],
    ['anything', '*', true],
    ['', '*', true],
    ['a', '', false],
    ['[x](y)+.$', '[x](y)+.$', true],
    ['Ärzte', 'ä*', true],
    ['😀.tmp', '?.tmp', true],
    ['abcabc', '*abc', true],
  ])('%s fits %s: %s', (name, pattern, fits) => {
    expect(fitsPattern(name, pattern)).toBe(fits);
  });

  it('take no time to speak of, however wild', () => {
    const before = performance.now();
    expect(fitsPattern('a'.repeat(255), `${'*a'.repeat(60)}b`)).toBe(false);
    expect(performance.now() - before).toBeLessThan(200);
  });

  it('leave out what systems and programs leave while they write', () => {
    const skips = skipper(USUAL_SKIP);
    for (const name of ['.DS_Store', '~$scan.docx', 'x.part', 'Thumbs.db', '$RECYCLE.BIN', 'System Volume Information'])
      expect([name, skips(name)]).toEqual([name, true]);
    for (const name of ['IM0001', 'scan.dcm', 'photo.jpg']) expect([name, skips(name)]).toEqual([name, false]);
  });
});
