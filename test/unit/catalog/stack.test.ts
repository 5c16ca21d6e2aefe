import type { Database } from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { stackOf } from '../../../main/archive/catalog/stack';
import { addImage, addParents, emptyCatalog, type Parents } from '../../fixtures/catalog';

let db: Database;
let parents: Parents;
beforeEach(() => {
  db = emptyCatalog();
  parents = addParents(db, { PatientName: 'A' });
});

const AXIAL = '1\\0\\0\\0\\1\\0';
const slice = (number: string, z: number, orientation = AXIAL): string =>
  addImage(
    db,
    parents,
    { InstanceNumber: number, instance_order: Number(number) },
    { ImagePositionPatient: `0\\0\\${String(z)}`, ImageOrientationPatient: orientation },
  ).key;
const stack = (): string[] | undefined => stackOf(db, parents.series.key)?.map((row) => row.image);

describe('a stack', () => {
  it('goes along the normal of its slices, whatever their numbers say', () => {
    const [c, a, b] = [slice('1', 30), slice('2', -5.5), slice('3', 10)];
    expect(stack()).toEqual([a, b, c]);
  });

  it('takes the direction from the orientation (PS3.3 C.7.6.2.1.1)', () => {
    const flipped = '-1\\0\\0\\0\\1\\0';
    const [a, b] = [slice('1', 30, flipped), slice('2', 0, flipped)];
    expect(stack()).toEqual([a, b]);
  });

  it.each([
    ['one has no place', () => addImage(db, parents, { InstanceNumber: '0', instance_order: 0 }).key],
    ['one is turned', () => slice('0', 5, '1\\0\\0\\0\\0\\-1')],
    [
      'one has nonsense for a place',
      () =>
        addImage(
          db,
          parents,
          { InstanceNumber: '0' },
          { ImagePositionPatient: 'a\\b\\c', ImageOrientationPatient: AXIAL },
        ).key,
    ],
  ])('goes by instance number when %s', (_what, odd) => {
    const [b, a] = [slice('2', 0), slice('1', 10)];
    const first = odd();
    expect(stack()).toEqual([first, a, b]);
  });

  it('goes by instance number when all lie at one place, and as they arrived without numbers', () => {
    const [b, a] = [slice('2', 4), slice('1', 4)];
    expect(stack()).toEqual([a, b]);
    const last = addImage(db, parents).key;
    expect(stack()).toEqual([b, a, last]);
  });

  it('of no such series is none', () => {
    expect(stackOf(db, 'f'.repeat(32))).toBeUndefined();
    expect(stack()).toEqual([]);
  });
});
