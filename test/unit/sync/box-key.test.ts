import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { boxKeyText, parseBoxKey } from '../../../shared/model/remotes/box-key';

describe('the key of a box as text', () => {
  it('comes back from what people make of it: small letters, blanks, O for 0, I and L for 1', () => {
    for (let round = 0; round < 50; round += 1) {
      const key = new Uint8Array(randomBytes(32));
      const text = boxKeyText(key);
      expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){13}[0-9A-HJKMNP-TV-Z]{4}$/);
      expect(parseBoxKey(text)).toEqual(key);
      expect(parseBoxKey(text.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l'))).toEqual(
        key,
      );
    }
  });

  it('is not taken with a slip: a digit wrong, two changed about, one missing, one too many', () => {
    const text = boxKeyText(new Uint8Array(32).map((_, at) => at * 7));
    expect(parseBoxKey('')).toBeNull();
    expect(parseBoxKey(text.slice(0, -1))).toBeNull();
    expect(parseBoxKey(`${text}0`)).toBeNull();
    expect(parseBoxKey(text.replace(/^./, '*'))).toBeNull();
    const digits = Array.from(text.replaceAll('-', ''));
    for (let at = 0; at < digits.length; at += 1) {
      const wrong = digits.with(at, digits[at] === '7' ? '8' : '7');
      if (wrong.join('') !== digits.join('')) expect(parseBoxKey(wrong.join(''))).toBeNull();
      const next = digits[at + 1];
      if (next === undefined || next === digits[at]) continue;
      expect(
        parseBoxKey(
          digits
            .with(at, next)
            .with(at + 1, digits[at] ?? '')
            .join(''),
        ),
      ).toBeNull();
    }
  });

  it('has 32 bytes', () => {
    expect(() => boxKeyText(new Uint8Array(31))).toThrow(RangeError);
  });
});
