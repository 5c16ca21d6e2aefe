import { create } from 'zustand';
import type { ErrorCode } from '@shared/errors';
import { asFieldboxError, errorSentence } from '@shared/errors';
import { currentLanguage } from './i18n';

export interface Toast {
  readonly id: number;
  readonly tone: 'success' | 'info' | 'warning' | 'error';
  readonly text: string;
  readonly code?: ErrorCode;
  readonly action?: { readonly label: string; readonly run: () => void };
}

export const useToasts = create<{ readonly toasts: readonly Toast[] }>()(() => ({ toasts: [] }));

let nextId = 1;

/** How long an outcome is shown, in milliseconds; errors stay until they are closed. */
const SHOWN = { success: 6000, info: 6000, warning: 15_000 } as const;
/** What offers a way back is shown at least this long. */
const SHOWN_WITH_ACTION = 15_000;

/** Tells an outcome. What it tells can be found on its own screen afterwards; only errors stay until they are closed. */
export function say(toast: Omit<Toast, 'id'>): void {
  const id = nextId++;
  useToasts.setState((state) => ({
    toasts: [...state.toasts.filter((shown) => shown.text !== toast.text).slice(-2), { ...toast, id }],
  }));
  if (toast.tone === 'error') return;
  window.setTimeout(() => dismiss(id), toast.action ? SHOWN_WITH_ACTION : SHOWN[toast.tone]);
}

/** Tells an error in the person's language. */
export function sayError(thrown: unknown): void {
  const error = asFieldboxError(thrown);
  if (error.code === 'INTERNAL') console.error(error);
  say({ tone: 'error', text: errorSentence(error.code, error.details, currentLanguage()), code: error.code });
}

/**
 * Tells why something failed that nobody asked for, such as reading anew what has changed. That the archive is closed is told by
 * the screen of a closed archive, and whatever opens next is read anew.
 */
export function sayUnasked(thrown: unknown): void {
  if (asFieldboxError(thrown).code !== 'ARCHIVE_CLOSED') sayError(thrown);
}

export function dismiss(id: number): void {
  useToasts.setState((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
}
