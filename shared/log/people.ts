import type { LogArea } from './entry';

export const peopleLog = {
  PATIENT_REGISTERED: {
    subject: 'people',
    level: 'info',
    en: 'Patient registered.',
    es: 'Paciente registrado.',
    fr: 'Patient enregistré.',
    ar: 'سُجّل مريض.',
  },
  PATIENT_CHANGED: {
    subject: 'people',
    level: 'info',
    en: 'Details of a patient changed.',
    es: 'Datos de un paciente modificados.',
    fr: 'Données d’un patient modifiées.',
    ar: 'غُيّرت بيانات مريض.',
  },
  PATIENT_DETAILS_CHANGED: {
    subject: 'people',
    level: 'info',
    en: 'Further details of a patient changed.',
    es: 'Otros datos de un paciente modificados.',
    fr: 'Autres données d’un patient modifiées.',
    ar: 'غُيّرت بيانات إضافية لمريض.',
  },
} as const satisfies LogArea;
