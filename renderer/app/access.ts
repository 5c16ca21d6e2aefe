import { create } from 'zustand';
import type { EngineVerb } from '@shared/contract';
import type { AppInfo } from '@shared/contract/desktop';
import { leastRole, mayAs } from '@shared/contract/permissions';
import type { SessionState, UserRow } from '@shared/contract/users';
import type { UserKey } from '@shared/model/ids';
import { useAnonymiseBasket } from './anonymiseBasket';
import { ask } from './api';
import { forgetWaiting, openDoor, shutDoor } from './door';
import { useBasket } from './exportBasket';
import { adoptJobs } from './jobs';
import { refreshOutbox } from './outbox';
import { currentRoute, navigate } from './router';
import { dayIsPicked, refreshStatus, refreshVocabulary, useSession } from './session';
import { emptySendBasket } from './sendBasket';
import { useTarget } from './target';
import { say, sayError, sayUnasked, useToasts } from './toasts';
import { forgetTyping, unsavedWork } from './typed';
import { useViewing } from './viewing';
import { i18n } from './i18n';
import { useShots } from '../features/capture/shots';

interface Access {
  readonly state: SessionState | null;
  /** Everybody there ever was, for names beside what they did. */
  readonly people: readonly UserRow[];
  /** Moves when other screens begin for another person: nothing of the one before is left on them. */
  readonly sitting: number;
  /** Whose work is on the screens, also while nobody is in. */
  readonly owner: UserKey | null;
}

export const useAccess = create<Access>()(() => ({ state: null, people: [], sitting: 0, owner: null }));

/** The person who is coming in keeps the screens as they are. Set before signing in, since the news of it may come first. */
let keepsWork = false;

/** Whether somebody works at the screens now: signed in, or in an archive without people. */
export function isIn(state: SessionState | null): boolean {
  return state?.access === 'open' || state?.access === 'signedIn';
}

/** Whether the present person may do this; the engine decides, this only spares buttons that lead nowhere. */
export function useMay(verb: EngineVerb): boolean {
  const state = useAccess((access) => access.state);
  const least = leastRole[verb];
  return state?.access === 'open' || least === 'anyone' || (state?.user ? mayAs(state.user.role, least) : false);
}

/** The shown name of a person; empty when it is not known. */
export function useNameOf(user: UserKey | null): string {
  return useAccess((access) => access.people.find((row) => row.user === user)?.name ?? '');
}

export async function refreshPeople(): Promise<void> {
  useAccess.setState({ people: (await ask('users.list', {})).rows });
}

/** Reads what every screen needs, for whoever has come in. */
async function enter(): Promise<void> {
  await Promise.all([refreshVocabulary(), refreshStatus(), refreshPeople(), refreshOutbox()]);
  adoptJobs((await ask('jobs.list', {})).jobs);
  const { settings } = useSession.getState();
  if (settings && !dayIsPicked(settings) && currentRoute().screen === 'patients') navigate({ screen: 'day' });
}

/** Nothing of what a person had open is left: screens, choices, messages. */
function clearWork(): void {
  forgetWaiting();
  navigate({ screen: 'patients' }, { replace: true });
  useTarget.setState({ patient: null, unassigned: false, kind: null, archive: undefined });
  useBasket.setState({ basket: null });
  useAnonymiseBasket.setState({ basket: null });
  emptySendBasket();
  useViewing.setState({ images: [], start: null });
  useShots.setState((before) => ({ shots: before.shots.filter((shot) => shot.state !== 'stored'), stored: 0 }));
  useToasts.setState({ toasts: [] });
  forgetTyping();
  useAccess.setState(({ sitting }) => ({ sitting: sitting + 1, owner: null }));
}

/**
 * Follows how the window stands. The same person finds everything as it was. For another one the screens begin anew, unless the
 * work was taken over (the lock screen asks when there is any that is not saved).
 */
