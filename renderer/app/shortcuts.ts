import { useEffect } from 'react';
import { create } from 'zustand';
import { navigate } from './router';
import type { Route } from './router';

/** Whether the list of shortcuts is shown. */
export const useShortcutList = create<{ readonly open: boolean }>()(() => ({ open: false }));

/** Alt and a digit lead to the screens of the rail, in its order. */
export const screenKeys: readonly { readonly key: string; readonly route: Route }[] = [
  { key: '1', route: { screen: 'patients' } },
  { key: '2', route: { screen: 'images' } },
  { key: '3', route: { screen: 'capture' } },
  { key: '4', route: { screen: 'import' } },
  { key: '5', route: { screen: 'export' } },
  { key: '6', route: { screen: 'sending' } },
  { key: '7', route: { screen: 'manage' } },
  { key: '8', route: { screen: 'settings' } },
  { key: '9', route: { screen: 'help' } },
];

/** Whether keys are being typed into something, so that letters are not commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['radio', 'checkbox', 'button', 'submit'].includes(target.type);
  return target.isContentEditable || target.tagName === 'TEXTAREA' || target.closest('[role="spinbutton"]') !== null;
}

/** Whether something lies over the screens (a dialog, a menu, the viewer): keys are meant for that then. */
export function isCovered(): boolean {
  const main = document.getElementById('main');
  return main !== null && main.closest('[inert], [aria-hidden="true"]') !== null;
}

/** The keys that work on every screen. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isCovered()) return;
      const screen = event.altKey && !event.ctrlKey ? screenKeys.find(({ key }) => key === event.key) : undefined;
      const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !isTyping(event.target);
      if (screen) navigate(screen.route);
      else if (plain && event.key === '?') useShortcutList.setState({ open: true });
      else if ((plain && event.key === '/') || (event.ctrlKey && event.key === 'k')) navigate({ screen: 'patients' });
      else if (plain && event.key === 'n') navigate({ screen: 'register' });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
