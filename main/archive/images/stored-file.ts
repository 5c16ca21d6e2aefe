import { stat } from 'node:fs/promises';
import { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import { actingUser } from '../actor';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';
import { factsOf } from '../release/facts';
import { mayLeave } from '../release/gate';

/** A stored file that may be given out as it is. */
export interface StoredFile {
  readonly path: string;
  /** A name for the copy. */
  readonly name: string;
  readonly bytes: number;
}

/**
 * The stored file of an image, for giving it out as it is to `recipient`. Its name is made from the SOP Instance UID and says
 * nothing of the patient. Throws NOT_FOUND, CONSENT_REFUSED, OBJECT_DAMAGED, OBJECT_MISSING.
 */
export async function storedFile(ctx: EngineContext, image: ImageId, recipient: string): Promise<StoredFile> {
  const verdict = mayLeave(factsOf(ctx.db, image), { purpose: 'copy', recipient, person: actingUser() });
  if (!verdict.leaves) throw new FieldboxError(verdict.code);
  const path = await ctx.objects.require(image);
  const { SOPInstanceUID } = statement(ctx.db, 'SELECT SOPInstanceUID FROM image WHERE object = ?').get(image) as {
    SOPInstanceUID: string;
  };
  const uid = /^[0-9.]{1,64}$/.test(SOPInstanceUID) ? SOPInstanceUID : image.slice(0, 16);
  return { path, name: `${uid}.dcm`, bytes: (await stat(path)).size };
}
