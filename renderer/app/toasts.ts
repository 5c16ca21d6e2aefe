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

/** Tells an outcome. Good news leaves by itself; warnings and errors stay until they are closed. */
export function say(toast: Omit<Toast, 'id'>): void {
  const id = nextId++;
  useToasts.setState((state) => ({
    toasts: [...state.toasts.filter((shown) => shown.text !== toast.text).slice(-3), { ...toast, id }],
  }));
  if (toast.tone === 'success' || toast.tone === 'info') window.setTimeout(() => dismiss(id), 8000);
}

/** Tells an error in the person's language. */
export function sayError(thrown: unknown): void {
  const error = asFieldboxError(thrown);
  if (error.code === 'INTERNAL') console.error(error);
  say({ tone: 'error', text: errorSentence(error.code, error.details, currentLanguage()), code: error.code });
}

export function dismiss(id: number): void {
  useToasts.setState((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) }));
}
