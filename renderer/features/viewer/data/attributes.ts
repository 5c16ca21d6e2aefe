import type { TagRow } from '@shared/contract/catalog';

/** What the viewer needs of a row of the tags view. */
export type Attribute = Pick<TagRow, 'path' | 'keyword' | 'value'>;

/** Value of an attribute at the top level of the data set; empty if it is not there. */
export function valueOf(attributes: readonly Attribute[], keyword: string): string {
  const found = attributes.find((attribute) => attribute.keyword === keyword && !attribute.path.includes('['));
  return found?.value.trim() ?? '';
}

/**
 * Value that may stand at the top level or in a functional group (PS3.3 C.7.6.16): that of the frame, else the shared
 * one. `group` and `tag` are 8 hexadecimal digits.
 */
export function functionalValue(attributes: readonly Attribute[], frame: number, group: string, tag: string): string {
  const paths = [tag, `52009230[${frame}].${group}[0].${tag}`, `52009229[0].${group}[0].${tag}`];
  for (const path of paths) {
    const found = attributes.find((attribute) => attribute.path.toUpperCase() === path);
    if (found && found.value.trim() !== '') return found.value.trim();
  }
  return '';
}

/**
 * Transfer syntaxes that always lose something: JPEG baseline and extended, JPEG-LS near-lossless, JPEG 2000 parts that
 * only carry lossy streams are told by Lossy Image Compression (0028,2110) instead.
 */
const LOSSY_SYNTAXES = new Set(['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51', '1.2.840.10008.1.2.4.81']);

/** Whether the picture went through a lossy compression once (PS3.3 C.7.6.1.1.5: it stays 01 for ever). */
export function isLossy(attributes: readonly Attribute[], transferSyntax: string): boolean {
  return valueOf(attributes, 'LossyImageCompression') === '01' || LOSSY_SYNTAXES.has(transferSyntax);
}

/** Side of the body as the file says it: Image Laterality, else Laterality; R, L, U (unpaired), B (both) or empty. */
export function lateralityOf(attributes: readonly Attribute[], frame: number): string {
  const image = valueOf(attributes, 'ImageLaterality');
  const value =
    image || valueOf(attributes, 'Laterality') || functionalValue(attributes, frame, '00209071', '00209072');
  return /^[RLUB]$/.test(value) ? value : '';
}
