import type { LogArea } from './entry';

export const findingLog = {
  IMAGE_COPIED: {
    subject: 'export',
    level: 'info',
    en: 'A copy of one image was saved outside of the archive.',
    es: 'Se guardó una copia de una imagen fuera del archivo.',
    fr: 'Une copie d’une image a été enregistrée hors des archives.',
    ar: 'حُفظت نسخة من صورة واحدة خارج الأرشيف.',
  },
} as const satisfies LogArea;
