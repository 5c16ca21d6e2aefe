import type { ImageRow } from '@shared/model/rows';
import type { ImageId } from '@shared/model/ids';

/** A place in the flattened row of images and their frames. */
export interface Place {
  readonly position: number;
  readonly index: number;
  readonly row: ImageRow;
  /** From 0. */
  readonly frame: number;
  readonly frames: number;
}

/** Images one after the other, each with all its frames; an object without pixels takes one place. */
export class Stack {
  readonly images: readonly ImageRow[];
  readonly length: number;
  readonly #starts: readonly number[];

  constructor(images: readonly ImageRow[]) {
    const starts: number[] = [];
    let next = 0;
    for (const row of images) {
      starts.push(next);
      next += framesOf(row);
    }
    this.images = images;
    this.#starts = starts;
    this.length = next;
  }

  /** The place at a position; positions outside are moved to the ends. Null only if there are no images. */
  at(position: number): Place | null {
    const inside = Math.min(Math.max(Math.trunc(position), 0), this.length - 1);
    let low = 0;
    let high = this.images.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= inside) low = middle;
      else high = middle - 1;
    }
    const row = this.images[low];
    if (!row) return null;
    return { position: inside, index: low, row, frame: inside - (this.#starts[low] ?? 0), frames: framesOf(row) };
  }

  /** Position of the first frame of an image; 0 if it is not here. */
  positionOf(image: ImageId): number {
    const index = this.images.findIndex((row) => row.image === image);
    return index < 0 ? 0 : (this.#starts[index] ?? 0);
  }

  /**
   * The positions through which cine runs: the frames of a multi-frame image, else the images of the same series that
   * lie together around this one.
   */
  loopAround(position: number): { from: number; to: number } {
    const here = this.at(position);
    if (!here) return { from: 0, to: 0 };
    if (here.frames > 1) return { from: here.position - here.frame, to: here.position - here.frame + here.frames - 1 };
    let first = here.index;
    let last = here.index;
    const belongs = (row: ImageRow | undefined): boolean =>
      row !== undefined && row.seriesKey === here.row.seriesKey && row.hasPixels && framesOf(row) === 1;
    while (belongs(this.images[first - 1])) first -= 1;
    while (belongs(this.images[last + 1])) last += 1;
    return { from: this.#starts[first] ?? 0, to: this.#starts[last] ?? 0 };
  }
}

/** How many places an image takes. */
export function framesOf(row: ImageRow): number {
  return row.hasPixels ? Math.max(1, row.NumberOfFrames) : 1;
}

/**
 * Which positions to have at hand, nearest first: more in the direction of travel (`direction` 1 or -1), the whole loop
 * ahead while cine runs.
 */
export function neighbours(
  position: number,
  direction: number,
  length: number,
  ahead: number,
  behind: number,
): readonly number[] {
  const wanted: number[] = [];
  for (let distance = 1; distance <= Math.max(ahead, behind); distance += 1) {
    if (distance <= ahead) wanted.push(position + direction * distance);
    if (distance <= behind) wanted.push(position - direction * distance);
  }
  return wanted.filter((at) => at >= 0 && at < length);
}
