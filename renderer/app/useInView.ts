import { useEffect, useRef, useState } from 'react';
import type { RefObject } from 'react';

/** Whether an element has come into view (or nearly); once it has, it stays so. */
export function useInView<T extends Element>(): readonly [RefObject<T | null>, boolean] {
  const element = useRef<T>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (!target || seen) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setSeen(true),
      {
        rootMargin: '400px',
      },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [seen]);
  return [element, seen];
}
