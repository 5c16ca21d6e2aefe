import { valueAt } from '../data/frameCodec';
import { asWindow } from '../data/look';
import { linesOf, lookOf, voiOf, type Tool, type ViewerStore } from '../data/store';
import { insideImage, type Line } from '../math/measure';
import { apply, imageToScreen, inverse, panned, zoomedAt, type Point } from '../math/transform';
import { dragWindow } from '../math/voi';

/** How near (CSS pixels) a press must be to the end of a line to take hold of it. */
const GRIP = 14;
/** Pixels of a vertical drag that double the size. */
const DOUBLING = 160;

/** Whole steps out of wheel movements: a notch of a mouse is one, a touchpad adds up. */
export function wheelSteps(carry: number, deltaY: number, deltaMode: number): { steps: number; carry: number } {
  if (deltaMode !== 0 || Math.abs(deltaY) >= 50) return { steps: Math.sign(deltaY), carry: 0 };
  const sum = Math.sign(carry) === -Math.sign(deltaY) ? deltaY : carry + deltaY;
  const steps = Math.trunc(sum / 40) + 0;
  return { steps, carry: sum - steps * 40 };
}

type Drag =
  | {
      readonly type: 'window';
      readonly start: ReturnType<typeof asWindow>;
      readonly range: number;
      readonly from: Point;
    }
  | { readonly type: 'pan'; last: Point }
  | { readonly type: 'zoom'; last: Point; readonly from: Point }
  | { readonly type: 'magnifier' }
  | { readonly type: 'line'; readonly id: number; readonly end: 'from' | 'to'; readonly other: Point; moved: boolean };

/** Mouse, pen and fingers on the picture. Radiology habits: left the chosen tool, middle pan, right zoom, wheel scroll. */
export class Gestures {
  readonly #element: HTMLElement;
  readonly #store: ViewerStore;
  readonly #fingers = new Map<number, Point>();
  #drag: Drag | null = null;
  #pointer: number | null = null;
  #carry = 0;
  #nextLine = 1;

