import type { MatchRow } from '@shared/contract/matching';
import type { RemotePatient } from '@shared/model/remotes/matching';
import { listWords, readName, sexName, showDate } from '../../app/format';
import { i18n } from '../../app/i18n';
import { faultWords } from '../sending/states';

/** Stands where nothing is known. */
const NOTHING = '–';

/** What a destination may lack of a card, by its keyword in DICOM. */
const LACKS = ['PatientName', 'PatientBirthDate', 'PatientSex'] as const;

/** What is compared between a card here and a person there. */
export interface Traits {
  readonly name: string;
  readonly number: string;
  readonly birth: string;
  readonly sex: string;
}

/** A card of ours in words. */
export function traitsHere(row: MatchRow): Traits {
  return {
    name: readName(row.PatientName).main || NOTHING,
    number: row.PatientID || NOTHING,
    birth: showDate(row.PatientBirthDate) || NOTHING,
    sex: sexName(row.PatientSex),
  };
}

/** A person of a remote in words. */
export function traitsThere(person: RemotePatient): Traits {
  return {
    name: person.name || NOTHING,
    number: person.number || NOTHING,
    birth: showDate(person.birthDate) || NOTHING,
    sex: sexName(person.sex),
  };
}

/** What is known on both sides and is not the same, in words; empty when nothing speaks against it. */
export function contradictions(row: MatchRow, person: RemotePatient): string {
  const differ = (here: string, there: string): boolean => here !== '' && there !== '' && here !== there;
  return listWords([
    differ(row.PatientBirthDate, person.birthDate) ? i18n.t('matching.reason.birthDate') : '',
    differ(row.PatientSex, person.sex) ? i18n.t('matching.reason.sex') : '',
  ]);
}

/** Why a person is asked; what the card lacks stands in words. */
export function whyAsked({ code, details }: MatchRow): string {
  const lacks = LACKS.find((keyword) => keyword === details['what']);
  return faultWords({
    code,
    details: lacks === undefined ? details : { ...details, what: i18n.t(`matching.lacks.${lacks}`) },
  });
}
