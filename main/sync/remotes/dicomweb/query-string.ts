import { tagText } from './dicom-json';

/**
 * The query of a search (PS3.18 8.3.4). Signs that are allowed in a query are sent as they are, since there are servers that do
 * not decode: `^`, `*`, `,` and `=` stay; a space and letters outside of ASCII become the wildcard `?`, which finds no less.
 */
export function queryString(match: readonly { readonly keyword: string; readonly value: string }[]): string {
  return match
    .filter(({ keyword, value }) => value !== '' && tagText(keyword) !== undefined)
    .map(({ keyword, value }) => `${keyword}=${value.replace(/[^\x21-\x7e]|[&#+%]/gu, '?')}`)
    .join('&');
}
