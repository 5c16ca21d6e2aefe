import { create } from 'zustand';
import type { z } from 'zod';
import type { ExportSelection } from '@shared/contract/release';
import { navigate } from './router';

export type Basket = z.input<typeof ExportSelection>;

/** What the export screen is to give out; null until something was chosen. */
export const useBasket = create<{ readonly basket: Basket | null }>()(() => ({ basket: null }));

/** Brings a choice to the export screen. */
export function exportThese(basket: Basket): void {
  useBasket.setState({ basket });
  navigate({ screen: 'export' });
}
