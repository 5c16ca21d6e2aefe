import { ask } from '../../app/api';
import { sayError } from '../../app/toasts';
import { usePending } from './pending';
import { useShots } from './shots';

/** Pictures that only the window has: looked at and not decided, on their way to the archive, or refused by it. */
export function unsavedPictures(): number {
  const waiting = useShots.getState().shots.filter((shot) => shot.state !== 'stored').length;
  return waiting + (usePending.getState().pending ? 1 : 0);
}

/** Tells the shell whenever that number changes, so that closing the window asks about them. */
export function watchUnsaved(): void {
  let told = -1;
  const tell = (): void => {
    const pictures = unsavedPictures();
    if (pictures === told) return;
    told = pictures;
    ask('window.unsaved', { pictures }).catch(sayError);
  };
  usePending.subscribe(tell);
  useShots.subscribe(tell);
  tell();
}
