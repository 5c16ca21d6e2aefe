import { z } from 'zod';
import type { Surroundings } from './remote';

/** No more are looked after. */
const MOST_FRESH = 200;
const NAME = 'fresh';

/**
 * Images that were sent lately to a server that cannot tell a repeated request: what a network repeats may come when proof has been
 * found long since, so they are looked after once more over a later connection. Kept over restarts.
 */
export class FreshlySent<T extends string> {
  /** Sent over this very connection: what it repeats may still come. */
  private readonly now = new Set<T>();
  private hasLookedBack = false;

  constructor(
    private readonly surroundings: Pick<Surroundings, 'remember' | 'recall'>,
    /** What names such an image. */
    private readonly name: { parse(value: unknown): T },
  ) {}

  /** An image is about to be sent, or is there by a try whose answer was lost. */
  note(image: T): void {
    this.now.add(image);
    this.images = [...this.images.filter((other) => other !== image), image].slice(-MOST_FRESH);
  }

  /** Calls for each image that was sent over an earlier connection, once a connection; what it throws ends it until the next. */
  async lookBack(look: (image: T) => Promise<unknown>): Promise<void> {
    if (this.hasLookedBack) return;
    for (const image of this.images.filter((each) => !this.now.has(each))) {
      await look(image);
      this.images = this.images.filter((other) => other !== image);
    }
    this.hasLookedBack = true;
  }

  private get images(): readonly T[] {
    const text = this.surroundings.recall(NAME);
    return text === null
      ? []
      : z
          .array(z.unknown())
          .parse(JSON.parse(text))
          .map((one) => this.name.parse(one));
  }

  private set images(images: readonly T[]) {
    this.surroundings.remember(NAME, images.length === 0 ? null : JSON.stringify(images));
  }
}
