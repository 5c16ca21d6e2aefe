import { z } from 'zod';
import { ImageId } from '@shared/model/ids';
import type { Surroundings } from '../remote';

const Sent = z.object({
  id: z.int(),
  sha256: z.string(),
  patient: z.string(),
  /** The word it stands under there; empty when it was sent before this was kept. */
  type: z.string().default(''),
  drawn: z.boolean(),
  /** The picture was put there from here; not found there, when somebody else may have brought it. */
  made: z.boolean().default(false),
});
/** What of ours is there. */
export type Sent = z.infer<typeof Sent>;

const Tried = Sent.omit({ id: true, made: true }).extend({
  clinic: z.int().nullable(),
  station: z.int().nullable(),
});
/** What was sent while nobody knows yet whether it is there. */
export type Tried = z.infer<typeof Tried>;

/** Nothing larger is sent before the server has shown what it takes. */
const NO_CAP = 96 * 2 ** 20;

/** What is known of the pictures of one tscharts server: which of ours is which of theirs, and what theirs hold. */
export class TschartsMemory {
  constructor(private readonly surroundings: Pick<Surroundings, 'remember' | 'recall'>) {}

  /** Most bytes of a request, as far as the server has shown. */
  get cap(): number {
    return Number(this.surroundings.recall('cap') ?? NO_CAP);
  }

  set cap(bytes: number) {
    this.surroundings.remember('cap', String(bytes));
  }

  sent(image: ImageId): Sent | null {
    const text = this.surroundings.recall(`image:${image}`);
    return text === null ? null : Sent.parse(JSON.parse(text));
  }

  keep(image: ImageId, sent: Sent): void {
    const before = this.sent(image);
    if (before !== null) this.release(image, before.id);
    this.surroundings.remember(`image:${image}`, JSON.stringify(sent));
    this.surroundings.remember(`there:${String(sent.id)}`, [...this.imagesAt(sent.id), image].join(' '));
    this.surroundings.remember(`own:${sent.sha256}`, image);
    for (const name of [`faults:${image}`, `taken-away:${image}`, `unanswered:${image}`])
      this.surroundings.remember(name, null);
  }

  /** Whether a picture with these bytes was sent from here. */
  isOwn(sha256: string): boolean {
    return this.surroundings.recall(`own:${sha256}`) !== null;
  }

  /** A picture is about to be sent: whatever becomes of it, it may be there afterwards. */
  noteTried(image: ImageId, tried: Tried): void {
    this.surroundings.remember(`tried:${image}`, tried.sha256);
    this.surroundings.remember(`unanswered:${image}`, JSON.stringify(tried));
  }

  /** The server has said that it has not kept what was sent. */
  noteNotKept(image: ImageId): void {
    this.surroundings.remember(`unanswered:${image}`, null);
  }

  /** What was sent of an image and never answered; null: nothing. */
  unanswered(image: ImageId): Tried | null {
    const text = this.surroundings.recall(`unanswered:${image}`);
    return text === null ? null : Tried.parse(JSON.parse(text));
  }

  wasTried(image: ImageId, sha256: string): boolean {
    return this.surroundings.recall(`tried:${image}`) === sha256;
  }

  /** A picture of theirs was put there from here, whatever was thought of those it stands for. */
  noteMade(id: number): void {
    for (const image of this.imagesAt(id)) {
      const sent = this.sent(image);
      if (sent !== null) this.surroundings.remember(`image:${image}`, JSON.stringify({ ...sent, made: true }));
    }
  }

  /** Of two equal pictures of theirs the other one stands for our images from now on. */
  move(from: number, to: number): void {
    for (const image of this.imagesAt(from)) {
      const sent = this.sent(image);
      if (sent !== null) this.keep(image, { ...sent, id: to });
    }
  }

  /** A picture of theirs was taken away. */
  forgetThere(id: number): void {
    for (const name of [`there:${String(id)}`, `hash:${String(id)}`]) this.surroundings.remember(name, null);
  }

  forget(image: ImageId): void {
    const sent = this.sent(image);
    if (sent === null) return;
    this.surroundings.remember(`image:${image}`, null);
    this.forgetThere(sent.id);
  }

  /** By our own doing an image does not stand there any more; a picture that stands for others too does. */
  takenAway(image: ImageId): void {
    const sent = this.sent(image);
    if (sent === null) return;
    this.surroundings.remember(`image:${image}`, null);
    this.surroundings.remember(`taken-away:${image}`, '1');
    this.release(image, sent.id);
  }

  wasTakenAway(image: ImageId): boolean {
    return this.surroundings.recall(`taken-away:${image}`) !== null;
  }

  /** The image here that was sent there under a number; of several with one picture the last. */
  imageAt(id: number): ImageId | null {
    return this.imagesAt(id).at(-1) ?? null;
  }

  /** All images here that one picture of theirs stands for, in the order in which they were sent. */
  imagesAt(id: number): readonly ImageId[] {
    return (this.surroundings.recall(`there:${String(id)}`) ?? '').split(' ').flatMap((text) => {
      const image = ImageId.safeParse(text);
      return image.success ? [image.data] : [];
    });
  }

  /** Whether a picture of theirs was put there from here. */
  isMade(id: number): boolean {
    return this.imagesAt(id).some((image) => this.sent(image)?.made === true);
  }

  private release(image: ImageId, id: number): void {
    const others = this.imagesAt(id).filter((other) => other !== image);
    this.surroundings.remember(`there:${String(id)}`, others.length === 0 ? null : others.join(' '));
  }

  /** SHA-256 of a picture of theirs; empty when it cannot be read there; null when it was never looked at. */
  hashOf(id: number): string | null {
    return this.surroundings.recall(`hash:${String(id)}`);
  }

  noteHash(id: number, sha256: string): void {
    this.surroundings.remember(`hash:${String(id)}`, sha256);
  }

  /** How often a picture of theirs could not be read, this time included. */
  countUnreadable(id: number): number {
    const times = Number(this.surroundings.recall(`unreadable:${String(id)}`) ?? 0) + 1;
    this.surroundings.remember(`unreadable:${String(id)}`, String(times));
    return times;
  }

  isTaken(id: number): boolean {
    return this.surroundings.recall(`taken:${String(id)}`) !== null;
  }

  noteTaken(id: number): void {
    this.surroundings.remember(`taken:${String(id)}`, '1');
  }

  /** How often the server had a fault of its own at an image, this time included. */
  countFault(image: ImageId): number {
    const faults = Number(this.surroundings.recall(`faults:${image}`) ?? 0) + 1;
    this.surroundings.remember(`faults:${image}`, String(faults));
    return faults;
  }
}
