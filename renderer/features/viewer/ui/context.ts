import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { Session } from '../data/session';
import type { ViewerState, ViewerStore } from '../data/store';

/** What the parts of one open viewer share. */
export interface ViewerParts {
  readonly store: ViewerStore;
  readonly retry: Session['retry'];
  readonly close: () => void;
  /** Has the window for itself; a part of a screen is not closed by itself. */
  readonly whole: boolean;
}

export const ViewerContext = createContext<ViewerParts | null>(null);

/** The parts of the viewer around this component. */
export function useParts(): ViewerParts {
  const parts = useContext(ViewerContext);
  if (!parts) throw new Error('Used outside a viewer');
  return parts;
}

/** A piece of the viewer's state. */
export function useViewer<T>(select: (state: ViewerState) => T): T {
  return useStore(useParts().store, select);
}
