import { ipcMain, type WebContents } from 'electron';
import type { EventName, EventPayload, WireAnswer } from '@shared/contract';
import { FieldboxError } from '@shared/errors';
import { isOwnPage } from './page-policy';

/** Binds the verbs to the window. Only the app's own page is answered. */
export function bindBridge(dispatch: (verb: unknown, input: unknown) => Promise<WireAnswer>): void {
  ipcMain.handle('fieldbox:verb', async (event, verb: unknown, input: unknown): Promise<WireAnswer> => {
    if (!event.senderFrame || !isOwnPage(event.senderFrame.url)) {
      const { code, number, message } = new FieldboxError('BAD_REQUEST', { what: 'sender' }).toJSON();
      return { ok: false, error: { code, number, details: {}, message } };
    }
    return dispatch(verb, input);
  });
}

/** Sends an event to the window. */
export function sendEvent<E extends EventName>(contents: WebContents, event: E, payload: EventPayload<E>): void {
  if (!contents.isDestroyed()) contents.send('fieldbox:event', event, payload);
}
