import { useEffect, type RefObject } from 'react';
import { commandOf, type Command, type CommandId } from '../data/commands';
import { rateOf, type Tool, type ViewerState, type ViewerStore } from '../data/store';
import { panned, turned } from '../math/transform';

const PAN_STEP = 48;
export const ZOOM_STEP = 1.25;

const TOOLS = {
  toolWindow: 'window',
  toolPan: 'pan',
  toolZoom: 'zoom',
  toolLength: 'length',
  toolMagnifier: 'magnifier',
} as const satisfies Partial<Record<CommandId, Tool>>;

const TURNS = {
  rotateRight: 'right',
  rotateLeft: 'left',
  flipHorizontal: 'horizontal',
  flipVertical: 'vertical',
} as const;

/** Does what a command says. `close` decides itself what Escape closes. */
export function perform(command: Command, state: ViewerState, close: () => void): void {
  if (command.id === 'preset') {
    state.chooseByKey(command.key);
    return;
  }
  const pan = (dx: number, dy: number): void => {
    state.changeView((view, shape, size) => panned(view, dx, dy, shape, size));
  };
  switch (command.id) {
    case 'toolWindow':
    case 'toolPan':
    case 'toolZoom':
    case 'toolLength':
    case 'toolMagnifier':
      state.setTool(TOOLS[command.id]);
      return;
    case 'rotateRight':
    case 'rotateLeft':
    case 'flipHorizontal':
    case 'flipVertical': {
      const change = TURNS[command.id];
      state.changeView((view) => turned(view, change));
      return;
    }
    case 'invert':
      state.toggleInvert();
      return;
    case 'fit':
      state.fit();
      return;
    case 'oneToOne':
      state.oneToOne();
      return;
    case 'zoomIn':
      state.zoomBy(ZOOM_STEP);
      return;
    case 'zoomOut':
      state.zoomBy(1 / ZOOM_STEP);
      return;
    case 'reset':
      state.reset();
      return;
    case 'previous':
      state.step(-1);
      return;
    case 'next':
      state.step(1);
      return;
    case 'tenBack':
      state.step(-10);
      return;
    case 'tenOn':
      state.step(10);
      return;
    case 'first':
      state.goTo(0);
      return;
    case 'last':
      state.goTo(state.stack.length - 1);
      return;
    case 'panLeft':
      pan(-PAN_STEP, 0);
      return;
    case 'panRight':
      pan(PAN_STEP, 0);
      return;
    case 'panUp':
      pan(0, -PAN_STEP);
      return;
    case 'panDown':
      pan(0, PAN_STEP);
      return;
    case 'play':
      state.setPlaying(!state.playing);
      return;
    case 'slower':
      state.setRate(rateOf(state) - 1);
      return;
    case 'faster':
      state.setRate(rateOf(state) + 1);
      return;
    case 'overlay':
      state.toggle('overlay');
      return;
    case 'tags':
      state.toggle('tagsOpen');
      return;
    case 'smooth':
      state.toggle('smooth');
      return;
    case 'help':
      state.toggle('helpOpen');
      return;
    case 'deleteLine':
      deleteLine(state);
      return;
    case 'close':
      close();
  }
}

function deleteLine(state: ViewerState): void {
  if (state.selectedLine !== null) state.removeLine(state.selectedLine);
}

const MOVING = /^(?:Arrow|Page|Home$|End$)/;

/** Whether the element under the focus uses this key itself. */
function isTaken(event: KeyboardEvent, target: Element): boolean {
  if (event.key === 'Escape') return false;
  if (target instanceof HTMLInputElement && target.type !== 'range') return true;
  if (target.closest('[data-own-keys]')) return MOVING.test(event.key);
  if (target instanceof HTMLInputElement) return MOVING.test(event.key);
  return target.closest('[role="toolbar"]') !== null && /^Arrow(?:Left|Right)$/.test(event.key);
}

/** Keys of the viewer, wherever in it the focus is; the space bar held down pans. */
export function useKeys(
  root: RefObject<HTMLElement | null>,
  surface: RefObject<HTMLElement | null>,
  store: ViewerStore,
  close: () => void,
): void {
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const down = (event: KeyboardEvent): void => {
      const { target } = event;
      if (!(target instanceof Element) || isTaken(event, target)) return;
      if (event.key === ' ' && target === surface.current) {
        store.getState().setPanHeld(true);
        event.preventDefault();
        return;
      }
      const command = commandOf(event, document.documentElement.dir === 'rtl');
      if (!command) return;
      event.preventDefault();
      event.stopPropagation();
      perform(command, store.getState(), () => {
        const state = store.getState();
        if (state.tagsOpen && target.closest('[data-own-keys]')) {
          state.toggle('tagsOpen');
          surface.current?.focus();
        } else if (state.selectedLine !== null) state.selectLine(null);
        else close();
      });
    };
    const release = (event: Event): void => {
      if (event instanceof KeyboardEvent && event.key !== ' ') return;
      store.getState().setPanHeld(false);
    };
    element.addEventListener('keydown', down, true);
    element.addEventListener('keyup', release, true);
    window.addEventListener('blur', release);
    return () => {
      element.removeEventListener('keydown', down, true);
      element.removeEventListener('keyup', release, true);
      window.removeEventListener('blur', release);
    };
  }, [root, surface, store, close]);
}
