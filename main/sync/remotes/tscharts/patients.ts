import { z } from 'zod';
import type { MatchReason, RemotePatient } from '@shared/model/remotes/matching';
import type { Counterparts, Person } from '../counterparts';
import type { SendOutcome } from '../remote';
import { bestFirst, type Judged, namePartsOf, sameText, type WaysToKnow } from '../who';
import { requireOk, type TschartsSession } from './session';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const PatientThere = z.object({
  id: z.int(),
  paternal_last: text,
  maternal_last: text,
  first: text,
  middle: text,
  dob: text,
  gender: text,
  curp: text,
  oldid: z.int().nullish(),
});
type PatientThere = z.infer<typeof PatientThere>;
const Ids = z.array(z.int());
const Made = z.object({ id: z.int() });

/** People that are looked at for one question: the newest, who are asked about most. */
const MOST_CANDIDATES = 20;

/** mm/dd/YYYY, as this service writes every date, from YYYYMMDD. */
export function dateThere(day: string): string {
  return `${day.slice(4, 6)}/${day.slice(6, 8)}/${day.slice(0, 4)}`;
}

/** YYYYMMDD from mm/dd/YYYY; empty when it is none. */
export function dateHere(date: string): string {
  const found = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(date.trim());
  return found === null
    ? ''
    : `${found[3] ?? ''}${(found[1] ?? '').padStart(2, '0')}${(found[2] ?? '').padStart(2, '0')}`;
}

/** The patients of a tscharts server. */
export class TschartsPatients implements WaysToKnow {
  constructor(
    private readonly session: TschartsSession,
    private readonly counterparts: Counterparts,
    private readonly exactMatch: boolean,
    private readonly signal: AbortSignal,
  ) {}

  /** Who it may be, by numbers, birth date and name; a 404 is an empty list. */
  async find(person: Person): Promise<readonly Judged[]> {
    const { curp, oldNumber } = person.details;
    const { paternal, first } = namePartsOf(person);
    const questions: string[] = [];
    if (curp !== '') questions.push(`curp=${encodeURIComponent(curp)}&exact=true`);
    if (/^[1-9]\d{0,8}$/.test(oldNumber)) questions.push(`oldid=${oldNumber}`);
    if (paternal !== '' && first !== '')
      questions.push(`paternal_last=${encodeURIComponent(paternal)}&first=${encodeURIComponent(first)}`);
    if (paternal !== '') questions.push(`name=${encodeURIComponent(paternal)}`);
    if (person.PatientBirthDate !== '') questions.push(`dob=${encodeURIComponent(dateThere(person.PatientBirthDate))}`);
    const judged = (await this.all(questions)).map((there) => this.judge(person, there));
    // A shared birth date alone says nothing; it only widens what is looked at.
    return judged.filter(({ there }) => there.reasons.some((reason) => reason !== 'birthDate' && reason !== 'sex'));
  }

  /** By the words of a person, or as `find` without words. */
  async search(person: Person, words: string): Promise<readonly RemotePatient[]> {
    if (words === '') return bestFirst(await this.find(person));
    const id = /^\d{1,9}$/.test(words) ? await this.one(Number(words)) : null;
    const found = await this.all([`name=${encodeURIComponent(words)}`]);
    return bestFirst([...(id === null ? [] : [id]), ...found].map((there) => this.judge(person, there)));
  }

  /** Whether a patient is (still) there. */
  async isThere(id: string): Promise<boolean> {
    return (await this.one(Number(id))) !== null;
  }

