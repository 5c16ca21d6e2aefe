import type { Area } from './entry';

/** 1000-1999: wrong use and faults of the program itself. */
export const generalErrors = {
  INTERNAL: {
    number: 1000,
    severity: 'operation',
    remedy: 'get-help',
    en: 'Something went wrong inside Fieldbox. What was already stored is safe. Please try again.',
    es: 'Algo falló dentro de Fieldbox. Lo ya guardado está a salvo. Inténtelo de nuevo.',
    fr: 'Une erreur est survenue dans Fieldbox. Ce qui est déjà enregistré est en sécurité. Réessayez.',
    ar: 'حدث خطأ داخل Fieldbox. ما تم حفظه من قبل في أمان. حاول مرة أخرى.',
  },
  BAD_REQUEST: {
    number: 1001,
    severity: 'operation',
    remedy: 'none',
    en: 'This request is not complete or not allowed: {what}.',
    es: 'Esta petición está incompleta o no está permitida: {what}.',
    fr: 'Cette demande est incomplète ou non autorisée : {what}.',
    ar: 'هذا الطلب غير مكتمل أو غير مسموح به: {what}.',
  },
  NOT_FOUND: {
    number: 1002,
    severity: 'operation',
    remedy: 'choose-another',
    en: 'This was not found in the archive: {what}.',
    es: 'No se encontró en el archivo: {what}.',
    fr: 'Introuvable dans les archives : {what}.',
    ar: 'لم يُعثر على هذا في الأرشيف: {what}.',
  },
  CANCELLED: {
    number: 1003,
    severity: 'operation',
    remedy: 'retry',
    en: 'Stopped by you. What was finished before is kept.',
    es: 'Detenido por usted. Lo terminado antes se conserva.',
    fr: 'Arrêté par vous. Ce qui était terminé est conservé.',
    ar: 'أوقفته أنت. ما اكتمل قبل ذلك محفوظ.',
  },
  WORKER_DIED: {
    number: 1004,
    severity: 'item',
    remedy: 'choose-another',
    en: 'This file made its reader fail, so it was put aside. Everything else goes on.',
    es: 'Este archivo hizo fallar al lector y se apartó. Todo lo demás continúa.',
    fr: 'Ce fichier a fait échouer son lecteur ; il a été mis de côté. Le reste continue.',
    ar: 'تسبب هذا الملف في تعطل قارئه فوُضع جانبًا. كل ما عداه مستمر.',
  },
  TIMED_OUT: {
    number: 1005,
    severity: 'item',
    remedy: 'retry',
    en: 'Reading this file took too long, so it was put aside.',
    es: 'La lectura de este archivo tardó demasiado y se apartó.',
    fr: 'La lecture de ce fichier était trop longue ; il a été mis de côté.',
    ar: 'استغرقت قراءة هذا الملف وقتًا طويلًا فوُضع جانبًا.',
  },
} as const satisfies Area;
