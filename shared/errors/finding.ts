import type { Area } from './entry';

/** 1100-1149: questions to the catalogue that cannot be answered as they stand. */
export const findingErrors = {
  QUERY_PROPERTY_UNKNOWN: {
    number: 1100,
    severity: 'operation',
    remedy: 'choose-another',
    en: 'Nothing in the archive is called "{property}". Choose a property from the list, or write a DICOM keyword such as PatientAge.',
    es: 'Nada en el archivo se llama «{property}». Elija una propiedad de la lista o escriba una palabra clave DICOM como PatientAge.',
    fr: 'Rien dans les archives ne s’appelle « {property} ». Choisissez une propriété dans la liste ou écrivez un mot-clé DICOM tel que PatientAge.',
    ar: 'لا شيء في الأرشيف اسمه «{property}». اختر خاصية من القائمة أو اكتب كلمة DICOM مفتاحية مثل PatientAge.',
  },
  QUERY_PROPERTY_NOT_KEPT: {
    number: 1101,
    severity: 'operation',
    remedy: 'choose-another',
    en: '"{property}" can be read in each image, but the archive does not search by it.',
    es: '«{property}» puede leerse en cada imagen, pero el archivo no busca por ello.',
    fr: '« {property} » se lit dans chaque image, mais les archives ne permettent pas de chercher par cet élément.',
    ar: 'يمكن قراءة «{property}» في كل صورة، لكن الأرشيف لا يبحث به.',
  },
  QUERY_OPERATOR_UNFIT: {
    number: 1102,
    severity: 'operation',
    remedy: 'choose-another',
    en: '"{property}" cannot be compared with "{operator}". Choose another comparison.',
    es: '«{property}» no admite la comparación «{operator}». Elija otra.',
    fr: '« {property} » ne peut être comparé avec « {operator} ». Choisissez une autre comparaison.',
    ar: 'لا يمكن مقارنة «{property}» باستخدام «{operator}». اختر مقارنة أخرى.',
  },
  QUERY_VALUE_UNFIT: {
    number: 1103,
    severity: 'operation',
    remedy: 'choose-another',
    en: 'What is to be compared with "{property}" does not fit it. Write a number, a date such as 20260131, or a text, as this property has.',
    es: 'El valor no corresponde a «{property}». Escriba un número, una fecha como 20260131 o un texto, según esta propiedad.',
    fr: 'La valeur ne convient pas à « {property} ». Écrivez un nombre, une date telle que 20260131 ou un texte, selon cette propriété.',
    ar: 'القيمة لا تناسب «{property}». اكتب رقمًا أو تاريخًا مثل 20260131 أو نصًا بحسب هذه الخاصية.',
  },
  QUERY_PATTERN_TOO_WILD: {
    number: 1104,
    severity: 'operation',
    remedy: 'choose-another',
    en: 'There are too many * and ? in what is to be compared with "{property}". Use at most {most}.',
    es: 'Hay demasiados * y ? en el valor para «{property}». Use como máximo {most}.',
    fr: 'Il y a trop de * et de ? dans la valeur pour « {property} ». Utilisez-en {most} au plus.',
    ar: 'توجد علامات * و ? كثيرة جدًا في القيمة الخاصة بـ «{property}». استخدم {most} على الأكثر.',
  },
} as const satisfies Area;
