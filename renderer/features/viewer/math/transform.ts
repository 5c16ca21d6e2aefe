/** Width and height in CSS pixels of the place to draw on, or in pixels of an image. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The part of an image that matters for laying it out. */
export interface Shape extends Size {
  /** Height over width of one pixel (PS3.3 C.7.6.3.1.7 Pixel Aspect Ratio, or from the spacing). */
  readonly pixelAspect: number;
}

/**
 * One of the eight ways to turn and mirror a picture, as a matrix of 0, 1, -1: where the image's x and y axes point on
 * the screen (x right, y down): screen = (a x + c y, b x + d y).
 */
export interface Orientation {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export const UPRIGHT: Orientation = { a: 1, b: 0, c: 0, d: 1 };

/** How a picture lies in its place. While `fit` is set, scale and pan follow from the sizes. */
export interface View {
  readonly fit: boolean;
  /** CSS pixels per image column. */
  readonly scale: number;
  /** Where the image's middle lies, from the middle of the place, in CSS pixels. */
  readonly panX: number;
  readonly panY: number;
  readonly orientation: Orientation;
}

export const FITTED: View = { fit: true, scale: 1, panX: 0, panY: 0, orientation: UPRIGHT };

/** An affine map as canvas takes it: x' = a x + c y + e, y' = b x + d y + f. */
export interface Affine extends Orientation {
  readonly e: number;
  readonly f: number;
}

const zero = (value: number): number => (value === 0 ? 0 : value);

/** Turns or mirrors what is seen on the screen. */
export function turned(view: View, change: 'left' | 'right' | 'horizontal' | 'vertical'): View {
  const { a, b, c, d } = view.orientation;
  const { panX, panY } = view;
  switch (change) {
    case 'right':
      return { ...view, panX: zero(-panY), panY: panX, orientation: { a: zero(-b), b: a, c: zero(-d), d: c } };
    case 'left':
      return { ...view, panX: panY, panY: zero(-panX), orientation: { a: b, b: zero(-a), c: d, d: zero(-c) } };
    case 'horizontal':
      return { ...view, panX: zero(-panX), orientation: { a: zero(-a), b, c: zero(-c), d } };
    case 'vertical':
      return { ...view, panY: zero(-panY), orientation: { a, b: zero(-b), c, d: zero(-d) } };
  }
}

/** Size of the picture on the screen at scale 1, turned as it is. */
export function turnedSize(shape: Shape, orientation: Orientation): Size {
  const height = shape.height * shape.pixelAspect;
  return orientation.a === 0 ? { width: height, height: shape.width } : { width: shape.width, height };
}

/** The scale at which the whole picture is just seen. */
export function fitScale(shape: Shape, place: Size, orientation: Orientation): number {
  const size = turnedSize(shape, orientation);
  if (!(place.width > 0 && place.height > 0)) return 1;
  return Math.min(place.width / size.width, place.height / size.height);
}

/** A view with scale and pan worked out. */
export function settled(view: View, shape: Shape, place: Size): View {
  if (!view.fit) return view;
  return { ...view, scale: fitScale(shape, place, view.orientation), panX: 0, panY: 0 };
}

/** From image pixels (0,0 is the outer corner of the first pixel) to CSS pixels of the place. */
export function imageToScreen(view: View, shape: Shape, place: Size): Affine {
  const { scale, panX, panY, orientation } = settled(view, shape, place);
  const a = orientation.a * scale;
  const b = orientation.b * scale;
  const c = orientation.c * scale * shape.pixelAspect;
  const d = orientation.d * scale * shape.pixelAspect;
  const middleX = shape.width / 2;
  const middleY = shape.height / 2;
  return {
    a,
    b,
    c,
    d,
    e: place.width / 2 + panX - (a * middleX + c * middleY),
    f: place.height / 2 + panY - (b * middleX + d * middleY),
  };
}

/** Applies a map to a point. */
export function apply(map: Affine, point: Point): Point {
  return { x: map.a * point.x + map.c * point.y + map.e, y: map.b * point.x + map.d * point.y + map.f };
}

/** The map back. */
export function inverse(map: Affine): Affine {
  const determinant = map.a * map.d - map.b * map.c;
  const a = map.d / determinant;
  const b = -map.b / determinant;
  const c = -map.c / determinant;
  const d = map.a / determinant;
  return { a, b, c, d, e: -(a * map.e + c * map.f), f: -(b * map.e + d * map.f) };
}

const LARGEST_SCALE = 64;

/** Scales stay between a tenth of "fit" (or 1:10, whichever is smaller) and 64 screen pixels per image pixel. */
export function clampScale(scale: number, shape: Shape, place: Size, orientation: Orientation): number {
  const least = Math.min(fitScale(shape, place, orientation), 1) / 10;
  return Math.min(Math.max(scale, least), LARGEST_SCALE);
}

/** Some of the picture (48 pixels of it) always stays in sight. */
function clampPan(view: View, shape: Shape, place: Size): View {
  const size = turnedSize(shape, view.orientation);
  const limit = (pictured: number, room: number): number => Math.max(0, (pictured * view.scale + room) / 2 - 48);
  const limitX = limit(size.width, place.width);
  const limitY = limit(size.height, place.height);
  return {
    ...view,
    panX: Math.min(Math.max(view.panX, -limitX), limitX),
    panY: Math.min(Math.max(view.panY, -limitY), limitY),
  };
}

/** Zooms so that what lies under `at` (CSS pixels of the place) stays there. */
export function zoomedAt(view: View, factor: number, at: Point, shape: Shape, place: Size): View {
  const from = settled(view, shape, place);
  const scale = clampScale(from.scale * factor, shape, place, from.orientation);
  const ratio = scale / from.scale;
  const x = at.x - place.width / 2;
  const y = at.y - place.height / 2;
  return clampPan(
    { ...from, fit: false, scale, panX: x - (x - from.panX) * ratio, panY: y - (y - from.panY) * ratio },
    shape,
    place,
  );
}

/** Shifts the picture by CSS pixels. */
export function panned(view: View, dx: number, dy: number, shape: Shape, place: Size): View {
  const from = settled(view, shape, place);
  return clampPan({ ...from, fit: false, panX: from.panX + dx, panY: from.panY + dy }, shape, place);
}

/** One image column to one pixel of the display. */
export function oneToOne(view: View, devicePixelRatio: number): View {
  return { ...view, fit: false, scale: 1 / devicePixelRatio, panX: 0, panY: 0 };
}

/** The four edges of the screen as directions of the image: which of its sides lies there. */
export function edges(
  orientation: Orientation,
): Record<'left' | 'right' | 'top' | 'bottom', 'x-' | 'x+' | 'y-' | 'y+'> {
  const side = (x: number, y: number): 'x-' | 'x+' | 'y-' | 'y+' => {
    if (orientation.a * x + orientation.b * y > 0) return 'x+';
    if (orientation.a * x + orientation.b * y < 0) return 'x-';
    return orientation.c * x + orientation.d * y > 0 ? 'y+' : 'y-';
  };
  return { right: side(1, 0), left: side(-1, 0), bottom: side(0, 1), top: side(0, -1) };
}
