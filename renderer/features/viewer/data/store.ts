import { createStore, type StoreApi } from 'zustand/vanilla';
import type { FieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import type { Frame } from './frameCodec';
import { PLAIN_LOOK, resolveVoi, type Look } from './look';
import { clampRate, USUAL_RATE } from '../math/cine';
import type { Line } from '../math/measure';
import { voiOfChoice, windowChoices, type WindowChoice } from '../math/presets';
import { Stack, type Place } from '../math/stack';
import * as geometry from '../math/transform';
import type { Point, Size, View } from '../math/transform';
import type { Voi } from '../math/voi';

export type Tool = 'window' | 'pan' | 'zoom' | 'length' | 'magnifier';

/** What is on the screen now; it may lag behind `position` while a frame is on its way. */
export interface Shown {
  readonly place: Place;
  readonly frame: Frame | null;
  readonly error: FieldboxError | null;
}

/** Under the mouse: the pixel and its value (one number, or red, green and blue). */
export interface Hover {
  readonly column: number;
  readonly row: number;
  readonly values: readonly number[];
}

export interface ViewerState {
  readonly stack: Stack;
  readonly position: number;
  readonly direction: 1 | -1;
  readonly shown: Shown | null;
  readonly looks: Readonly<Record<string, Look>>;
  readonly ranges: Readonly<Record<string, { min: number; max: number }>>;
  readonly lines: Readonly<Record<string, readonly Line[]>>;
  readonly selectedLine: number | null;
  readonly tool: Tool;
  readonly overlay: boolean;
  readonly smooth: boolean;
  readonly tagsOpen: boolean;
  readonly helpOpen: boolean;
  readonly playing: boolean;
  readonly rates: Readonly<Record<ImageId, number>>;
  readonly size: Size;
  readonly devicePixelRatio: number;
  readonly interacting: boolean;
  readonly magnifier: Point | null;
  /** The space bar is down: the left button pans. */
  readonly panHeld: boolean;
  readonly hover: Hover | null;

  readonly goTo: (position: number) => void;
  readonly step: (by: number) => void;
  readonly shownIs: (shown: Shown) => void;
  readonly setWindow: (voi: Voi) => void;
  readonly choose: (choice: WindowChoice) => void;
  readonly chooseByKey: (key: string) => void;
  readonly toggleInvert: () => void;
  readonly changeView: (change: (view: View, shape: geometry.Shape, size: Size) => View) => void;
  readonly zoomBy: (factor: number, at?: Point) => void;
  readonly fit: () => void;
  readonly oneToOne: () => void;
  readonly reset: () => void;
  readonly setTool: (tool: Tool) => void;
  readonly toggle: (what: 'overlay' | 'smooth' | 'tagsOpen' | 'helpOpen') => void;
  readonly setPlaying: (playing: boolean) => void;
  readonly setRate: (rate: number) => void;
  readonly rateOfFileIs: (image: ImageId, rate: number) => void;
  readonly setSize: (size: Size, devicePixelRatio: number) => void;
  readonly setInteracting: (interacting: boolean) => void;
  readonly setMagnifier: (at: Point | null) => void;
  readonly setPanHeld: (held: boolean) => void;
  readonly setHover: (hover: Hover | null) => void;
  readonly putLine: (line: Line) => void;
  readonly removeLine: (id: number | null) => void;
  readonly selectLine: (id: number | null) => void;
}

export type ViewerStore = StoreApi<ViewerState>;

/** Looks belong to a series and to gray or colour, so that a window for one never falls on the other. */
function lookKey(shown: Shown): string {
  return `${shown.place.row.seriesKey}/${shown.frame?.header.kind ?? 'none'}`;
}

/** How the shown images are to look. */
export function lookOf(state: ViewerState): Look {
  return (state.shown && state.looks[lookKey(state.shown)]) ?? PLAIN_LOOK;
}

/** The VOI step in force, or null while nothing is shown. */
export function voiOf(state: ViewerState): Voi | null {
  const { shown } = state;
  if (!shown?.frame) return null;
  const { header } = shown.frame;
  return resolveVoi(lookOf(state), header, state.ranges[lookKey(shown)] ?? header);
}

/** Key under which the lines of the shown frame are kept. */
export function linesKey(shown: Shown): string {
  return `${shown.place.row.image}/${shown.place.frame}`;
}

const NO_LINES: readonly Line[] = [];

/** The lines drawn on the shown frame. */
export function linesOf(state: ViewerState): readonly Line[] {
  return (state.shown && state.lines[linesKey(state.shown)]) ?? NO_LINES;
}

/** The view of the shown frame with scale and pan worked out. */
export function viewOf(state: ViewerState): View {
  const { view } = lookOf(state);
  return state.shown?.frame ? geometry.settled(view, state.shown.frame.header, state.size) : view;
}

/** Frames a second for the shown image. */
export function rateOf(state: ViewerState): number {
  return (state.shown && state.rates[state.shown.place.row.image]) ?? USUAL_RATE;
}

/** The state of one open viewer. Everything that changes it is here; nothing here touches the page. */
export function createViewerStore(images: readonly ImageRow[], startImage: ImageId): ViewerStore {
  const stack = new Stack(images);
  return createStore<ViewerState>()((set, get) => {
    const changeLook = (change: (look: Look) => Partial<Look>): void => {
      set((state) => {
        if (!state.shown) return state;
        const look = lookOf(state);
        return { looks: { ...state.looks, [lookKey(state.shown)]: { ...look, ...change(look) } } };
      });
    };
    return {
      stack,
      position: stack.positionOf(startImage),
      direction: 1,
      shown: null,
      looks: {},
      ranges: {},
      lines: {},
      selectedLine: null,
      tool: 'window',
      overlay: true,
      smooth: false,
      tagsOpen: false,
      helpOpen: false,
      playing: false,
      rates: {},
      size: { width: 0, height: 0 },
      devicePixelRatio: 1,
      interacting: false,
      magnifier: null,
      panHeld: false,
      hover: null,

      goTo: (position) => {
        set((state) => {
          const place = state.stack.at(position);
          if (!place || place.position === state.position) return state;
          return { position: place.position, direction: place.position > state.position ? 1 : -1 };
        });
      },
      step: (by) => {
        get().goTo(get().position + by);
      },
      shownIs: (shown) => {
        set((state) => {
          const same = state.shown !== null && linesKey(state.shown) === linesKey(shown);
          const ranges = { ...state.ranges };
          if (shown.frame) ranges[lookKey(shown)] ??= { min: shown.frame.header.min, max: shown.frame.header.max };
          return { shown, ranges, selectedLine: same ? state.selectedLine : null, hover: null, magnifier: null };
        });
      },
      setWindow: (voi) => {
        changeLook(() => ({ window: { type: 'fixed', voi, choice: null } }));
      },
      choose: (choice) => {
        const frame = get().shown?.frame;
        if (!frame) return;
        changeLook(() => {
          if (choice.id === 'default') return { window: { type: 'default' } };
          if ('index' in choice) return { window: { type: 'file', index: choice.index } };
          const voi = voiOfChoice(choice, frame.header, frame.samples);
          return { window: { type: 'fixed', voi, choice: choice.id } };
        });
      },
      chooseByKey: (key) => {
        const { shown, choose } = get();
        if (!shown?.frame) return;
        const found = windowChoices(shown.frame.header, shown.place.row.Modality).find((choice) => choice.key === key);
        if (found) choose(found);
      },
      toggleInvert: () => {
        changeLook((look) => ({ invert: !look.invert }));
      },
      changeView: (change) => {
        const { shown, size } = get();
        const header = shown?.frame?.header;
        if (header) changeLook((look) => ({ view: change(look.view, header, size) }));
      },
      zoomBy: (factor, at) => {
        get().changeView((view, shape, size) =>
          geometry.zoomedAt(view, factor, at ?? { x: size.width / 2, y: size.height / 2 }, shape, size),
        );
      },
      fit: () => {
        changeLook(({ view }) => ({ view: { ...view, fit: true } }));
      },
      oneToOne: () => {
        changeLook(({ view }) => ({ view: geometry.oneToOne(view, get().devicePixelRatio) }));
      },
      reset: () => {
        changeLook(() => PLAIN_LOOK);
      },
      setTool: (tool) => {
        set({ tool, magnifier: null });
      },
      toggle: (what) => {
        set((state) => ({ [what]: !state[what] }));
      },
      setPlaying: (playing) => {
        set({ playing });
      },
      setRate: (rate) => {
        set(({ shown, rates }) => (shown ? { rates: { ...rates, [shown.place.row.image]: clampRate(rate) } } : {}));
      },
      rateOfFileIs: (image, rate) => {
        set(({ rates }) => (rates[image] === undefined ? { rates: { ...rates, [image]: rate } } : {}));
      },
      setSize: (size, devicePixelRatio) => {
        set({ size, devicePixelRatio });
      },
      setInteracting: (interacting) => {
        if (get().interacting !== interacting) set({ interacting });
      },
      setMagnifier: (magnifier) => {
        set({ magnifier });
      },
      setPanHeld: (panHeld) => {
        set({ panHeld });
      },
      setHover: (hover) => {
        set({ hover });
      },
      putLine: (line) => {
        set((state) => {
          if (!state.shown) return state;
          const key = linesKey(state.shown);
          const others = (state.lines[key] ?? NO_LINES).filter((other) => other.id !== line.id);
          return { lines: { ...state.lines, [key]: [...others, line] }, selectedLine: line.id };
        });
      },
      removeLine: (id) => {
        set((state) => {
          if (!state.shown) return state;
          const key = linesKey(state.shown);
          const kept = id === null ? NO_LINES : (state.lines[key] ?? NO_LINES).filter((line) => line.id !== id);
          return { lines: { ...state.lines, [key]: kept }, selectedLine: null };
        });
      },
      selectLine: (id) => {
        set({ selectedLine: id });
      },
    };
  });
}
