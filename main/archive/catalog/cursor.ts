import { z } from 'zod';
import { FieldboxError } from '@shared/errors';
import { Level } from '@shared/model/vocabulary';

/** Where a page ended: the sort values of its last row. */
const Cursor = z.strictObject({
  v: z.literal(1),
  level: Level,
  sort: z.string().max(64),
  descending: z.boolean(),
  /** Whether hits with corrected typing errors are in the list; decided on the first page. */
  corrected: z.boolean(),
  values: z.array(z.union([z.string().max(1024), z.number()])).min(1).max(8),
});
export type Cursor = z.infer<typeof Cursor>;
export type CursorValue = Cursor['values'][number];

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url');
}

/** Reads a cursor that came from outside. Throws BAD_REQUEST. */
export function decodeCursor(text: string): Cursor {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    throw new FieldboxError('BAD_REQUEST', { what: 'after' }, error);
  }
  const cursor = Cursor.safeParse(json);
  if (!cursor.success) throw new FieldboxError('BAD_REQUEST', { what: 'after' }, cursor.error);
  return cursor.data;
}

/**
 * Checks that a cursor continues this very list: same level and order, values of the right types.
 * Throws BAD_REQUEST.
 */
export function requireCursorFor(
  cursor: Cursor,
  list: { readonly level: Level; readonly sort: string; readonly descending: boolean; readonly types: readonly ('text' | 'number')[] },
): void {
  const types = cursor.corrected ? ['number', ...list.types] : list.types;
  const fits =
    cursor.level === list.level &&
    cursor.sort === list.sort &&
    cursor.descending === list.descending &&
    cursor.values.length === types.length &&
    cursor.values.every((value, index) => typeof value === (types[index] === 'number' ? 'number' : 'string'));
  if (!fits) throw new FieldboxError('BAD_REQUEST', { what: 'after' });
}
