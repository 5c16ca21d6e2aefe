import type { TFunction } from 'i18next';
import type { ItemRow } from '@shared/contract/sync';
import { sentAsOf } from '@shared/model/remotes/proof-note';
import { isolate } from '../../app/format';

/** In which form an image was sent, where that is not the one that is kept here; empty otherwise. */
export function sentAsWords(t: TFunction, proof: ItemRow['proof']): string {
  const form = proof === null ? null : sentAsOf(proof.note);
  return form === null ? '' : t('ledger.sentAs', { form: isolate(form) });
}
