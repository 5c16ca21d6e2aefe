import type { ProposedContext } from './pdu';
import { PLAIN_SYNTAXES } from './uids';

/** A SOP class and a transfer syntax in which instances of it are stored. */
export interface StoragePair {
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
}

/** Each pair in a context of its own, then each class in the plain transfer syntaxes: at most two contexts for each pair. */
export function storageContexts(pairs: readonly StoragePair[]): readonly ProposedContext[] {
  const classes = [...new Set(pairs.map(({ abstractSyntax }) => abstractSyntax))];
  return [
    ...pairs.map(({ abstractSyntax, transferSyntax }) => ({ abstractSyntax, transferSyntaxes: [transferSyntax] })),
    ...classes.map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: PLAIN_SYNTAXES })),
  ].map((context, at) => ({ id: at * 2 + 1, ...context }));
}
