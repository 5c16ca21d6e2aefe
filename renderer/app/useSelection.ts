import { useCallback, useRef, useState } from 'react';
import type { ImageId } from '@shared/model/ids';

export interface Selection {
  readonly chosen: ReadonlySet<ImageId>;
  /** Adds or removes one; with `range` everything from the one touched before. */
  readonly toggle: (image: ImageId, order: readonly ImageId[], range: boolean) => void;
  readonly choose: (images: readonly ImageId[]) => void;
  readonly clear: () => void;
}

/** Which images are ticked on a screen. */
export function useSelection(): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<ImageId>>(new Set());
  const anchor = useRef<ImageId | null>(null);
  const toggle = useCallback((image: ImageId, order: readonly ImageId[], range: boolean) => {
    const from = anchor.current === null ? -1 : order.indexOf(anchor.current);
    const to = order.indexOf(image);
    anchor.current = image;
    setChosen((before) => {
      const now = new Set(before);
      if (range && from >= 0 && to >= 0) {
        for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1)) now.add(between);
      } else if (!now.delete(image)) now.add(image);
      return now;
    });
  }, []);
  const choose = useCallback(
    (images: readonly ImageId[]) => setChosen((before) => new Set([...before, ...images])),
    [],
  );
  const clear = useCallback(() => setChosen(new Set()), []);
  return { chosen, toggle, choose, clear };
}
