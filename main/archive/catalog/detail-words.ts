import type { PatientDetails } from '@shared/model/details';
import { foldText, searchWords } from './folding';

/** Only the digits of a text, those of every script as 0-9. */
export function digitsOf(text: string): string {
  return foldText(text).replace(/[^0-9]/g, '');
}

/** The words by which a patient is found besides name and number: other names, phones, and numbers of other systems. */
export function detailWords(details: PatientDetails): readonly string[] {
  const texts = [
    details.paternalLast,
    details.maternalLast,
    details.first,
    details.middle,
    details.preferredName,
    details.curp,
    details.otherId,
    details.oldNumber,
    details.email,
  ];
  const phones = [details.phone1, details.phone2, details.emergencyPhone];
  return [...new Set([...texts.flatMap((text) => searchWords(text)), ...phones.flatMap(phoneWords)])];
}

/** A phone number is found from any of its groups on, typed with spaces or without: `52 664 12` as 5266412, 66412, 12. */
function phoneWords(phone: string): string[] {
  const groups = foldText(phone).match(/[0-9]+/g) ?? [];
  return groups.flatMap((group, at) => [group, groups.slice(at).join('')]);
}
