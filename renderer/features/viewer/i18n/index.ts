import { ar } from './ar';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';

/** The namespace `viewer` in every language, for the shell to merge. */
export const viewerTranslations = { en, es, fr, ar };
