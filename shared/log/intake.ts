import type { LogArea } from './entry';

export const intakeLog = {
  IMPORTED: {
    subject: 'intake',
    level: 'info',
    en: 'Import finished: {added} added, {alreadyStored} already here, {rejected} put aside.',
    es: 'Importación terminada: {added} añadidas, {alreadyStored} ya estaban, {rejected} apartadas.',
    fr: 'Importation terminée : {added} ajoutées, {alreadyStored} déjà présentes, {rejected} mises de côté.',
    ar: 'انتهى الاستيراد: أُضيف {added}، موجود من قبل {alreadyStored}، وُضع جانبًا {rejected}.',
  },
  IMPORT_NOT_DONE: {
    subject: 'intake',
    level: 'warning',
    en: 'Import ended early: {added} added, {alreadyStored} already here, {rejected} put aside.',
    es: 'Importación interrumpida: {added} añadidas, {alreadyStored} ya estaban, {rejected} apartadas.',
    fr: 'Importation interrompue : {added} ajoutées, {alreadyStored} déjà présentes, {rejected} mises de côté.',
    ar: 'توقف الاستيراد مبكرًا: أُضيف {added}، موجود من قبل {alreadyStored}، وُضع جانبًا {rejected}.',
  },
} as const satisfies LogArea;
