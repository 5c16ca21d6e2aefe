import type { TFunction } from 'i18next';
import type { EntryRow, Signature } from '@shared/contract/forms';
import { isolate } from '../../app/format';

/** Who wrote a revision of a report and who finished it, a line each; one line when both are the same person. */
export function signatures({ author, signer }: Pick<EntryRow, 'author' | 'signer'>, t: TFunction): readonly string[] {
  if (author !== null && author.user === signer?.user) return [t('reports.writtenAndSigned', { name: named(author) })];
  return [
    ...(author === null ? [] : [t('reports.writtenBy', { name: named(author) })]),
    ...(signer === null ? [] : [t('reports.signedBy', { name: named(signer) })]),
  ];
}

/** The full name and, to tell two of a name apart, the username. */
function named({ name, login }: Signature): string {
  return isolate(`${name} (${login})`);
}
