import type { WireError } from '@shared/errors';
import type { ExportOutcome, ExportPlan } from './plan';
import type { Progress } from './writing';

/** What the export thread is started with. */
export interface ExportOrder {
  readonly plan: ExportPlan;
  /** Four bytes; a 1 in them stops the export. */
  readonly stop: SharedArrayBuffer;
}

/** What the export thread says. `done` or `failed` is its last word. */
export type ExportMessage =
  | { readonly type: 'staging'; readonly path: string }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly outcome: ExportOutcome }
  | { readonly type: 'failed'; readonly error: WireError; readonly trace: string };
