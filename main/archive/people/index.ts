import type { Handlers } from '@shared/contract';
import type { EngineContext } from '../context';
import { createDetails, type DetailVerb } from './details';
import type { InTurn } from './in-turn';
import { createKinds, type KindVerb } from './kinds';
import { createPatients, type PatientVerb } from './patients';
import { createPlaces, type PlaceVerb } from './places';

/**
 * Patients, clinics, stations and kinds: what people enter. Each change is checked, written as a record and read back. Changes
 * are made one after the other, so that what was checked still holds when it is written.
 */
export function createPeople(
  ctx: EngineContext,
  inTurn: InTurn,
): Handlers<PatientVerb | DetailVerb | PlaceVerb | KindVerb> {
  return {
    ...createPatients(ctx, inTurn),
    ...createDetails(ctx, inTurn),
    ...createPlaces(ctx, inTurn),
    ...createKinds(ctx, inTurn),
  };
}
