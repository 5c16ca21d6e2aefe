import type { Handlers } from '@shared/contract';
import type { EngineContext } from '../context';
import type { InTurn } from '../people/in-turn';
import { createMerging, type MergeVerb } from './merging';
import { createMoving, type MoveVerb } from './moving';
import { createTrash, type TrashVerb } from './trash';
import { createVersions, type VersionVerb } from './versions';

export { setAside, setAsideRecord } from './trash';

/**
 * Whose an image is, its versions, and the trash. Nothing is lost but what someone with the right erases: each change keeps what
 * was before, and has a way back. Changes are made one after the other, together with those of patients.
 */
export function createIdentity(
  ctx: EngineContext,
  inTurn: InTurn,
): Handlers<TrashVerb | VersionVerb | MoveVerb | MergeVerb> {
  return {
    ...createTrash(ctx, inTurn),
    ...createVersions(ctx, inTurn),
    ...createMoving(ctx, inTurn),
    ...createMerging(ctx, inTurn),
  };
}
