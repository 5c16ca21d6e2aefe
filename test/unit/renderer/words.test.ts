import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ar } from '../../../renderer/app/i18n/ar';
import { en } from '../../../renderer/app/i18n/en';
import { es } from '../../../renderer/app/i18n/es';
import { fr } from '../../../renderer/app/i18n/fr';

type Lang = 'en' | 'es' | 'fr' | 'ar';
const others = ['es', 'fr', 'ar'] as const;
const plural = /_(zero|one|two|few|many|other)$/;

interface Tree {
  readonly [key: string]: string | Tree;
}

function flatten(tree: Tree, path = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') flat.set(here, value);
    else for (const [inner, text] of flatten(value, here)) flat.set(inner, text);
  }
  return flat;
}

const flat: Readonly<Record<Lang, Map<string, string>>> = {
  en: flatten(en),
  es: flatten(es),
  fr: flatten(fr),
  ar: flatten(ar),
};
const baseOf = (key: string): string => key.replace(plural, '');
const bases = (lang: Lang): string[] => [...new Set([...flat[lang].keys()].map(baseOf))].sort();
const formsOf = (lang: Lang, base: string): string[] =>
  [...flat[lang].keys()]
    .filter((key) => plural.test(key) && baseOf(key) === base)
    .map((key) => key.slice(base.length + 1));
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name = '']) => name))].sort();

/** Words that are spelled the same in the other language. */
const cognates: Readonly<Record<Exclude<Lang, 'en'>, readonly string[]>> = {
  es: ['pet', 'series', 'no', 'error', 'zip'],
  fr: [
    'date',
    'document',
    'dates',
    'destinations',
    'images',
    'image',
    'messages',
    'note',
    'patient',
    'patients',
    'pet',
    'photo',
    'zip',
    'station',
  ],
  ar: [],
};

describe('the words of the interface', () => {
  it.each(others)('%s says everything English says, and nothing else', (lang) => {
    expect(bases(lang)).toEqual(bases('en'));
  });

  it.each(['en', ...others] as const)('%s has each plural form of its language wherever a number decides', (lang) => {
    const wanted = [...new Intl.PluralRules(lang).resolvedOptions().pluralCategories].sort();
    const counted = bases('en').filter((base) => formsOf('en', base).length > 0);
    expect(counted.length).toBeGreaterThan(15);
    for (const base of counted) expect([base, formsOf(lang, base).sort()]).toEqual([base, wanted]);
  });

  it('knows six forms in Arabic', () => {
    expect(formsOf('ar', 'patients.images').sort()).toEqual(['few', 'many', 'one', 'other', 'two', 'zero']);
  });

  it.each(others)('%s fills in the same things as English', (lang) => {
    for (const [key, text] of flat[lang]) {
      const model = flat.en.get(key) ?? flat.en.get(`${baseOf(key)}_other`) ?? '';
      // A form for one number may say it in words ('two pictures'), so it may leave the number out.
      const may = placeholders(model);
      const has = placeholders(text);
      expect([key, has.filter((name) => !may.includes(name))]).toEqual([key, []]);
      const mayLack = key.endsWith('_zero') ? may : plural.test(key) ? ['count', 'shown'] : [];
      expect([key, may.filter((name) => !has.includes(name) && !mayLack.includes(name))]).toEqual([key, []]);
    }
  });

  it.each(others)('%s has no English left in it', (lang) => {
    const left = [...flat[lang]].filter(([key, text]) => {
      const words =
        text
          .replace(/\{\{[^}]*\}\}/g, '')
          .toLowerCase()
          .match(/\p{L}{2,}/gu) ?? [];
      const english = flat.en.get(key) ?? flat.en.get(`${baseOf(key)}_other`);
      return text === english && words.some((word) => !cognates[lang].includes(word));
    });
    expect(left).toEqual([]);
  });

  it('is written in Arabic letters in Arabic', () => {
    // Names of things that have no other, and keys of the keyboard.
    const names =
      /DICOMDIR|DICOMweb|DICOM|JPEG|PNG|PDF|Fieldbox|ECG|PET|zip|USB|PACS|Orthanc|slicebox|AE|TLS|CSV|CAD4TB|https?|[A-Z]\b/g;
    for (const [key, text] of flat.ar) {
      const rest = text.replace(/\{\{[^}]*\}\}/g, '').replace(names, '');
      expect([key, /[A-Za-z]{2,}/.test(rest)]).toEqual([key, false]);
    }
  });

  it('has no text that nobody uses', () => {
    const folder = join(import.meta.dirname, '../../../renderer');
    const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes('i18n'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    const unused = bases('en').filter((base) => {
      if (source.includes(`'${base}'`)) return false;
      const parts = base.split('.');
      return !parts.some((_, at) => at > 0 && source.includes(`${parts.slice(0, at).join('.')}.\${`));
    });
    expect(unused).toEqual([]);
  });
});
