import type { TagRow } from '@shared/contract/catalog';

/** Without accents, in small letters. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** A tag as it is printed: (0010,0010). */
export function printedTag(tag: string): string {
  return /^[0-9A-F]{8}$/i.test(tag) ? `(${tag.slice(0, 4)},${tag.slice(4)})`.toUpperCase() : tag;
}

/**
 * Rows in which every word that was typed occurs, in tag (with or without brackets and comma), keyword, name, VR or
 * value; accents and case do not matter.
 */
export function searchTags(rows: readonly TagRow[], typed: string): readonly TagRow[] {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = plain(`${printedTag(row.tag)} ${row.tag} ${row.keyword} ${row.name} ${row.vr} ${row.value}`);
    return words.every((word) => text.includes(word));
  });
}
