import { create } from 'zustand';
import { contextNow, useTarget } from '../../app/target';
import type { Target } from '../../app/target';
import type { Picture } from './shoot';
import { keep } from './shots';

/** The picture that was taken and is looked at: neither kept nor let go yet. */
export interface Pending {
  readonly picture: Picture;
  readonly url: string;
  readonly camera: string;
  /** Whose it is and of what kind, as it was when the screen was left. */
  readonly target: Target;
}

interface State {
  readonly pending: Pending | null;
  /** For whom pictures were to be taken when an older one turned out to be still waiting. */
  readonly resume: Target | null;
}

/** Lives outside the screen: a picture that was taken is still there when the person comes back. */
export const usePending = create<State>()(() => ({ pending: null, resume: null }));

/** Holds a picture until the person has decided. */
export function hold(picture: Picture, camera: string): void {
  usePending.setState({
    pending: { picture, camera, url: URL.createObjectURL(picture.blob), target: useTarget.getState() },
  });
}

/** Keeps it for the person and kind shown now; from here on it is among the shots, where it says when it is stored. */
export function keepPending(): void {
  const { pending } = usePending.getState();
  if (!pending) return;
  void keep(pending.picture, contextNow(), pending.camera);
  settle(pending);
}

/** Lets it go, to take another one. */
export function retake(): void {
  const { pending } = usePending.getState();
  if (pending) settle(pending);
}

function settle(pending: Pending): void {
  URL.revokeObjectURL(pending.url);
  const { resume } = usePending.getState();
  if (resume) useTarget.setState(resume);
  usePending.setState({ pending: null, resume: null });
}

/** The screen is left: notes for whom the waiting picture is. */
export function leavePending(): void {
  const { pending } = usePending.getState();
  if (pending) usePending.setState({ pending: { ...pending, target: useTarget.getState() } });
}

/** The screen is open again: a picture that still waits is shown with the person it was taken of, whoever is next. */
export function returnToPending(): void {
  const { pending } = usePending.getState();
  const now = useTarget.getState();
  if (!pending || pending.target.patient === now.patient) return;
  usePending.setState({ resume: now });
  useTarget.setState(pending.target);
}
