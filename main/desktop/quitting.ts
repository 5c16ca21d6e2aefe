import { app, dialog, powerMonitor, type BrowserWindow } from 'electron';
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
  /** Pictures in the window that are not in the archive yet. */
  readonly unsaved: () => number;
  /** The archive is closed; this is the last thing that happens. */
  readonly onEnd: () => void;
}

/**
 * Quitting: asks first while an import or export is running or a picture is not stored yet, then closes the archive in order. A person who pulls the plug
 * loses nothing either; closing only makes the next start quicker. Answers what guards a window: closing it is quitting, and
 * it stays until the question is answered.
 */
export function guardQuitting(parts: QuitParts): (window: BrowserWindow) => void {
  let closed = false;
  let quitting: Promise<void> | undefined;
  const quit = async (mayAsk: boolean): Promise<void> => {
    if (mayAsk && !(await mayQuit(parts))) return;
    // Nobody looks any more: pictures that are still being loaded are not asked of an archive that closes.
    const window = parts.window();
    window?.hide();
    window?.webContents.stop();
    await parts.archive.end();
    closed = true;
    parts.onEnd();
    app.quit();
  };
  const begin = (mayAsk: boolean): void => {
    quitting ??= quit(mayAsk).finally(() => (quitting = undefined));
  };
  app.on('before-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    begin(true);
  });
  // The system waits only a moment, and nobody is there to answer.
  powerMonitor.on('shutdown', () => begin(false));
  app.on('window-all-closed', () => app.quit());
  return (window) => {
    window.on('close', (event) => {
      if (closed) return;
      event.preventDefault();
      begin(true);
    });
    window.on('session-end', () => begin(false));
  };
}

async function mayQuit(parts: QuitParts): Promise<boolean> {
  const window = parts.window();
  const unsaved = parts.unsaved() > 0;
  if ((parts.running().length === 0 && !unsaved) || !window) return true;
  const say = words[parts.language()];
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: unsaved ? say.notStored : say.stillRunning,
    detail: unsaved ? say.notStoredMore : say.stillRunningMore,
    buttons: unsaved ? [say.goBack, say.loseAndQuit] : [say.keepRunning, say.stopAndQuit],
    defaultId: 0,
    cancelId: 0,
  });
  return response === 1;
}
