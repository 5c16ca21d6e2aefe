import { describe, expect, it } from 'vitest';
import {
  apply,
  edges,
  fitScale,
  FITTED,
  imageToScreen,
  inverse,
  oneToOne,
  panned,
  settled,
  turned,
  UPRIGHT,
  zoomedAt,
  type Shape,
  type View,
} from '../../../renderer/features/viewer/math/transform';

const shape: Shape = { width: 400, height: 200, pixelAspect: 1 };
const place = { width: 1000, height: 800 };
const TURNS = ['left', 'right', 'horizontal', 'vertical'] as const;

/** All eight ways to lie. */
function orientations(): readonly View[] {
  const found = new Map<string, View>();
  const visit = (view: View): void => {
    const key = JSON.stringify(view.orientation);
    if (found.has(key)) return;
    found.set(key, view);
    for (const turn of TURNS) visit(turned(view, turn));
  };
  visit(FITTED);
  return [...found.values()];
}

describe('layout', () => {
  it('fits the whole picture into the place, middle on middle', () => {
    expect(fitScale(shape, place, UPRIGHT)).toBe(2.5);
    const map = imageToScreen(FITTED, shape, place);
    expect(apply(map, { x: 200, y: 100 })).toEqual({ x: 500, y: 400 });
    expect(apply(map, { x: 0, y: 0 })).toEqual({ x: 0, y: 150 });
    expect(apply(map, { x: 400, y: 200 })).toEqual({ x: 1000, y: 650 });
  });

  it('fits a turned picture by its turned sides', () => {
    const view = turned(FITTED, 'right');
    expect(settled(view, shape, place).scale).toBe(2);
    const map = imageToScreen(view, shape, place);
    // The upper left corner goes to the upper right.
    expect(apply(map, { x: 0, y: 0 })).toEqual({ x: 700, y: 0 });
    expect(apply(map, { x: 400, y: 200 })).toEqual({ x: 300, y: 800 });
  });

  it('respects pixels that are not square', () => {
    const tall: Shape = { width: 100, height: 50, pixelAspect: 2 };
    expect(fitScale(tall, { width: 500, height: 500 }, UPRIGHT)).toBe(5);
    const map = imageToScreen(FITTED, tall, { width: 500, height: 500 });
    expect(apply(map, { x: 100, y: 50 })).toEqual({ x: 500, y: 500 });
  });

  it('shows one image column on one device pixel', () => {
    const map = imageToScreen(oneToOne(FITTED, 2), shape, place);
    expect(apply(map, { x: 1, y: 0 }).x - apply(map, { x: 0, y: 0 }).x).toBe(0.5);
  });

  it('survives a place without size', () => {
    expect(settled(FITTED, shape, { width: 0, height: 0 }).scale).toBe(1);
  });
});

describe('maps there and back', () => {
  it('are inverse in all eight orientations, zoomed and moved', () => {
    const views = orientations();
    expect(views).toHaveLength(8);
    for (const turnedView of views) {
      for (const aspect of [1, 0.5, 1.7]) {
        const odd: Shape = { ...shape, pixelAspect: aspect };
        const view = panned(zoomedAt(turnedView, 3.3, { x: 120, y: 700 }, odd, place), 33, -71, odd, place);
        const map = imageToScreen(view, odd, place);
        const back = inverse(map);
        for (const point of [
          { x: 0, y: 0 },
          { x: 399.5, y: 0.25 },
          { x: 17, y: 199 },
        ]) {
          const again = apply(back, apply(map, point));
          expect(again.x).toBeCloseTo(point.x, 8);
          expect(again.y).toBeCloseTo(point.y, 8);
        }
      }
    }
  });
});

describe('turning and mirroring', () => {
  it('comes home: four quarter turns, left and right, twice mirrored', () => {
    const four = [1, 2, 3, 4].reduce((view) => turned(view, 'right'), FITTED);
    expect(four).toEqual(FITTED);
    expect(turned(turned(FITTED, 'left'), 'right')).toEqual(FITTED);
    expect(turned(turned(FITTED, 'horizontal'), 'horizontal')).toEqual(FITTED);
    const half = turned(turned(FITTED, 'horizontal'), 'vertical');
    expect(half).toEqual(turned(turned(FITTED, 'right'), 'right'));
  });

  it('mirrors what is seen, also when it was turned before', () => {
    const start = turned(FITTED, 'right');
    const point = { x: 30, y: 60 };
    const before = apply(imageToScreen(start, shape, place), point);
    const after = apply(imageToScreen(turned(start, 'horizontal'), shape, place), point);
    expect(after.x).toBeCloseTo(place.width - before.x, 9);
    expect(after.y).toBeCloseTo(before.y, 9);
  });

  it('turns a moved picture about the middle of the screen', () => {
    const start: View = { ...FITTED, fit: false, scale: 2, panX: 50, panY: -20 };
    const point = { x: 30, y: 60 };
    const before = apply(imageToScreen(start, shape, place), point);
    const after = apply(imageToScreen(turned(start, 'right'), shape, place), point);
    expect(after.x - 500).toBeCloseTo(-(before.y - 400), 9);
    expect(after.y - 400).toBeCloseTo(before.x - 500, 9);
  });

  it('knows which side of the image lies at which edge', () => {
    expect(edges(UPRIGHT)).toEqual({ left: 'x-', right: 'x+', top: 'y-', bottom: 'y+' });
    expect(edges(turned(FITTED, 'right').orientation)).toEqual({ left: 'y+', right: 'y-', top: 'x-', bottom: 'x+' });
    expect(edges(turned(FITTED, 'horizontal').orientation)).toEqual({
      left: 'x+',
      right: 'x-',
      top: 'y-',
      bottom: 'y+',
    });
  });
});

describe('zooming', () => {
  it('keeps what lies under the pointer there', () => {
    const at = { x: 640, y: 300 };
    const before = apply(inverse(imageToScreen(FITTED, shape, place)), at);
    const view = zoomedAt(FITTED, 1.9, at, shape, place);
    const after = apply(inverse(imageToScreen(view, shape, place)), at);
    expect(view.fit).toBe(false);
    expect(view.scale).toBeCloseTo(2.5 * 1.9, 9);
    expect(after.x).toBeCloseTo(before.x, 8);
    expect(after.y).toBeCloseTo(before.y, 8);
  });

  it('has limits, and a picture cannot be lost out of sight', () => {
    const middle = { x: 500, y: 400 };
    expect(zoomedAt(FITTED, 1e9, middle, shape, place).scale).toBe(64);
    expect(zoomedAt(FITTED, 1e-9, middle, shape, place).scale).toBeCloseTo(0.1, 9);
    const far = panned(FITTED, 1e6, 1e6, shape, place);
    const corner = apply(imageToScreen(far, shape, place), { x: 0, y: 0 });
    expect(corner.x).toBe(place.width - 48);
    expect(corner.y).toBe(place.height - 48);
  });
});
