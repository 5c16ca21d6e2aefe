import { z } from 'zod';
import { AttachmentKey, ImageId } from '@shared/model/ids';
import type { Outgoing, Surroundings } from '../remote';

const Sent = z.object({
  id: z.string(),
  bytes: z.int(),
  patient: z.string(),
  drawn: z.boolean(),
  checked: z.boolean(),
  /** The record was made by us, also by a try whose answer was lost; not found by its marker, when another laptop may have made it. */
  made: z.boolean(),
  /** What finds it there; empty when it was sent before this was kept. */
  marker: z.string().default(''),
});
/** What of ours is there. */
export type Sent = z.infer<typeof Sent>;

/** What goes by one record there: an image, or an attached file, whose bytes others may have too. */
export const Thing = z.union([ImageId, AttachmentKey]);
export type Thing = z.infer<typeof Thing>;

export function thingOf({ image, attached }: Pick<Outgoing, 'image' | 'attached'>): Thing {
  return attached === null ? image : attached.attachment;
}

/** Which of ours is which record there. */
export class AttachmentsMemory {
  constructor(private readonly surroundings: Pick<Surroundings, 'remember' | 'recall'>) {}

  sent(thing: Thing): Sent | null {
    const text = this.surroundings.recall(`sent:${thing}`);
    return text === null ? null : Sent.parse(JSON.parse(text));
  }

  keep(thing: Thing, sent: Sent): void {
    this.surroundings.remember(`sent:${thing}`, JSON.stringify(sent));
    this.surroundings.remember(`there:${sent.id}`, thing);
    this.surroundings.remember(`taken-away:${thing}`, null);
  }

  /** `byUs`: the record is put away there by our own doing, and does not stand in the way of sending again. */
  forget(thing: Thing, byUs: boolean): void {
    const sent = this.sent(thing);
    if (sent === null) return;
    this.surroundings.remember(`sent:${thing}`, null);
    this.surroundings.remember(`there:${sent.id}`, null);
    if (!byUs) return;
    this.notePutAway(sent.id);
    this.surroundings.remember(`taken-away:${thing}`, '1');
  }

  /** Whether what was sent was put away there by our own doing, and not sent again. */
  wasTakenAway(thing: Thing): boolean {
    return this.surroundings.recall(`taken-away:${thing}`) !== null;
  }

  /** A record was put away there by our own doing. */
  notePutAway(id: string): void {
    this.surroundings.remember(`put-away:${id}`, '1');
    this.surroundings.remember(`there:${id}`, null);
  }

  /** Whether a record is one of ours. */
  isOurs(id: string): boolean {
    return this.surroundings.recall(`there:${id}`) !== null;
  }

  imageAt(id: string): ImageId | null {
    const image = ImageId.safeParse(this.surroundings.recall(`there:${id}`));
    return image.success ? image.data : null;
  }

  wasPutAwayByUs(id: string): boolean {
    return this.surroundings.recall(`put-away:${id}`) !== null;
  }

  /** How often a record of a thing turned out damaged there. */
  damages(thing: Thing): number {
    return Number(this.surroundings.recall(`damages:${thing}`) ?? 0);
  }

  countDamage(thing: Thing): void {
    this.surroundings.remember(`damages:${thing}`, String(this.damages(thing) + 1));
  }

  /** The case there that carries a marker of ours. */
  caseOf(marker: string): string | null {
    return this.surroundings.recall(`case:${marker}`);
  }

  keepCase(marker: string, id: string | null): void {
    this.surroundings.remember(`case:${marker}`, id);
  }

  isTaken(id: string): boolean {
    return this.surroundings.recall(`taken:${id}`) !== null;
  }

  /** `patient` and `sha256`: whose file it is there, and of which bytes. */
  noteTaken(id: string, patient: string, sha256: string): void {
    this.surroundings.remember(`taken:${id}`, '1');
    this.surroundings.remember(`from:${patient}:${sha256}`, id);
  }

  /** The record from which a file with these bytes was fetched for a patient there; null when it did not come from there. */
  takenFrom(patient: string, sha256: string): string | null {
    return this.surroundings.recall(`from:${patient}:${sha256}`);
  }
}
