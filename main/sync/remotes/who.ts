import type { MatchBasis, MatchReason, RemotePatient } from '@shared/model/remotes/matching';
import { foldText } from '../../archive/catalog/folding';
import type { Counterparts, Person } from './counterparts';
import type { Outgoing, SendOutcome } from './remote';

/** Components of the first group of a person name (PS3.5 6.2.1), or what was asked for apart. */
export interface NameParts {
  readonly paternal: string;
  readonly maternal: string;
  readonly first: string;
  readonly middle: string;
}

/** The parts of a name; both surnames stand together in `paternal` when nobody has told them apart. */
export function namePartsOf({ PatientName, details }: Person): NameParts {
  const [family = '', given = '', middle = ''] = (PatientName.split('=')[0] ?? '')
    .split('^')
    .map((part) => part.trim());
  const apart = details.paternalLast !== '';
  return {
    paternal: apart ? details.paternalLast : family,
    maternal: details.maternalLast,
    first: details.first === '' ? given : details.first,
    middle: details.first === '' ? middle : details.middle,
  };
}

/** Whether two texts say the same, whatever their case and accents; empty ones say nothing. */
export function sameText(one: string, other: string): boolean {
  const folded = foldText(one);
  return folded !== '' && folded === foldText(other);
}

/** Somebody at a remote, with what speaks for them being the one. */
export interface Judged {
  readonly there: RemotePatient;
  /** Set when no person need be asked. */
  readonly sure: Extract<MatchBasis, 'number' | 'card'> | null;
}

/** Candidates with the most reasons first. */
export function bestFirst(judged: readonly Judged[]): readonly RemotePatient[] {
  const weight: Readonly<Record<MatchReason, number>> = { number: 8, nationalNumber: 8, name: 3, birthDate: 2, sex: 1 };
  const score = ({ reasons }: RemotePatient): number => reasons.reduce((sum, reason) => sum + weight[reason], 0);
  return judged
    .map(({ there }) => there)
    .sort((one, other) => score(other) - score(one) || (one.id < other.id ? -1 : 1));
}

export interface WaysToKnow {
  find(person: Person): Promise<readonly Judged[]>;
  /** Makes them there. Gives the id, or why a person is needed. */
  make(person: Person): Promise<{ readonly id: string } | Extract<SendOutcome, { kind: 'parked' }>>;
}

/**
 * Who the patient of an item is at a remote. Never by name alone: what is not certain by a number and the birth date (or by what
 * the remote is set up to accept) is left to a person, and the item is parked until they have answered.
 */
export async function whoIsIt(
  item: Pick<Outgoing, 'image' | 'attached' | 'anonymised'>,
  counterparts: Counterparts,
  ways: WaysToKnow,
): Promise<{ readonly id: string; readonly person: Person } | Exclude<SendOutcome, { kind: 'arrived' }>> {
  if (item.anonymised) return { kind: 'refused', code: 'MATCH_ANONYMOUS' };
  const person = counterparts.personOf(item);
  if (person === null) return { kind: 'refused', code: 'SEND_IMAGE_GONE' };
  const known = counterparts.knownAs(person.patient);
  if (known?.choice === 'none') return { kind: 'refused', code: 'MATCH_NOT_SENT' };
  if (known?.choice === 'this') return { id: known.id, person };
  if (known?.choice === 'new') {
    const made = await ways.make(person);
    if ('kind' in made) return made;
    await counterparts.matched(person.patient, made.id, 'made');
    return { id: made.id, person };
  }
  const judged = await ways.find(person);
  const sure = judged.filter((each) => each.sure !== null);
  const [only] = sure;
  if (only !== undefined && only.sure !== null && sure.length === 1) {
    await counterparts.matched(person.patient, only.there.id, only.sure);
    return { id: only.there.id, person };
  }
  counterparts.unclear(person.patient, bestFirst(judged));
  return { kind: 'parked', code: 'REMOTE_WHO' };
}
