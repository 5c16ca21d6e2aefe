import { unsavedPictures } from '../features/capture/unsaved';

/** What was typed into or chosen in since the window was opened, as far as it is still there. */
const touched = new Set<Element>();

/** What does not count: searching, and what lies on the lock screen or only narrows a list. */
const NO_WORK = '[type="search"], [data-no-work] *';

/** Follows what is typed into forms. A form that was saved or given up is gone from the page, and so are its fields. */
export function watchTyping(): void {
  const note = (event: Event): void => {
    const { target } = event;
    if (!(target instanceof Element) || target.matches(NO_WORK)) return;
    for (const element of touched) if (!element.isConnected) touched.delete(element);
    touched.add(target);
  };
  // Parts of dates are no inputs: they say only what is about to be typed.
  for (const type of ['input', 'beforeinput'] as const) document.addEventListener(type, note, true);
}

function holdsSomething(element: Element): boolean {
  return element.isConnected && !(element instanceof HTMLInputElement && element.value === '');
}

export interface UnsavedWork {
  readonly pictures: number;
  readonly form: boolean;
}

/** What only the window has; null when there is nothing. */
export function unsavedWork(): UnsavedWork | null {
  const work = { pictures: unsavedPictures(), form: [...touched].some(holdsSomething) };
  return work.pictures > 0 || work.form ? work : null;
}

/** The screens begin anew: nothing on them was typed by whoever is next. */
export function forgetTyping(): void {
  touched.clear();
}
