import type { Database } from 'better-sqlite3';
import { FieldboxError } from '@shared/errors';
import { compare, comparisonFor } from './compare';
import type { Condition, Params } from './condition';
import { dateRange, hasWildcards, isUniversal } from './matching';
import { matchProperty } from './properties';

/**
 * The condition for one matching key, a DICOM keyword; undefined when the value asks for nothing (universal matching).
 * Throws BAD_REQUEST for a keyword that is none and for a malformed date.
 */
export function matchCondition(
  db: Database,
  match: { readonly key: string; readonly value: string },
  params: Params,
): Condition | undefined {
  const property = matchProperty(match.key);
  if (isUniversal(match.value)) return undefined;
  if (property.kind === 'date' && !hasWildcards(match.value) && !dateRange(match.value))
    throw new FieldboxError('BAD_REQUEST', { what: match.key });
  // Wildcards and texts are compared with numbers as texts; so is a number that is kept as one.
  const comparison = comparisonFor(property);
  return compare(db, property, { operator: 'match', comparison, wanted: [match.value] }, params);
}
