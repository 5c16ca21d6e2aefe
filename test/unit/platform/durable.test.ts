import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeUnflushed } from '../../../main/platform/durable';
import { temporaryFolder } from '../../fixtures/archive';

const bytes = Buffer.from('the bytes that give the file its name');

describe('writing a file under the hash of its bytes', () => {
  it('writes it once and leaves one that is whole alone', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'hash');
    writeUnflushed(path, bytes);
    const { ino } = statSync(path);
    writeUnflushed(path, bytes);
    expect(readFileSync(path)).toEqual(bytes);
    expect(statSync(path).ino).toBe(ino);
  });

  it('replaces a torn one as a whole, so that whoever is still at it does no harm', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'hash');
    writeFileSync(path, bytes.subarray(0, 5));
    const { ino } = statSync(path);
    writeUnflushed(path, bytes);
    expect(readFileSync(path)).toEqual(bytes);
    expect(statSync(path).ino).not.toBe(ino);
    expect(readdirSync(folder)).toEqual(['hash']);
  });

  it('says that the disk failed where there is no folder', () => {
    expect(() => writeUnflushed(join(temporaryFolder(), 'none', 'hash'), bytes)).toThrow(
      expect.objectContaining({ code: 'DISK_FAILED' }),
    );
  });
});
