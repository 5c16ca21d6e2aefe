import type { Handlers, Parsed } from '@shared/contract';
import type { matchingVerbs } from '@shared/contract/matching';
import { FieldboxError } from '@shared/errors';
import type { PatientKey, RemoteKey } from '@shared/model/ids';
import { itemsToDecide, keepCandidates, matchRows, whoIs } from '../../archive/outbox/matches';
import type { Delivery } from '../../archive/records/bodies/outbox';
import { personOf } from './archive-counterparts';
import { asked } from './asked';
import type { ClinicParts } from './parts';

/** Who is who at remotes that have patients of their own: the questions, and the answers of people. */
export function createMatching(parts: ClinicParts): Handlers<keyof typeof matchingVerbs> {
  const { ctx } = parts;
  return {
    'matching.list': async (input) => Promise.resolve(matchRows(ctx.db, input)),
    'matching.search': async ({ remote, patient, text }) => {
      const person = parts.matching(remote) ? personOf(ctx, patient) : cannot();
      if (person === null) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
      const candidates = await asked(parts.connect(remote), async (connection, signal) => {
        if (connection.candidates === undefined) throw new FieldboxError('REMOTE_CANNOT');
        return connection.candidates(person, text, signal);
      });
      if (text === '') keepCandidates(ctx.db, remote, person.patient, candidates);
      return { candidates: [...candidates] };
    },
    'matching.decide': (input) => decide(parts, input),
  };
}

function cannot(): never {
  throw new FieldboxError('REMOTE_CANNOT');
}

async function decide(parts: ClinicParts, input: Parsed<'matching.decide'>): Promise<{ items: number }> {
  const { remote, choice } = input;
  if (!parts.matching(remote)) cannot();
  const person = personOf(parts.ctx, input.patient);
  if (person === null) throw new FieldboxError('NOT_FOUND', { what: 'patient' });
  const { patient } = person;
  const remotePatient = choice === 'this' ? (input.remotePatient ?? null) : null;
  if (choice === 'this') {
    if (remotePatient === null) throw new FieldboxError('BAD_REQUEST', { what: 'remotePatient' });
    if (whoIs(parts.ctx.db, remote, remotePatient, patient) !== null) throw new FieldboxError('MATCH_TAKEN');
  }
  await parts.ctx.commit([
    { type: 'remote.patient', body: { remote, patient, choice, remotePatient, basis: 'person' } },
  ]);
  return { items: await goOn(parts, remote, patient, choice) };
}

/** Puts what waited for the answer into the queue again, or refuses it for good when nothing is to be sent. */
async function goOn(
  parts: ClinicParts,
  remote: RemoteKey,
  patient: PatientKey,
  choice: Parsed<'matching.decide'>['choice'],
): Promise<number> {
  const items = itemsToDecide(parts.ctx.db, remote, patient);
  const refusing = choice === 'none';
  const moving = items.filter(({ refused }) => !(refusing && refused));
  if (moving.length === 0) return 0;
  const state: Pick<Delivery, 'state' | 'fault'> = refusing
    ? { state: 'refused', fault: { code: 'MATCH_NOT_SENT', details: {} } }
    : { state: 'waiting', fault: null };
  await parts.note(moving.map(({ transaction, position }) => ({ transaction, position, proof: null, ...state })));
  parts.wake(remote);
  return refusing ? 0 : moving.length;
}
