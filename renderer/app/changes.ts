import { create } from 'zustand';
import { isShut } from './door';
import { refreshStatus } from './session';
import { sayUnasked } from './toasts';

/** A counter that moves when the catalogue changed; open lists ask again. Bursts are joined. */
export const useChanges = create<{ readonly count: number }>()(() => ({ count: 0 }));

let timer: number | null = null;

/** Notes that something in the catalogue changed; lists are told at most about once a second. */
export function noteChange(): void {
  if (timer !== null) return;
  timer = window.setTimeout(() => {
    timer = null;
    useChanges.setState((state) => ({ count: state.count + 1 }));
    if (!isShut()) refreshStatus().catch(sayUnasked);
  }, 800);
}