  async make(person: Person): Promise<{ readonly id: string } | Extract<SendOutcome, { kind: 'parked' }>> {
    const { paternal, maternal, first, middle } = namePartsOf(person);
    const gender = person.PatientSex === 'F' ? 'Female' : person.PatientSex === 'M' ? 'Male' : '';
    // The server takes anything else for female, and a missing date for a fault of its own.
    if (gender === '') return { kind: 'parked', code: 'MATCH_LACKS', details: { what: 'PatientSex' } };
    if (person.PatientBirthDate === '')
      return { kind: 'parked', code: 'MATCH_LACKS', details: { what: 'PatientBirthDate' } };
    if (paternal === '' || first === '')
      return { kind: 'parked', code: 'MATCH_LACKS', details: { what: 'PatientName' } };
    const { details } = person;
    const cut = (value: string, most: number): string => Array.from(value).slice(0, most).join('');
    const body = JSON.stringify({
      paternal_last: cut(paternal, 30),
      maternal_last: cut(maternal, 30),
      first: cut(first, 30),
      middle: cut(middle, 30),
      suffix: cut(details.suffix, 5),
      prefix: cut(details.prefix, 5),
      dob: dateThere(person.PatientBirthDate),
      gender,
      street1: cut(details.street1, 64),
      street2: cut(details.street2, 64),
      city: cut(details.city, 30),
      colonia: cut(details.colonia, 30),
      state: details.state,
      phone1: cut(details.phone1, 20),
      phone2: cut(details.phone2, 20),
      email: details.email,
      emergencyfullname: cut(details.emergencyName, 64),
      emergencyphone: cut(details.emergencyPhone, 20),
      emergencyemail: details.emergencyEmail,
      curp: details.curp,
    });
    for (let tries = 0; tries < 2; tries += 1) {
      const answer = await this.session.ask(
        'patient/',
        { method: 'POST', headers: { 'content-type': 'application/json' }, body, once: true },
        this.signal,
      );
      if (answer.status === 409) return this.already(person, answer.reason);
      // The servers of one generation answer 500 to every new patient.
      if (answer.status === 500) continue;
      if (answer.status === 400) return { kind: 'parked', code: 'MATCH_CANNOT_CREATE' };
      requireOk(answer, 'patient/');
      const made = Made.safeParse(JSON.parse(answer.body.toString('utf8')));
      return made.success ? { id: String(made.data.id) } : { kind: 'parked', code: 'MATCH_CANNOT_CREATE' };
    }
    return { kind: 'parked', code: 'MATCH_CANNOT_CREATE' };
  }

  /** Somebody with the same four facts is there, and only the reason phrase says who: the person decides once more. */
  private async already(person: Person, reason: string): Promise<Extract<SendOutcome, { kind: 'parked' }>> {
    const id = /\((\d{1,9})\)/.exec(reason)?.[1];
    const there = id === undefined ? null : await this.one(Number(id));
    if (there !== null) this.counterparts.unclear(person.patient, [this.judge(person, there).there]);
    return { kind: 'parked', code: 'REMOTE_WHO' };
  }

  private async all(questions: readonly string[]): Promise<readonly PatientThere[]> {
    const ids = new Set<number>();
    for (const question of questions) {
      const found = (await this.session.list(`patient/?${question}`, Ids, this.signal)) ?? [];
      for (const id of found.slice(-MOST_CANDIDATES)) ids.add(id);
    }
    const found: PatientThere[] = [];
    for (const id of ids) {
      const there = await this.one(id);
      if (there !== null) found.push(there);
    }
    return found;
  }

  private one(id: number): Promise<PatientThere | null> {
    return this.session.list(`patient/${String(id)}/`, PatientThere, this.signal);
  }

  private judge(person: Person, there: PatientThere): Judged {
    const { paternal, first } = namePartsOf(person);
    const birthDate = dateHere(there.dob);
    const sex = there.gender === 'Female' ? 'F' : there.gender === 'Male' ? 'M' : '';
    const sameCurp = sameText(person.details.curp, there.curp);
    const sameOld = (there.oldid ?? -1) > 0 && person.details.oldNumber === String(there.oldid);
    const surname =
      sameText(paternal, there.paternal_last) || sameText(paternal, `${there.paternal_last} ${there.maternal_last}`);
    const sameName = surname && sameText(first, there.first);
    const sameDate = birthDate !== '' && birthDate === person.PatientBirthDate;
    const sameSex = sex !== '' && sex === person.PatientSex;
    const reasons: MatchReason[] = [
      ...(sameOld ? (['number'] as const) : []),
      ...(sameCurp ? (['nationalNumber'] as const) : []),
      ...(surname || sameText(first, there.first) ? (['name'] as const) : []),
      ...(sameDate ? (['birthDate'] as const) : []),
      ...(sameSex ? (['sex'] as const) : []),
    ];
    const sure =
      (sameCurp || sameOld) && sameDate ? 'number' : this.exactMatch && sameName && sameDate && sameSex ? 'card' : null;
    return {
      sure,
      there: {
        id: String(there.id),
        name: `${[there.paternal_last, there.maternal_last].filter(Boolean).join(' ')}, ${[there.first, there.middle].filter(Boolean).join(' ')}`,
        number: there.curp !== '' ? there.curp : (there.oldid ?? -1) > 0 ? String(there.oldid) : '',
        birthDate,
        sex,
        reasons,
        warnings: [],
      },
    };
  }
}
