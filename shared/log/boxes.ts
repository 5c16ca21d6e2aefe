import type { LogArea } from './entry';

export const boxesLog = {
  HUB_SWITCHED_ON: {
    subject: 'send',
    level: 'warning',
    en: 'Receiving from the network switched on: {host}, port {port}.',
    es: 'Recepción por la red activada: {host}, puerto {port}.',
    fr: 'Réception par le réseau activée : {host}, port {port}.',
    ar: 'شُغّل الاستقبال من الشبكة: {host}، المنفذ {port}.',
  },
  HUB_SWITCHED_OFF: {
    subject: 'send',
    level: 'info',
    en: 'Receiving from the network switched off.',
    es: 'Recepción por la red desactivada.',
    fr: 'Réception par le réseau désactivée.',
    ar: 'أُوقف الاستقبال من الشبكة.',
  },
  BOX_ADDRESS_GIVEN: {
    subject: 'send',
    level: 'warning',
    en: 'Address made by which the box {remote} may send and fetch images.',
    es: 'Dirección creada con la que la caja {remote} puede enviar y recoger imágenes.',
    fr: 'Adresse créée par laquelle la boîte {remote} peut envoyer et récupérer des images.',
    ar: 'أُنشئ عنوان يستطيع به الصندوق {remote} إرسال الصور وجلبها.',
  },
  BOX_INCOMING_FINISHED: {
    subject: 'intake',
    level: 'info',
    en: '{received} images came from the box {remote}, {added} of them new.',
    es: 'Llegaron {received} imágenes de la caja {remote}, {added} de ellas nuevas.',
    fr: '{received} images sont arrivées de la boîte {remote}, dont {added} nouvelles.',
    ar: 'وصلت {received} صورة من الصندوق {remote}، منها {added} جديدة.',
  },
  BOX_INCOMING_FAILED: {
    subject: 'intake',
    level: 'warning',
    en: 'The box {remote} broke off a transaction: {received} of {total} images came.',
    es: 'La caja {remote} interrumpió una transacción: llegaron {received} de {total} imágenes.',
    fr: 'La boîte {remote} a interrompu une transaction : {received} images sur {total} sont arrivées.',
    ar: 'قطع الصندوق {remote} معاملة: وصلت {received} من {total} صورة.',
  },
} as const satisfies LogArea;
