import type { LogArea } from './entry';

export const clinicRemoteLog = {
  REMOTE_PATIENT_THIS: {
    subject: 'send',
    level: 'info',
    en: 'It was decided who this patient is at {remote}.',
    es: 'Se decidió quién es este paciente en {remote}.',
    fr: 'Il a été décidé qui est ce patient chez {remote}.',
    ar: 'تقرر من هو هذا المريض في {remote}.',
  },
  REMOTE_PATIENT_NEW: {
    subject: 'send',
    level: 'info',
    en: 'It was decided that this patient is new at {remote}.',
    es: 'Se decidió que este paciente es nuevo en {remote}.',
    fr: 'Il a été décidé que ce patient est nouveau chez {remote}.',
    ar: 'تقرر أن هذا المريض جديد في {remote}.',
  },
  REMOTE_PATIENT_NONE: {
    subject: 'send',
    level: 'info',
    en: 'It was decided that nothing of this patient is sent to {remote}.',
    es: 'Se decidió no enviar nada de este paciente a {remote}.',
    fr: 'Il a été décidé de ne rien envoyer de ce patient à {remote}.',
    ar: 'تقرر ألا يُرسل شيء لهذا المريض إلى {remote}.',
  },
  REMOTE_PATIENT_ASK: {
    subject: 'send',
    level: 'info',
    en: 'Who this patient is at {remote} will be asked again.',
    es: 'Se volverá a preguntar quién es este paciente en {remote}.',
    fr: 'On demandera de nouveau qui est ce patient chez {remote}.',
    ar: 'سيُسأل من جديد من هو هذا المريض في {remote}.',
  },
  REMOTE_WITHDRAWN: {
    subject: 'send',
    level: 'warning',
    en: 'An image was taken back from {remote}.',
    es: 'Se retiró una imagen de {remote}.',
    fr: 'Une image a été retirée de {remote}.',
    ar: 'سُحبت صورة من {remote}.',
  },
} as const satisfies LogArea;
