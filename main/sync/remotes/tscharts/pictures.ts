import { createHash } from 'node:crypto';
import { z } from 'zod';
import { jsonOf } from '../../http/json';
import { bytesOfData } from './picture';
import { requireOk, type TschartsSession } from './session';

const Ids = z.array(z.int());
const PictureThere = z.object({
  id: z.int(),
  patient: z.int(),
  clinic: z.int().nullable(),
  station: z.int().nullable(),
  type: z.string(),
  data: z.string(),
});
export type PictureThere = z.infer<typeof PictureThere>;

/** The pictures that a tscharts server holds. */
export class TschartsPictures {
  constructor(private readonly session: TschartsSession) {}

  /** Numbers of a patient's pictures of a type, newest first. Throws HttpFailure. */
  async ids(patient: string, type: string, signal: AbortSignal): Promise<readonly number[]> {
    // An id of 0 counts as none there, and everybody's pictures would be listed.
    if (!isId(patient)) return [];
    return (await this.session.list(`image/?patient=${patient}&type=${type}&sort=true`, Ids, signal)) ?? [];
  }

  /** One picture; null when it is not there, undefined when its file is gone or damaged. Throws HttpFailure. */
  async one(id: number, signal: AbortSignal): Promise<PictureThere | null | undefined> {
    const answer = await this.session.ask(`image/${String(id)}/`, { method: 'GET' }, signal);
    if (answer.status === 404) return null;
    if (answer.status === 500) return undefined;
    requireOk(answer, 'image/');
    return jsonOf(answer, PictureThere, 'image');
  }
}

/** Ids are positive integers of 32 bits. */
export function isId(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text);
}

/** SHA-256 of what a picture of theirs holds; empty when its text is no base64. */
export function sha256Of({ data }: Pick<PictureThere, 'data'>): string {
  const bytes = bytesOfData(data);
  return bytes === null ? '' : createHash('sha256').update(bytes).digest('hex');
}
