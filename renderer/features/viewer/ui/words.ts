import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { i18n } from '../../../app/i18n';
import { viewerTranslations } from '../i18n';
import type { WordKey } from '../i18n/en';

const NAMESPACE = 'viewer';

for (const [language, words] of Object.entries(viewerTranslations)) {
  i18n.addResourceBundle(language, NAMESPACE, words, true, true);
}

/** Gives the words of the viewer in the language shown. */
export type Say = (key: WordKey, values?: Readonly<Record<string, string | number>>) => string;

/** The words, renewed when the language changes. */
export function useSay(): { say: Say; language: string } {
  const { i18n: instance } = useTranslation();
  const { language } = instance;
  const say = useCallback<Say>(
    (key, values = {}) => {
      // The shell's types know its own namespace alone; the keys are checked by WordKey instead.
      const translate = i18n.getFixedT(language) as unknown as (key: string, options: object) => string;
      return translate(`${NAMESPACE}:${key}`, values);
    },
    [language],
  );
  return { say, language };
}
