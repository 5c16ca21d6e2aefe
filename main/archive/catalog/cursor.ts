import { z } from 'zod';
import { FieldboxError } from '@shared/errors';
import { Listing } from '@shared/model/vocabulary';

/** Longer texts (hostile names) would make cursors longer than the contract lets through; they are read from the row again. */
const LONGEST_TEXT = 150;

/** Where a page ended: the sort values of its last row, the last of which is the row's id; null stands for a long text. */
const Cursor = z.strictObject({
  v: z.literal(1),
  level: Listing,
  sort: z.string().max(64),
  descending: z.boolean(),
  /** Whether hits with corrected typing errors are in the list; decided on the first page. */
  corrected: z.boolean(),
  values: z
    .array(z.union([z.string().max(LONGEST_TEXT), z.number(), z.null()]))
    .min(1)
    .max(8),
});
export type Cursor = z.infer<typeof Cursor>;
export type CursorValue = string | number;

export function encodeCursor(cursor: Cursor): string {
  const values = cursor.values.map((value) =>
    typeof value === 'string' && value.length > LONGEST_TEXT ? null : value,
  );
  return Buffer.from(JSON.stringify({ ...cursor, values }), 'utf8').toString('base64url');
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
  list: {
    readonly level: Listing;
    readonly sort: string;
    readonly descending: boolean;
    readonly types: readonly ('text' | 'number')[];
  },
): void {
  const types = cursor.corrected ? ['number', ...list.types] : list.types;
  const fits =
    cursor.level === list.level &&
    cursor.sort === list.sort &&
    cursor.descending === list.descending &&
    cursor.values.length === types.length &&
    typeof cursor.values.at(-1) === 'number' &&
    cursor.values.every((value, index) =>
      types[index] === 'number' ? typeof value === 'number' : typeof value !== 'number',
    );
  if (!fits) throw new FieldboxError('BAD_REQUEST', { what: 'after' });
}
