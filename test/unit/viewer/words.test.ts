import { createInstance } from 'i18next';
import { describe, expect, it } from 'vitest';
import { viewerTranslations } from '../../../renderer/features/viewer/i18n';

type Tree = { readonly [key: string]: string | Tree };

/** All keys with their words. */
function flat(tree: Tree, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(path + key, value);
    else for (const [inner, word] of flat(value, `${path}${key}.`)) found.set(inner, word);
  }
  return found;
}

const PLURAL = /_(?:zero|one|two|few|many|other)$/;
const languages = ['en', 'es', 'fr', 'ar'] as const;
const words = new Map(languages.map((language) => [language, flat(viewerTranslations[language] as unknown as Tree)]));
const of = (language: (typeof languages)[number]): Map<string, string> =>
  words.get(language) ?? new Map<string, string>();

/** What is rightly the same in English and another language. */
const SAME = new Set([
  'overlay.matrix',
  'overlay.value',
  'overlay.rgb',
  'stack.count',
  'length.pixels',
  'preset.default',
  'overlay.image',
]);

describe('the words of the viewer', () => {
  it('have the same keys in every language', () => {
    const base = (language: (typeof languages)[number]): string[] =>
      [...new Set([...of(language).keys()].map((key) => key.replace(PLURAL, '')))].sort();
    for (const language of languages) expect(base(language)).toEqual(base('en'));
  });

  it('have the plural forms of their language', () => {
    for (const language of languages) {
      const forms = [...of(language).keys()].filter((key) => key.startsWith('tags.count_')).map((key) => key.slice(11));
      expect(forms.sort()).toEqual([...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort());
    }
  });

  it('have the same placeholders in every language', () => {
    const holes = (text: string): string[] =>
      [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();
    for (const language of languages) {
      for (const [key, text] of of(language)) {
        if (PLURAL.test(key)) continue;
        expect([key, holes(text)]).toEqual([key, holes(of('en').get(key) ?? '')]);
      }
    }
  });

  it('are translated: nothing empty, nothing left in English', () => {
    for (const language of ['es', 'fr', 'ar'] as const) {
      for (const [key, text] of of(language)) {
        expect(text.trim(), `${language} ${key}`).not.toBe('');
        if (!SAME.has(key)) expect(text, `${language} ${key}`).not.toBe(of('en').get(key));
        if (language === 'ar' && !['overlay.matrix', 'overlay.value', 'stack.count'].includes(key)) {
          expect(text, key).toMatch(/\p{Script=Arabic}/u);
        }
      }
    }
  });

  it('count in Arabic as Arabic does', async () => {
    const instance = createInstance();
    await instance.init({
      lng: 'ar',
      ns: ['viewer'],
      defaultNS: 'viewer',
      resources: { ar: { viewer: viewerTranslations.ar } },
      interpolation: { escapeValue: false },
    });
    const translate = instance.t as unknown as (key: string, options: object) => string;
    const counted = [0, 1, 2, 3, 11, 100].map((count) => translate('tags.count', { count, shown: count }));
    expect(counted).toEqual(['لا مدخلات', 'مدخل واحد', 'مدخلان', '3 مدخلات', '11 مدخلًا', '100 مدخل']);
  });
});