export async function adoptAccess(state: SessionState): Promise<void> {
  const { state: before, owner } = useAccess.getState();
  if (!isIn(state)) {
    useAccess.setState({ state });
    shutDoor();
    return;
  }
  const user = state.user?.user ?? null;
  if (owner !== null && owner !== user && !keepsWork) clearWork();
  useAccess.setState({ state, owner: user });
  openDoor();
  if (!isIn(before) || before?.user?.user !== user) await enter();
  else await refreshPeople();
}

/** Signs in by password or PIN; `takeOver`: the screens stay as the person before left them. */
export async function signIn(
  who: { readonly login: string; readonly password: string } | { readonly user: UserKey; readonly pin: string },
  takeOver: boolean,
): Promise<void> {
  keepsWork = takeOver;
  const { state } = useAccess.getState();
  const unlocks = state?.access === 'locked' && 'pin' in who && state.user?.user === who.user;
  try {
    if (unlocks) await adoptAccess(await ask('session.unlock', { secret: { way: 'pin', pin: who.pin } }));
    else if ('pin' in who) await adoptAccess(await ask('session.switch', { ...who, takeOver }));
    else await adoptAccess(await ask('session.signIn', { ...who, takeOver }));
  } finally {
    keepsWork = false;
  }
}

/** Locks the window; what is on it stays. */
export async function lock(): Promise<void> {
  await adoptAccess(await ask('session.lock', {}));
}

/** Signs out; with unsaved work on the screens it says so instead, since signing out would lose it. */
export async function signOut(): Promise<void> {
  if (unsavedWork()) say({ tone: 'warning', text: i18n.t('people.unsavedFirst') });
  else {
    const state = await ask('session.signOut', {});
    clearWork();
    await adoptAccess(state);
  }
}

/** Nothing is known any more of the archive that was open. */
function leaveArchive(): void {
  useSession.setState({ status: null, clinics: [], stations: [], kinds: [] });
  useAccess.setState({ state: null, people: [] });
}

/** The archive whose patients and images the screens show or hold on to, also while it is closed; null before the first. */
let onScreens: string | null = null;

/**
 * Adopts what the app says about itself; an open archive is read by whoever may, a closed one empties what was known. Another one
 * in its place does so too, and its screens begin anew: what was chosen is not in it.
 */
export async function adoptInfo({ archive, ...rest }: AppInfo): Promise<void> {
  const isOther = archive.state === 'open' && onScreens !== null && onScreens !== archive.path;
  if (isOther || archive.state === 'closed') leaveArchive();
  if (isOther) clearWork();
  if (archive.state === 'open') {
    onScreens = archive.path;
    await adoptAccess(await ask('session.current', {}));
  }
  useSession.setState({ info: { archive, ...rest }, ready: true });
}

/** Opens another archive that a person chooses; with unsaved work on the screens it says so instead, since they begin anew. */
export async function openOther(): Promise<void> {
  if (unsavedWork()) {
    say({ tone: 'warning', text: i18n.t('settings.unsavedFirst') });
    return;
  }
  const { folder } = await ask('dialog.archiveFolder', {});
  if (folder !== null) await adoptInfo(await ask('archive.open', { path: folder }));
}

/** The engine hears of a key or touch at most this often. */
const TOUCH_EVERY_MS = 15_000;

/** Tells the engine that somebody is here, and locks with Ctrl+L wherever the focus is. */
export function watchPresence(): void {
  let told = 0;
  const touch = (): void => {
    const now = Date.now();
    if (useAccess.getState().state?.access !== 'signedIn' || Math.abs(now - told) < TOUCH_EVERY_MS) return;
    told = now;
    ask('session.touch', {}).catch(sayUnasked);
  };
  for (const event of ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const)
    window.addEventListener(event, touch, { capture: true, passive: true });
  window.addEventListener(
    'keydown',
    (event) => {
      const isLock = event.ctrlKey && !event.altKey && !event.shiftKey && event.code === 'KeyL';
      if (!isLock || useAccess.getState().state?.access !== 'signedIn') return;
      event.preventDefault();
      event.stopPropagation();
      lock().catch(sayError);
    },
    true,
  );
}
