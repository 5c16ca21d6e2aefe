import { create } from 'zustand';
import type { Basket } from './exportBasket';
import { navigate } from './router';

/** What the screen "Anonymise" is to work on; null until something was chosen. */
export const useAnonymiseBasket = create<{ readonly basket: Basket | null }>()(() => ({ basket: null }));

/** Brings a choice to the screen "Anonymise". */
export function anonymiseThese(basket: Basket): void {
  useAnonymiseBasket.setState({ basket });
  navigate({ screen: 'anonymise' });
}
