import type { LogArea } from './entry';

export const releaseLog = {
  EXPORTED: {
    subject: 'export',
    level: 'info',
    en: 'Export proven: {images} images in {files} files.',
    es: 'Exportación comprobada: {images} imágenes en {files} archivos.',
    fr: 'Exportation vérifiée : {images} images dans {files} fichiers.',
    ar: 'تصدير مُتحقق منه: {images} صورة في {files} ملفًا.',
  },
  EXPORT_NOT_DONE: {
    subject: 'export',
    level: 'warning',
    en: 'Export not finished ({reason}).',
    es: 'Exportación no terminada ({reason}).',
    fr: 'Exportation non terminée ({reason}).',
    ar: 'لم يكتمل التصدير ({reason}).',
  },
} as const satisfies LogArea;
