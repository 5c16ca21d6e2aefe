import type { Area } from '@shared/model/anonymisation';

interface Point {
  readonly x: number;
  readonly y: number;
}
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Less than this many points of the picture in a direction was a click, not a drawing. */
const LEAST = 2;
/** Where devices write names: a strip this high at the top or the bottom. */
const STRIP = 0.12;

const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));

/** The area between two places of a picture, whole points that are touched included; null for a click. */
export function areaBetween(a: Point, b: Point, { width, height }: Size): Area | null {
  const left = Math.floor(within(Math.min(a.x, b.x), width));
  const top = Math.floor(within(Math.min(a.y, b.y), height));
  const right = Math.ceil(within(Math.max(a.x, b.x), width));
  const bottom = Math.ceil(within(Math.max(a.y, b.y), height));
  if (right - left < LEAST || bottom - top < LEAST) return null;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A strip over the whole width. */
export function strip(where: 'top' | 'bottom', { width, height }: Size): Area {
  const thick = Math.max(1, Math.round(height * STRIP));
  return { x: 0, y: where === 'top' ? 0 : height - thick, width, height: thick };
}
