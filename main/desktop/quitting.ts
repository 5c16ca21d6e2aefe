import { app, dialog, type BrowserWindow } from 'electron';
import type { Job } from '@shared/contract/archive';
import type { Language } from '@shared/errors';
import type { ArchiveSession } from './archive-session';
import { words } from './words';

export interface QuitParts {
  readonly archive: ArchiveSession;
  readonly window: () => BrowserWindow | null;
  readonly language: () => Language;
  /** Long tasks that are running now. */
  readonly running: () => readonly Job[];
}

/**
 * Quitting: asks first while an import or export is running, then closes the archive in order. A person who pulls the plug
 * loses nothing either; closing only makes the next start quicker.
 */
export function guardQuitting(parts: QuitParts): void {
  let closed = false;
  let asking = false;
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    void mayQuit(parts).then(async (yes) => {
      asking = false;
      if (!yes) return;
      await parts.archive.close();
      closed = true;
      app.quit();
    });
  });
  app.on('window-all-closed', () => app.quit());
}

async function mayQuit(parts: QuitParts): Promise<boolean> {
  const window = parts.window();
  if (parts.running().length === 0 || !window) return true;
  const say = words[parts.language()];
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: say.stillRunning,
    detail: say.stillRunningMore,
    buttons: [say.keepRunning, say.stopAndQuit],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
}
