/// <reference types="vite/client" />
import type { Bridge } from '@shared/contract';

declare global {
  interface Window {
    /** What the preload offers; the only way out of this window. */
    readonly fieldbox: Bridge;
  }
}
