import { z } from 'zod';
import type { MatchReason, RemotePatient } from '@shared/model/remotes/matching';
import type { Person } from '../counterparts';
import type { SendOutcome } from '../remote';
import { bestFirst, type Judged, namePartsOf, sameText, type WaysToKnow } from '../who';
import { type AttachmentsSession, requireStatus } from './session';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const Link = z.object({ links: z.object({ self: z.string() }) }).nullish();
const PatientThere = z.object({
  id: z.string().regex(/^\d{1,20}$/),
  first_name: text,
  last_name: text,
  date_of_birth: text,
  sex: text,
  old_reference_id: text,
  accepted_privacy_policy: z.boolean().nullish(),
  archived_at: z.string().nullish(),
  merged_with_patient: Link,
});
type PatientThere = z.infer<typeof PatientThere>;
const Made = z.object({ id: z.string().regex(/^\d{1,20}$/) });

/** How often a merged patient is followed to the next one. */
const MOST_MERGES = 5;
const EVEN_ARCHIVED = 'archived_at:*';

/** A filter of the service as it stands in an address. */
export function filters(...terms: readonly string[]): string {
  return terms.map((term) => `q%5B%5D=${encodeURIComponent(term)}`).join('&');
}

/** The patients of the service. */
export class AttachmentsPatients implements WaysToKnow {
  constructor(
    private readonly session: AttachmentsSession,
    private readonly signal: AbortSignal,
  ) {}

  async find(person: Person): Promise<readonly Judged[]> {
    const { paternal, maternal, first } = namePartsOf(person);
    const questions: string[][] = [];
    if (person.PatientID !== '') questions.push([`old_reference_id:=${person.PatientID}`]);
    for (const surname of new Set([paternal, `${paternal} ${maternal}`.trim()]))
      if (surname !== '' && first !== '') questions.push([`last_name:=${surname}`, `first_name:~${first}`]);
    if (person.PatientBirthDate !== '' && paternal !== '')
      questions.push([`date_of_birth:=${withHyphens(person.PatientBirthDate)}`, `last_name:~${paternal}`]);
    return (await this.all(questions)).map((there) => judge(person, there));
  }

  async search(person: Person, words: string): Promise<readonly RemotePatient[]> {
    if (words === '') return bestFirst(await this.find(person));
    const found = await this.all([[`last_name:~${words}`], [`first_name:~${words}`], [`old_reference_id:=${words}`]]);
    return bestFirst(found.map((there) => judge(person, there)));
  }

  /** The one who lives now of a patient there: who was merged is put away and points to the other. Null: nobody any more. */
  async living(id: string): Promise<string | null> {
    if (!isId(id)) return null;
    let at = id;
    for (let merges = 0; merges < MOST_MERGES; merges += 1) {
      const there = await this.one(at);
      if (there === null) return null;
      const into = idOfLink(there.merged_with_patient);
      if (into === null) return (there.archived_at ?? null) === null ? there.id : null;
      at = into;
    }
    return null;
  }

  async make(person: Person): Promise<{ readonly id: string } | Extract<SendOutcome, { kind: 'parked' }>> {
    const { paternal, maternal, first, middle } = namePartsOf(person);
    const first_name = [first, middle].filter(Boolean).join(' ');
    const last_name = [paternal, maternal].filter(Boolean).join(' ');
    if (first_name === '' || last_name === '')
      return { kind: 'parked', code: 'MATCH_LACKS', details: { what: 'PatientName' } };
    // The answer to an earlier try may have been lost: whoever carries our number and this name was made by it.
    const here = (await this.all([[`old_reference_id:=${person.PatientID}`]])).filter(
      (there) => sameText(there.last_name, last_name) && sameText(there.first_name, first_name),
    );
    const [only] = here;
    if (only !== undefined) return here.length === 1 ? { id: only.id } : { kind: 'parked', code: 'REMOTE_WHO' };
    const answer = await this.session.ask(
      '/patients',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          first_name,
          last_name,
          old_reference_id: person.PatientID,
          ...(person.PatientBirthDate !== '' && { date_of_birth: withHyphens(person.PatientBirthDate) }),
        }),
        once: true,
      },
      this.signal,
    );
    if (answer.status === 403 || answer.status === 422) return { kind: 'parked', code: 'MATCH_CANNOT_CREATE' };
    requireStatus(answer, [200, 201], '/patients');
    const made = Made.safeParse(JSON.parse(answer.body.toString('utf8')));
    return made.success ? { id: made.data.id } : { kind: 'parked', code: 'MATCH_CANNOT_CREATE' };
  }

  private one(id: string): Promise<PatientThere | null> {
    return this.session.get(`/patients/${id}?${filters(EVEN_ARCHIVED)}`, PatientThere, this.signal);
  }

  private async all(questions: readonly (readonly string[])[]): Promise<readonly PatientThere[]> {
    const found = new Map<string, PatientThere>();
    for (const terms of questions) {
      const path = `/patients?${filters(...terms)}&per_page=20`;
      for (const there of await this.session.list(path, 'patients', PatientThere, this.signal))
        found.set(there.id, there);
    }
    return [...found.values()];
  }
}

/** Ids are 64-bit integers, as text. */
export function isId(text: string): boolean {
  return /^\d{1,20}$/.test(text);
}

function withHyphens(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
}

function idOfLink(link: z.infer<typeof Link>): string | null {
  return /\/(\d{1,20})$/.exec(link?.links.self ?? '')?.[1] ?? null;
}

/** Our own number there, and the birth date, make somebody certain; unless they have not agreed that anything is kept of them. */
function judge(person: Person, there: PatientThere): Judged {
  const { paternal, maternal, first } = namePartsOf(person);
  const birthDate = there.date_of_birth.replaceAll('-', '');
  const sex = /^f/i.test(there.sex) ? 'F' : /^m/i.test(there.sex) ? 'M' : '';
  const number = sameText(person.PatientID, there.old_reference_id);
  const surname = sameText(paternal, there.last_name) || sameText(`${paternal} ${maternal}`, there.last_name);
  const sameDate = birthDate !== '' && birthDate === person.PatientBirthDate;
  const reasons: MatchReason[] = [
    ...(number ? (['number'] as const) : []),
    ...(surname || sameText(first, there.first_name) ? (['name'] as const) : []),
    ...(sameDate ? (['birthDate'] as const) : []),
    ...(sex !== '' && sex === person.PatientSex ? (['sex'] as const) : []),
  ];
  const refused = there.accepted_privacy_policy === false;
  const archived = (there.archived_at ?? null) !== null;
  return {
    sure: number && sameDate && surname && !refused && !archived ? 'number' : null,
    there: {
      id: there.id,
      name: `${there.last_name}, ${there.first_name}`,
      number: there.old_reference_id,
      birthDate,
      sex,
      reasons,
      warnings: [...(refused ? (['privacy'] as const) : []), ...(archived ? (['archived'] as const) : [])],
    },
  };
}
