import { formatTag, keywordOf, lookUp, tagOf, vrOf } from './dictionary';
import type { Tag } from './model';

/** One step of a path: an attribute, and of a sequence the item, counted from 0; null for all items. */
export interface PathStep {
  readonly tag: Tag;
  readonly item: number | null;
}

/** From the outermost data set inwards; never empty. */
export type TagPath = readonly PathStep[];

const STEP = /^(?:\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?|([A-Za-z][A-Za-z0-9]*))(?:\[(\*|[1-9]\d{0,3})\])?$/;
/** Deeper than any sequence of the standard. */
const MOST_STEPS = 12;

/**
 * Reads a path: keywords or tags (GGGGEEEE, (GGGG,EEEE)) joined by full stops; behind a sequence the item, counted from 1, or *
 * for all, in square brackets. Without brackets all items are meant. Undefined when it names nothing: an unknown keyword, a
 * command or file meta element (groups below 0008), items of something that has none (PS3.5 7.5).
 */
export function parseTagPath(text: string): TagPath | undefined {
  const parts = text.split('.');
  if (parts.length > MOST_STEPS) return undefined;
  const steps: PathStep[] = [];
  for (const [at, part] of parts.entries()) {
    const match = STEP.exec(part);
    if (!match) return undefined;
    const [, group, element, keyword, item] = match;
    const tag = keyword === undefined ? Number.parseInt(`${group ?? ''}${element ?? ''}`, 16) : tagOf(keyword);
    if (tag === undefined || tag >>> 16 < 0x0008 || tag >>> 16 >= 0xfffe) return undefined;
    if ((at < parts.length - 1 || item !== undefined) && !mayHaveItems(tag)) return undefined;
    steps.push({ tag, item: item === undefined || item === '*' ? null : Number(item) - 1 });
  }
  return steps;
}

/** Private and unknown attributes may be sequences too. */
export function mayHaveItems(tag: Tag): boolean {
  return lookUp(tag) === undefined || vrOf(tag) === 'SQ';
}

/** The one way a path is written: keywords where there are, brackets behind every step but the last, where only a single item is named. */
export function formatTagPath(path: TagPath): string {
  return path
    .map(({ tag, item }, at) => {
      const name = tagOf(keywordOf(tag)) === tag ? keywordOf(tag) : formatTag(tag);
      if (item === null) return at < path.length - 1 ? `${name}[*]` : name;
      return `${name}[${String(item + 1)}]`;
    })
    .join('.');
}
