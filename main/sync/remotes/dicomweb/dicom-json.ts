import { z } from 'zod';
import { keywordOf, tagOf } from '../../../dicom/dictionary';

/** A data set in the DICOM JSON model (PS3.18 F.2) as it comes from outside; nothing more is trusted than this. */
export const JsonDataSet = z.record(
  z.string(),
  z.object({ vr: z.string().optional(), Value: z.array(z.unknown()).optional() }),
);
export type JsonDataSet = z.infer<typeof JsonDataSet>;

/** The values of an attribute as texts, joined with a backslash; person names in all their component groups. */
export function textOf(dataset: JsonDataSet, tag: string): string {
  return (dataset[tag]?.Value ?? []).map(valueText).join('\\');
}

function valueText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return '';
  const groups = ['Alphabetic', 'Ideographic', 'Phonetic'].map((group) => {
    const text = (value as Record<string, unknown>)[group];
    return typeof text === 'string' ? text : '';
  });
  return groups.join('=').replace(/=+$/, '');
}

/** The items of a sequence. */
export function itemsOf(dataset: JsonDataSet, tag: string): readonly JsonDataSet[] {
  return (dataset[tag]?.Value ?? []).flatMap((item) => {
    const parsed = JsonDataSet.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

/** A row with keywords as names; what the dictionary does not know keeps its tag. */
export function rowOf(dataset: JsonDataSet): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(dataset).map((tag) => [keywordOf(Number.parseInt(tag, 16)) || tag, textOf(dataset, tag)]),
  );
}

/** The tag of a keyword as PS3.18 writes it; undefined when there is none of this name. */
export function tagText(keyword: string): string | undefined {
  const tag = tagOf(keyword);
  return tag?.toString(16).toUpperCase().padStart(8, '0');
}
