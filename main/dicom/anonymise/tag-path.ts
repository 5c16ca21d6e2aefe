import { FieldboxError } from '@shared/errors';
import { lookUp } from '../dictionary';
import type { Tag } from '../model';
import { parseTagPath, type TagPath } from '../tag-path';

/** A value for an attribute by its path; null takes the attribute away. */
export interface ExtraValue {
  /**
   * Keywords or tags (GGGGEEEE, (GGGG,EEEE)) joined by full stops; behind a sequence the item, counted from 1, or * for all, in
   * square brackets: `RequestAttributesSequence[1].RequestedProcedureID`. Without brackets all items are meant.
   */
  readonly path: string;
  readonly value: string | readonly string[] | null;
}

/** A value on its way down: what is left of its path. */
export interface PlacedValue {
  readonly steps: TagPath;
  readonly value: string | readonly string[] | null;
}

/** Reads the paths of values. Throws BAD_REQUEST for a path that names nothing of PS3.6. */
export function placed(values: readonly ExtraValue[]): readonly PlacedValue[] {
  return values.map(({ path, value }) => ({ steps: steps(path), value }));
}

/** Paths read lately: the values of a key have the same ones for every image. */
const lately = new Map<string, TagPath>();
const MAX_REMEMBERED = 256;

function steps(path: string): TagPath {
  const known = lately.get(path);
  if (known) return known;
  const parsed = parseTagPath(path);
  if (!parsed || parsed.some(({ tag }) => lookUp(tag) === undefined)) {
    throw new FieldboxError('BAD_REQUEST', { what: `tag path ${path}` });
  }
  if (lately.size >= MAX_REMEMBERED) lately.clear();
  lately.set(path, parsed);
  return parsed;
}

/** What is meant for one item of a sequence, one step shorter. */
export function below(values: readonly PlacedValue[], tag: Tag, item: number): readonly PlacedValue[] {
  return values.flatMap(({ steps: [first, ...rest], value }) =>
    first?.tag === tag && rest.length > 0 && (first.item === null || first.item === item)
      ? [{ steps: rest, value }]
      : [],
  );
}

/** What is set at this level. */
export function here(values: readonly PlacedValue[]): ReadonlyMap<Tag, string | readonly string[] | null> {
  const found = new Map<Tag, string | readonly string[] | null>();
  for (const { steps: path, value } of values) {
    const [first, ...rest] = path;
    if (first && rest.length === 0) found.set(first.tag, value);
  }
  return found;
}

/** Sequences that are named with their first item though the data set has none: they are made. */
export function toBeMade(values: readonly PlacedValue[]): readonly Tag[] {
  return [
    ...new Set(
      values.flatMap(({ steps: [first, ...rest], value }) =>
        first?.item === 0 && rest.length > 0 && value !== null ? [first.tag] : [],
      ),
    ),
  ];
}
