import type { TransactionKey } from '@shared/model/ids';

/** The name of an item in this program's memory. */
export function itemName(item: { readonly transaction: TransactionKey; readonly position: number }): string {
  return `${item.transaction}/${String(item.position)}`;
}
