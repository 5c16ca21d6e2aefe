import { create } from 'zustand';
import type { Basket } from './exportBasket';
import { navigate } from './router';

/** What the screen "Send" is to put into the outbox; null until something was chosen. */
export const useSendBasket = create<{ readonly basket: Basket | null }>()(() => ({ basket: null }));

/** Brings a choice to the screen "Send". */
export function sendThese(basket: Basket): void {
  useSendBasket.setState({ basket });
  navigate({ screen: 'send' });
}
