import type { Listing } from '@shared/model/vocabulary';
import { type Order, type Table, tableOf } from './columns';
import type { Condition } from './condition';
import type { Plan } from './plan';

/** What it costs to sort one row that is known, in looks into an index; images lie far apart. */
const LOOKS_TO_SORT: Readonly<Record<Table, number>> = { patient: 2.5, study: 2.5, series: 2.5, image: 6 };

/** Whether rows of a list that are known are sooner met on a walk in an order, to the last of so many, than all sorted. */
export function isSoonerWalked(
  list: Listing,
  { terms }: Order,
  { ids, looks, conditions }: Plan,
  rows: number,
): boolean {
  if (ids === undefined) return true;
  const isUneven = conditions.some(({ clustered }) => clustered !== undefined && clustered === terms[0]?.sql);
  return !isUneven && rows * looks < ids.length * LOOKS_TO_SORT[tableOf(list)];
}

/** Whether it costs next to nothing to ask rows that one condition has given for all the others. */
export function areCheap(conditions: readonly Condition[], given: Condition): boolean {
  return conditions.every((condition) => condition === given || (condition.weight ?? 1) <= 1);
}
