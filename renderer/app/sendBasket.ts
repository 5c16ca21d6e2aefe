import { create } from 'zustand';
import type { AttachmentKey, PatientKey } from '@shared/model/ids';
import type { Basket } from './exportBasket';
import { navigate } from './router';

/** Files of one patient that are to be sent. */
export interface FilesToSend {
  readonly patient: PatientKey;
  readonly attachments: readonly AttachmentKey[];
}

/** What the screen "Send" is to put into the outbox; null until something was chosen. */
export const useSendBasket = create<{ readonly basket: Basket | null; readonly files: FilesToSend | null }>()(() => ({
  basket: null,
  files: null,
}));

/** Forgets what was chosen. */
export function emptySendBasket(): void {
  useSendBasket.setState({ basket: null, files: null });
}

/** Brings a choice to the screen "Send". */
export function sendThese(basket: Basket): void {
  useSendBasket.setState({ basket, files: null });
  navigate({ screen: 'send' });
}

/** Brings files of a patient to the screen "Send". */
export function sendFiles(files: FilesToSend): void {
  useSendBasket.setState({ basket: {}, files });
  navigate({ screen: 'send' });
}
