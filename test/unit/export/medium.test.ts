import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FieldboxError } from '../../../shared/errors';
import { hashFromMedium } from '../../../main/workers/export/medium-read';
import { targetError } from '../../../main/platform/target-error';
import { Stock } from './plan-fixture';

let stock: Stock;
beforeEach(() => {
  stock = new Stock();
});
afterEach(() => stock.remove());

describe('hashFromMedium', () => {
  it.each([0, 1, 511, 512, 4095, 4096, 4097, 1024 * 1024, 1024 * 1024 + 1, 3_000_001])(
    'gives the hash of a file of %i bytes',
    (size) => {
      const path = join(stock.root, 'file');
      const bytes = randomBytes(size);
      writeFileSync(path, bytes);
      expect(hashFromMedium(path, () => undefined)).toEqual({
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bytes: size,
      });
    },
  );

  it('can be stopped', () => {
    const path = join(stock.root, 'file');
    writeFileSync(path, 'x');
    const stop = (): void => {
      throw new FieldboxError('CANCELLED');
    };
    expect(() => hashFromMedium(path, stop)).toThrow(FieldboxError);
  });
});

describe('targetError', () => {
  it.each([
    ['ENOSPC', 'EXPORT_TARGET_FULL'],
    ['EDQUOT', 'EXPORT_TARGET_FULL'],
    ['EFBIG', 'EXPORT_FAT_LIMIT'],
    ['EEXIST', 'EXPORT_TARGET_NOT_EMPTY'],
    ['ENOTEMPTY', 'EXPORT_TARGET_NOT_EMPTY'],
    ['EIO', 'EXPORT_TARGET_LOST'],
    ['ENODEV', 'EXPORT_TARGET_LOST'],
    ['ENOENT', 'EXPORT_TARGET_LOST'],
    ['EROFS', 'EXPORT_TARGET_LOST'],
    ['EACCES', 'EXPORT_TARGET_LOST'],
  ])('names %s %s', (code, ours) => {
    const error = targetError(Object.assign(new Error(code), { code }), { needed: 3_500_000, free: 10 });
    expect(error.code).toBe(ours);
    expect(error.message).not.toMatch(/\{\w+\}/);
  });

  it('leaves our own errors as they are and calls the unforeseen by its name', () => {
    const own = new FieldboxError('CANCELLED');
    expect(targetError(own, { needed: 0, free: 0 })).toBe(own);
    expect(targetError(new TypeError('bug'), { needed: 0, free: 0 }).code).toBe('INTERNAL');
  });
});
