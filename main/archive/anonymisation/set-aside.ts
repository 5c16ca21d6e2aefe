import { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { NewRecord } from '../records/record';

/** Why an image is set aside, as the one who looks for it later reads it. */
export type SetAsideReason = 'anonymised';

/**
 * Gives the records that set images aside, so that they are committed together with what stands in their place. Called with no
 * images it answers whether that can be done at all. Throws ANONYMISE_CANNOT_REPLACE.
 */
export type SetAside = (images: readonly ImageId[], reason: SetAsideReason) => readonly NewRecord[];

/** An archive without a trash: an original that is taken away could not be brought back, so it is not taken away. */
export const setAside: SetAside = () => {
  throw new FieldboxError('ANONYMISE_CANNOT_REPLACE');
};
