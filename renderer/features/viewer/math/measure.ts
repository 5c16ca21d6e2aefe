import type { FrameHeader } from '@shared/contract/frames';
import type { Point } from './transform';

/** A straight line between two points of the image, in image pixels. */
export interface Line {
  readonly id: number;
  readonly from: Point;
  readonly to: Point;
}

/** A length and what it stands on: size in the patient, size at the detector (magnified), or only pixels. */
export interface Length {
  readonly value: number;
  readonly basis: 'patient' | 'imager' | 'pixels';
}

/**
 * Length of a line: millimetres by Pixel Spacing (PS3.3 10.7.1.3: first value between rows, second between columns) or
 * Imager Pixel Spacing (PS3.3 C.8.11.2), else pixels, where a column counts 1 and a row the pixel aspect.
 */
export function lengthOf(
  line: Pick<Line, 'from' | 'to'>,
  header: Pick<FrameHeader, 'spacing' | 'pixelAspect'>,
): Length {
  const dx = line.to.x - line.from.x;
  const dy = line.to.y - line.from.y;
  const { spacing, pixelAspect } = header;
  if (!spacing) return { value: Math.hypot(dx, dy * pixelAspect), basis: 'pixels' };
  return { value: Math.hypot(dx * spacing.column, dy * spacing.row), basis: spacing.kind };
}

/** Keeps a point within the picture. */
export function insideImage(point: Point, header: Pick<FrameHeader, 'width' | 'height'>): Point {
  return { x: Math.min(Math.max(point.x, 0), header.width), y: Math.min(Math.max(point.y, 0), header.height) };
}
