import { create } from 'zustand';
import { navigate } from '../../app/router';

/** Files and folders that were chosen or dropped and wait for 'start'. */
export const usePending = create<{ readonly paths: readonly string[] }>()(() => ({ paths: [] }));

/** Adds to what waits, each path once, and shows it. */
export function offer(paths: readonly string[]): void {
  if (paths.length === 0) return;
  usePending.setState((state) => ({ paths: [...new Set([...state.paths, ...paths])] }));
  navigate({ screen: 'import' });
}

/** The last part of a path, on any system. */
export function tail(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).pop() ?? path;
}
