import type { Area } from './entry';

/** 2200-2249: files attached to patients, and details of patients and pictures that other systems ask for. */
export const attachmentErrors = {
  FILTER_WRONG: {
    number: 2200,
    severity: 'operation',
    remedy: 'none',
    en: 'This filter is not understood: {part}.',
    es: 'No se entiende este filtro: {part}.',
    fr: 'Ce filtre n’est pas compris : {part}.',
    ar: 'هذا المرشّح غير مفهوم: {part}.',
  },
  CASE_OF_ANOTHER: {
    number: 2201,
    severity: 'operation',
    remedy: 'choose-another',
    en: 'This visit or study belongs to another patient. Nothing was changed.',
    es: 'Esta visita o estudio es de otro paciente. No se cambió nada.',
    fr: 'Cette visite ou étude appartient à un autre patient. Rien n’a été modifié.',
    ar: 'هذه الزيارة أو الدراسة تخص مريضًا آخر. لم يتغير شيء.',
  },
  NO_PREVIEW: {
    number: 2202,
    severity: 'item',
    remedy: 'none',
    en: 'This file cannot be shown here. Save a copy to open it elsewhere.',
    es: 'Este archivo no se puede mostrar aquí. Guarde una copia para abrirlo en otro lugar.',
    fr: 'Ce fichier ne peut pas être affiché ici. Enregistrez une copie pour l’ouvrir ailleurs.',
    ar: 'لا يمكن عرض هذا الملف هنا. احفظ نسخة لفتحه في مكان آخر.',
  },
  BASE64_WRONG: {
    number: 2203,
    severity: 'item',
    remedy: 'choose-another',
    en: 'The picture that was sent is not readable base64 text. Nothing was stored.',
    es: 'La imagen enviada no es texto base64 legible. No se guardó nada.',
    fr: 'L’image envoyée n’est pas un texte base64 lisible. Rien n’a été enregistré.',
    ar: 'الصورة المرسلة ليست نص base64 مقروءًا. لم يُحفظ شيء.',
  },
} as const satisfies Area;
