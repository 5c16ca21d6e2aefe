import type { LogArea } from './entry';

export const syncLog = {
  REMOTE_SAVED: {
    subject: 'send',
    level: 'info',
    en: 'Destination set up or changed: {remote}.',
    es: 'Destino configurado o modificado: {remote}.',
    fr: 'Destination créée ou modifiée : {remote}.',
    ar: 'أُعدّت وجهة أو غُيّرت: {remote}.',
  },
  REMOTE_REMOVED: {
    subject: 'send',
    level: 'warning',
    en: 'Destination removed: {remote}.',
    es: 'Destino eliminado: {remote}.',
    fr: 'Destination supprimée : {remote}.',
    ar: 'أُزيلت وجهة: {remote}.',
  },
  SEND_REQUESTED: {
    subject: 'send',
    level: 'info',
    en: '{images} images put in the outbox for {remote}.',
    es: '{images} imágenes puestas en la bandeja de salida para {remote}.',
    fr: '{images} images placées dans la boîte d’envoi pour {remote}.',
    ar: 'وُضعت {images} صورة في صندوق الصادر إلى {remote}.',
  },
  SEND_REQUESTED_FILES: {
    subject: 'send',
    level: 'info',
    en: '{files} attached files put in the outbox for {remote}.',
    es: '{files} archivos adjuntos puestos en la bandeja de salida para {remote}.',
    fr: '{files} fichiers joints placés dans la boîte d’envoi pour {remote}.',
    ar: 'وُضع {files} ملفًا مرفقًا في صندوق الصادر إلى {remote}.',
  },
  SEND_REQUESTED_ANONYMOUS: {
    subject: 'send',
    level: 'info',
    en: '{images} images put in the outbox for {remote}, anonymised.',
    es: '{images} imágenes anonimizadas puestas en la bandeja de salida para {remote}.',
    fr: '{images} images anonymisées placées dans la boîte d’envoi pour {remote}.',
    ar: 'وُضعت {images} صورة مجهولة الهوية في صندوق الصادر إلى {remote}.',
  },
  SEND_REFUSED: {
    subject: 'send',
    level: 'warning',
    en: '{images} images were refused by their destination.',
    es: '{images} imágenes fueron rechazadas por su destino.',
    fr: '{images} images ont été refusées par leur destination.',
    ar: 'رفضت الوجهة {images} صورة.',
  },
} as const satisfies LogArea;
