import type { LogArea } from './entry';

export const scpLog = {
  SCP_ON: {
    subject: 'intake',
    level: 'info',
    en: 'Receiving from machines set up: on, as {AETitle} on port {port}; machines in the list: {peers}.',
    es: 'Recepción desde aparatos configurada: activada, como {AETitle} en el puerto {port}; aparatos en la lista: {peers}.',
    fr: 'Réception depuis les appareils réglée : en marche, sous le nom {AETitle}, port {port} ; appareils de la liste : {peers}.',
    ar: 'ضُبط الاستقبال من الأجهزة: يعمل باسم {AETitle} على المنفذ {port}؛ الأجهزة في القائمة: {peers}.',
  },
  SCP_OFF: {
    subject: 'intake',
    level: 'info',
    en: 'Receiving from machines set up: off.',
    es: 'Recepción desde aparatos configurada: desactivada.',
    fr: 'Réception depuis les appareils réglée : arrêtée.',
    ar: 'ضُبط الاستقبال من الأجهزة: متوقف.',
  },
  SCP_FAILED: {
    subject: 'intake',
    level: 'error',
    en: 'Receiving from machines could not begin on port {port} (error {number}).',
    es: 'La recepción desde aparatos no pudo empezar en el puerto {port} (error {number}).',
    fr: 'La réception depuis les appareils n’a pas pu commencer sur le port {port} (erreur {number}).',
    ar: 'تعذر بدء الاستقبال من الأجهزة على المنفذ {port} (الخطأ {number}).',
  },
  SCP_WITHHELD: {
    subject: 'send',
    level: 'warning',
    en: 'Asked for over the network and not given out to {AETitle}: {images} images (the patient said no, or the file is not sound).',
    es: 'Pedidas por la red y no entregadas a {AETitle}: {images} imágenes (el paciente dijo que no, o el archivo no está en buen estado).',
    fr: 'Demandées par le réseau et non remises à {AETitle} : {images} images (le patient a dit non, ou le fichier n’est pas en bon état).',
    ar: 'طُلبت عبر الشبكة ولم تُعطَ إلى {AETitle}: {images} صورة (قال المريض لا، أو الملف غير سليم).',
  },
  CERTIFICATE_CHANGED: {
    subject: 'intake',
    level: 'info',
    en: 'This laptop has a new certificate. Its fingerprint: {fingerprint}.',
    es: 'Este equipo tiene un certificado nuevo. Su huella: {fingerprint}.',
    fr: 'Cet ordinateur a un nouveau certificat. Son empreinte : {fingerprint}.',
    ar: 'لهذا الحاسوب شهادة جديدة. بصمتها: {fingerprint}.',
  },
  LEDGER_WRITTEN: {
    subject: 'send',
    level: 'info',
    en: 'Delivery ledger written to a file: {lines} lines.',
    es: 'Registro de entregas escrito en un archivo: {lines} líneas.',
    fr: 'Registre des livraisons écrit dans un fichier : {lines} lignes.',
    ar: 'كُتب سجل التسليم في ملف: {lines} سطر.',
  },
} as const satisfies LogArea;
