import { randomUUID } from 'node:crypto';
import { ActKey, type ImageId } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { setAsideRecord } from '../identity';
import type { NewRecord } from '../records/record';

/** Why an image is set aside, as the one who looks for it later reads it. */
export type SetAsideReason = 'anonymised' | 'forwarded';

/**
 * Gives the records that set images aside, so that they are committed together with what stands in their place. Called with no
 * images it gives none.
 */
export type SetAside = (images: readonly ImageId[], reason: SetAsideReason) => readonly NewRecord[];

/** Into the trash, from where they can be brought back until somebody with the right empties it. */
export function intoTrash(ctx: EngineContext): SetAside {
  return (images, reason) =>
    images.length === 0 ? [] : [setAsideRecord(ctx, images, reason, ActKey.parse(randomUUID()))];
}
