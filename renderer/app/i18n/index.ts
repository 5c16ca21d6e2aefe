import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { Language } from '@shared/model/vocabulary';
import type { z } from 'zod';
import { ar } from './ar';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';

export type Lang = z.infer<typeof Language>;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'app';
    resources: { app: typeof en };
  }
}

/** The languages by their own names, for the person who cannot read the one shown. */
export const languageNames: Readonly<Record<Lang, string>> = {
  en: 'English',
  es: 'Español',
  fr: 'Français',
  ar: 'العربية',
};

export const languages = Language.options;

export const i18n = i18next.createInstance();

void i18n.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  supportedLngs: [...languages],
  defaultNS: 'app',
  ns: ['app'],
  resources: { en: { app: en }, es: { app: es }, fr: { app: fr }, ar: { app: ar } },
  interpolation: { escapeValue: false },
  initAsync: false,
});

/** The language shown now. */
export function currentLanguage(): Lang {
  const parsed = Language.safeParse(i18n.language);
  return parsed.success ? parsed.data : 'en';
}

/** Writing direction of a language. */
export function directionOf(language: Lang): 'ltr' | 'rtl' {
  return language === 'ar' ? 'rtl' : 'ltr';
}

/** Shows everything in another language, with its direction. */
export async function applyLanguage(language: Lang): Promise<void> {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  if (i18n.language !== language) await i18n.changeLanguage(language);
}
