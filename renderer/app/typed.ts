import { create } from 'zustand';
import { unsavedPictures } from '../features/capture/unsaved';

/** Whether something was typed or chosen on the present screen since it was opened. */
export const useTyped = create<{ readonly typed: boolean }>()(() => ({ typed: false }));

/** What does not count: searching, and the lock screen's own fields. */
const NO_WORK = '[type="search"], [type="password"], [data-no-work] *';

/** Follows what is typed; a form that was saved or given up leads to another screen, which begins anew. */
export function watchTyping(): void {
  const note = (event: Event): void => {
    if (event.target instanceof Element && !event.target.matches(NO_WORK)) useTyped.setState({ typed: true });
  };
  document.addEventListener('input', note, true);
  window.addEventListener('hashchange', () => useTyped.setState({ typed: false }));
}

export interface UnsavedWork {
  readonly pictures: number;
  readonly form: boolean;
}

/** What only the window has; null when there is nothing. */
export function unsavedWork(): UnsavedWork | null {
  const work = { pictures: unsavedPictures(), form: useTyped.getState().typed };
  return work.pictures > 0 || work.form ? work : null;
}
