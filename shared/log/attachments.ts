import type { LogArea } from './entry';

export const attachmentsLog = {
  ATTACHMENT_ADDED: {
    subject: 'attachments',
    level: 'info',
    en: 'File added ({type}, {bytes} bytes).',
    es: 'Archivo añadido ({type}, {bytes} bytes).',
    fr: 'Fichier ajouté ({type}, {bytes} octets).',
    ar: 'أُضيف ملف ({type}، {bytes} بايت).',
  },
  ATTACHMENT_CHANGED: {
    subject: 'attachments',
    level: 'info',
    en: 'Details of a file changed.',
    es: 'Datos de un archivo modificados.',
    fr: 'Données d’un fichier modifiées.',
    ar: 'غُيّرت بيانات ملف.',
  },
  ATTACHMENT_ARCHIVED: {
    subject: 'attachments',
    level: 'info',
    en: 'File put away.',
    es: 'Archivo apartado.',
    fr: 'Fichier rangé.',
    ar: 'وُضع ملف جانبًا.',
  },
  ATTACHMENT_RESTORED: {
    subject: 'attachments',
    level: 'info',
    en: 'File taken back.',
    es: 'Archivo recuperado.',
    fr: 'Fichier repris.',
    ar: 'أُعيد ملف.',
  },
  ATTACHMENT_SAVED: {
    subject: 'attachments',
    level: 'info',
    en: 'A copy of a file was saved outside of the archive ({bytes} bytes).',
    es: 'Se guardó una copia de un archivo fuera de Fieldbox ({bytes} bytes).',
    fr: 'Une copie d’un fichier a été enregistrée hors des archives ({bytes} octets).',
    ar: 'حُفظت نسخة من ملف خارج الأرشيف ({bytes} بايت).',
  },
} as const satisfies LogArea;
