import { z } from 'zod';
import type { FetchSink } from '../counterparts';
import { dateHere } from './patients';
import type { TschartsSession } from './session';

const Clinics = z.array(z.object({ id: z.int(), location: z.string(), start: z.string(), end: z.string() }));
const Desks = z.array(z.object({ id: z.int(), name: z.string(), station: z.int() }));

/**
 * Clinics and, of each, the stations at it. A station of theirs is a kind of desk that all clinics share, so each clinic here
 * gets its own one for it, and all of them go by the one number there.
 */
export async function fetchClinics(session: TschartsSession, into: FetchSink, signal: AbortSignal): Promise<void> {
  const clinics = (await session.list('clinic/', Clinics, signal)) ?? [];
  into.expect(clinics.length);
  for (const { id, location, start, end } of clinics) {
    signal.throwIfAborted();
    const firstDay = dateHere(start);
    const lastDay = dateHere(end);
    const name = location.trim();
    // The server takes an end before the start; such a clinic cannot have been.
    if (name !== '' && firstDay !== '' && lastDay >= firstDay) {
      const clinic = await into.clinic({ id: String(id), name, place: name, firstDay, lastDay });
      const desks = (await session.list(`clinicstation/?clinic=${String(id)}`, Desks, signal)) ?? [];
      for (const desk of desks) await into.station({ id: String(desk.station), clinic, name: desk.name });
    }
    into.done();
  }
}