  constructor(element: HTMLElement, store: ViewerStore) {
    this.#element = element;
    this.#store = store;
    element.addEventListener('pointerdown', this.#down);
    element.addEventListener('pointermove', this.#move);
    element.addEventListener('pointerup', this.#up);
    element.addEventListener('pointercancel', this.#up);
    element.addEventListener('pointerleave', this.#leave);
    element.addEventListener('wheel', this.#wheel, { passive: false });
    element.addEventListener('contextmenu', this.#noMenu);
  }

  close(): void {
    const element = this.#element;
    element.removeEventListener('pointerdown', this.#down);
    element.removeEventListener('pointermove', this.#move);
    element.removeEventListener('pointerup', this.#up);
    element.removeEventListener('pointercancel', this.#up);
    element.removeEventListener('pointerleave', this.#leave);
    element.removeEventListener('wheel', this.#wheel);
    element.removeEventListener('contextmenu', this.#noMenu);
  }

  readonly #noMenu = (event: Event): void => {
    event.preventDefault();
  };

  readonly #down = (event: PointerEvent): void => {
    if (!this.#store.getState().shown?.frame) return;
    const at = this.#place(event);
    this.#element.setPointerCapture(event.pointerId);
    if (event.pointerType === 'touch') {
      this.#fingers.set(event.pointerId, at);
      if (this.#fingers.size > 1) {
        this.#finish();
        this.#store.getState().setInteracting(true);
        return;
      }
    }
    if (this.#drag) return;
    this.#pointer = event.pointerId;
    this.#begin(this.#toolFor(event), at);
    // A middle press would else start the browser's own scrolling.
    if (event.button === 1) event.preventDefault();
  };

  #toolFor(event: PointerEvent): Tool {
    const { tool, panHeld } = this.#store.getState();
    if (event.button === 1 || panHeld) return 'pan';
    return event.button === 2 ? 'zoom' : tool;
  }

  #begin(tool: Tool, at: Point): void {
    const state = this.#store.getState();
    const frame = state.shown?.frame;
    const voi = voiOf(state);
    if (!frame || !voi) return;
    state.setInteracting(true);
    if (tool === 'window') {
      const range = frame.header.kind === 'rgb' ? 255 : frame.header.max - frame.header.min;
      this.#drag = { type: 'window', start: asWindow(voi, frame.header), range, from: at };
    } else if (tool === 'pan') this.#drag = { type: 'pan', last: at };
    else if (tool === 'zoom') this.#drag = { type: 'zoom', last: at, from: at };
    else if (tool === 'magnifier') {
      this.#drag = { type: 'magnifier' };
      state.setMagnifier(at);
    } else this.#beginLine(at);
  }

  /** Takes hold of the end of a line that is there, or starts a new one. */
  #beginLine(at: Point): void {
    const state = this.#store.getState();
    const map = this.#map();
    if (!map) return;
    for (const line of linesOf(state)) {
      for (const [end, other] of [
        ['from', 'to'],
        ['to', 'from'],
      ] as const) {
        const tip = apply(map, line[end]);
        if (Math.hypot(tip.x - at.x, tip.y - at.y) <= GRIP) {
          state.selectLine(line.id);
          this.#drag = { type: 'line', id: line.id, end, other: line[other], moved: true };
          return;
        }
      }
    }
    state.selectLine(null);
    this.#drag = { type: 'line', id: this.#nextLine, end: 'to', other: this.#inImage(at), moved: false };
    this.#nextLine += 1;
  }

  readonly #move = (event: PointerEvent): void => {
    const at = this.#place(event);
    if (this.#fingers.has(event.pointerId) && this.#fingers.size > 1) {
      this.#pinch(event.pointerId, at);
      return;
    }
    if (this.#drag && event.pointerId === this.#pointer) this.#continue(this.#drag, at, event.shiftKey);
    if (event.pointerType !== 'touch') this.#hover(at);
  };

  #continue(drag: Drag, at: Point, fine: boolean): void {
    const state = this.#store.getState();
    switch (drag.type) {
      case 'window':
        state.setWindow(dragWindow(drag.start, at.x - drag.from.x, at.y - drag.from.y, drag.range, fine));
        return;
      case 'pan': {
        const { last } = drag;
        state.changeView((view, shape, size) => panned(view, at.x - last.x, at.y - last.y, shape, size));
        drag.last = at;
        return;
      }
      case 'zoom':
        state.zoomBy(2 ** ((drag.last.y - at.y) / DOUBLING), drag.from);
        drag.last = at;
        return;
      case 'magnifier':
        state.setMagnifier(at);
        return;
      case 'line': {
        const tip = this.#inImage(at);
        const line: Line =
          drag.end === 'to' ? { id: drag.id, from: drag.other, to: tip } : { id: drag.id, from: tip, to: drag.other };
        drag.moved = true;
        state.putLine(line);
      }
    }
  }

  #pinch(pointer: number, at: Point): void {
    const before = [...this.#fingers.values()];
    this.#fingers.set(pointer, at);
    const after = [...this.#fingers.values()];
    const [a0, b0] = before;
    const [a1, b1] = after;
    if (!a0 || !b0 || !a1 || !b1) return;
    const middle = (one: Point, other: Point): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
    const from = middle(a0, b0);
    const to = middle(a1, b1);
    const grown = Math.hypot(a1.x - b1.x, a1.y - b1.y) / Math.max(Math.hypot(a0.x - b0.x, a0.y - b0.y), 1);
    this.#store
      .getState()
      .changeView((view, shape, size) =>
        zoomedAt(panned(view, to.x - from.x, to.y - from.y, shape, size), grown, to, shape, size),
      );
  }

  readonly #up = (event: PointerEvent): void => {
    this.#fingers.delete(event.pointerId);
    if (event.pointerId === this.#pointer || this.#fingers.size === 0) this.#finish();
  };

  #finish(): void {
    this.#drag = null;
    this.#pointer = null;
    const state = this.#store.getState();
    state.setMagnifier(null);
    state.setInteracting(false);
  }

  readonly #leave = (): void => {
    this.#store.getState().setHover(null);
  };

  readonly #wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const state = this.#store.getState();
    if (event.ctrlKey) {
      const delta = event.deltaMode === 0 ? event.deltaY : event.deltaY * 33;
      state.zoomBy(2 ** (-Math.sign(delta) * Math.min(Math.abs(delta), 100) * 0.0035), this.#place(event));
      return;
    }
    const { steps, carry } = wheelSteps(this.#carry, event.deltaY, event.deltaMode);
    this.#carry = carry;
    if (steps !== 0) state.step(steps);
  };

  #hover(at: Point): void {
    const state = this.#store.getState();
    const frame = state.shown?.frame;
    const map = this.#map();
    if (!frame || !map) return;
    const point = apply(inverse(map), at);
    const values = valueAt(frame, point.x, point.y);
    const hover = values ? { column: Math.floor(point.x), row: Math.floor(point.y), values } : null;
    if (hover || state.hover) state.setHover(hover);
  }

  #map(): ReturnType<typeof imageToScreen> | null {
    const state = this.#store.getState();
    const frame = state.shown?.frame;
    return frame ? imageToScreen(lookOf(state).view, frame.header, state.size) : null;
  }

  #inImage(at: Point): Point {
    const map = this.#map();
    const frame = this.#store.getState().shown?.frame;
    return map && frame ? insideImage(apply(inverse(map), at), frame.header) : at;
  }

  #place(event: MouseEvent): Point {
    const box = this.#element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
}
