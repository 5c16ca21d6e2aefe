import { describe, expect, it } from 'vitest';
import { orderBy } from '../../../main/archive/catalog/columns';
import { Params } from '../../../main/archive/catalog/condition';
import { filter, inOrder, partsBehind, partsUpTo, termsOf, wholeWalk } from '../../../main/archive/catalog/walk';
import type { Listing } from '../../../shared/model/vocabulary';
import { emptyCatalog } from '../../fixtures/catalog';

const db = emptyCatalog();

/** What SQLite does for each part of the rows behind or between places of a whole list. */
function plansOf(list: Listing, sort: string, descending: boolean, ...places: (readonly (string | number)[])[]) {
  const order = orderBy(list, sort);
  if (!order) throw new Error('No such order.');
  const walk = wholeWalk(list, order, descending);
  const params = new Params();
  const [from = [], to] = places;
  const parts = to ? partsUpTo(walk, from, to, params) : partsBehind(walk, from, params);
  return parts.map((part) => {
    const sql = `SELECT 1 FROM ${walk.source}${filter(part)} ORDER BY ${inOrder(termsOf(order, descending))}`;
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(params.values) as { detail: string }[];
    return steps[0]?.detail.replace(/^SEARCH .* INDEX \S+ /, '');
  });
}

describe('a place in the middle of a list', () => {
  it.each<[Listing, string, ...(string | number)[]]>([
    ['image', 'ContentDate', '20260101', '1000', 5],
    ['image', 'Modality', 'CT', 5, 7],
    ['image', 'PatientName', 'ann', 5, 7],
    ['study', 'StudyDate', '20260101', '1000', 5],
    ['series', 'StudyDate', '20260101', '1000', 5, 7],
  ])('is come to without passing by rows that are alike: %s by %s', (list, sort, ...values) => {
    const up = [/^\(\w+=\? AND (\w+=\? AND )?(id|rowid)>\?\)$/, /^\(.+>.+\)$/];
    expect(plansOf(list, sort, false, values)).toEqual(up.map((plan): unknown => expect.stringMatching(plan)));
    const down = [/^\(\w+=\? AND (\w+=\? AND )?(id|rowid)<\?\)$/, /^\(.+<.+\)$/];
    expect(plansOf(list, sort, true, values)).toEqual(down.map((plan): unknown => expect.stringMatching(plan)));
  });

  it('bounds what is counted up to another one at both ends', () => {
    const counted = (to: number) => plansOf('image', 'Rows', false, [512, 5], [to, 9]);
    const [from, between] = ['(<expr>=? AND id>?)', '(<expr>>? AND <expr><?)'];
    expect(counted(512)).toEqual(['(<expr>=? AND id>? AND id<?)']);
    expect(counted(1024)).toEqual([from, between, '(<expr>=? AND id<?)']);
  });
});
