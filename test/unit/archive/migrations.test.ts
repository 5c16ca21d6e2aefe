import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { migrations } from '../../../main/archive/database/migrations';

/** SHA-256 of every released migration: an archive out there was made with exactly this text. */
const HASHES: readonly string[] = ['9f1d7d9a0d0c25ff5ad9430837b04a117a0d23ab4122f4d38142d34615a04578'];

test('released migrations are never edited', () => {
  const hashes = migrations.map(({ sql }) => createHash('sha256').update(sql).digest('hex'));
  expect(hashes.slice(0, HASHES.length)).toEqual(HASHES);
});

test('migrations are numbered upwards', () => {
  const versions = migrations.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
});
