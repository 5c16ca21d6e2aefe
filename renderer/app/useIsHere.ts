import { type RefObject, useEffect, useRef } from 'react';

/**
 * Whether the part of the screen is still shown: for what comes back after it was left, which must not lead anybody away from where
 * they have gone meanwhile.
 */
export function useIsHere(): RefObject<boolean> {
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  return isHere;
}
