import { z } from 'zod';
import { ImageId } from '@shared/model/ids';
import type { Surroundings } from '../remote';

const Sent = z.object({
  id: z.string(),
  bytes: z.int(),
  patient: z.string(),
  drawn: z.boolean(),
  checked: z.boolean(),
  /** The record was made by us; not found by its marker, when another laptop may have made it. */
  made: z.boolean(),
});
type Sent = z.infer<typeof Sent>;

/** Which of ours is which record there. */
export class AttachmentsMemory {
  constructor(private readonly surroundings: Pick<Surroundings, 'remember' | 'recall'>) {}

  sent(image: ImageId): Sent | null {
    const text = this.surroundings.recall(`sent:${image}`);
    return text === null ? null : Sent.parse(JSON.parse(text));
  }

  keep(image: ImageId, sent: Sent): void {
    this.surroundings.remember(`sent:${image}`, JSON.stringify(sent));
    this.surroundings.remember(`there:${sent.id}`, image);
  }

  /** `byUs`: the record is put away there by our own doing, and does not stand in the way of sending again. */
  forget(image: ImageId, byUs: boolean): void {
    const sent = this.sent(image);
    if (sent === null) return;
    this.surroundings.remember(`sent:${image}`, null);
    this.surroundings.remember(`there:${sent.id}`, null);
    if (byUs) this.surroundings.remember(`put-away:${sent.id}`, '1');
  }

  imageAt(id: string): ImageId | null {
    const image = ImageId.safeParse(this.surroundings.recall(`there:${id}`));
    return image.success ? image.data : null;
  }

  wasPutAwayByUs(id: string): boolean {
    return this.surroundings.recall(`put-away:${id}`) !== null;
  }

  /** How often a record of an image turned out damaged there. */
  damages(image: ImageId): number {
    return Number(this.surroundings.recall(`damages:${image}`) ?? 0);
  }

  countDamage(image: ImageId): void {
    this.surroundings.remember(`damages:${image}`, String(this.damages(image) + 1));
  }

  isTaken(id: string): boolean {
    return this.surroundings.recall(`taken:${id}`) !== null;
  }

  noteTaken(id: string): void {
    this.surroundings.remember(`taken:${id}`, '1');
  }
}
