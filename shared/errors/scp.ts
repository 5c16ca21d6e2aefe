import type { Area } from './entry';

/** 1400-1499: receiving from machines on the network. */
export const scpErrors = {
  SCP_PORT_TAKEN: {
    number: 1400,
    severity: 'operation',
    remedy: 'choose-another',
    en: 'Another program on this laptop already uses port {port}. Choose another port, or close that program.',
    es: 'Otro programa de este equipo ya usa el puerto {port}. Elija otro puerto o cierre ese programa.',
    fr: 'Un autre programme de cet ordinateur utilise déjà le port {port}. Choisissez un autre port ou fermez ce programme.',
    ar: 'برنامج آخر على هذا الحاسوب يستعمل المنفذ {port}. اختر منفذًا آخر أو أغلق ذلك البرنامج.',
  },
  SCP_PORT_FORBIDDEN: {
    number: 1401,
    severity: 'operation',
    remedy: 'choose-another',
    en: 'The system does not let Fieldbox use port {port}. Choose one above 1024, such as 11112.',
    es: 'El sistema no permite que Fieldbox use el puerto {port}. Elija uno superior a 1024, como 11112.',
    fr: 'Le système ne laisse pas Fieldbox utiliser le port {port}. Choisissez-en un au-dessus de 1024, par exemple 11112.',
    ar: 'لا يسمح النظام لـ Fieldbox باستعمال المنفذ {port}. اختر منفذًا أعلى من 1024 مثل 11112.',
  },
  SCP_LOCAL_ADDRESS: {
    number: 1402,
    severity: 'operation',
    remedy: 'choose-another',
    en: 'This laptop does not have the address {host} now. Plug in the cable, or choose another address.',
    es: 'Este equipo no tiene ahora la dirección {host}. Conecte el cable o elija otra dirección.',
    fr: 'Cet ordinateur n’a pas l’adresse {host} en ce moment. Branchez le câble ou choisissez une autre adresse.',
    ar: 'ليس لهذا الحاسوب العنوان {host} الآن. صِل الكابل أو اختر عنوانًا آخر.',
  },
  SCP_NOT_LISTENING: {
    number: 1403,
    severity: 'operation',
    remedy: 'get-help',
    en: 'Receiving from machines could not be started ({what}). Everything else goes on.',
    es: 'No se pudo iniciar la recepción desde los aparatos ({what}). Todo lo demás sigue funcionando.',
    fr: 'La réception depuis les appareils n’a pas pu démarrer ({what}). Tout le reste continue.',
    ar: 'تعذر بدء الاستقبال من الأجهزة ({what}). كل ما عدا ذلك مستمر.',
  },
} as const satisfies Area;
