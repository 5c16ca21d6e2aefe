import { useVirtualizer } from '@tanstack/react-virtual';
import type { VirtualItem } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import type { Pages } from './pages';

export interface Lines {
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** The lines that exist now: those in view and a few around them. */
  readonly lines: readonly VirtualItem[];
  /** Height of all lines together, in CSS pixels. */
  readonly size: number;
  /** The first and last row in view. */
  readonly first: number;
  readonly last: number;
  readonly scrollTo: (line: number) => void;
}

interface Options {
  readonly total: number | null;
  readonly height: number;
  /** Rows beside one another in a line. */
  readonly columns?: number;
}

/** A long list of which only what is in view is drawn and fetched. */
export function useLines<T>(pages: Pages<T>, { total, height, columns = 1 }: Options): Lines {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- its answers are read anew at every drawing, nothing is kept
  const virtual = useVirtualizer({
    count: Math.ceil((total ?? 0) / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 4,
  });
  const lines = virtual.getVirtualItems();
  const first = (lines[0]?.index ?? 0) * columns;
  const last = ((lines[lines.length - 1]?.index ?? 0) + 1) * columns - 1;
  useEffect(() => virtual.measure(), [virtual, height]);
  useEffect(() => pages.view(first, last), [pages, first, last]);
  return {
    scroller,
    lines,
    size: virtual.getTotalSize(),
    first,
    last,
    scrollTo: (line) => virtual.scrollToIndex(line, { align: 'auto' }),
  };
}
