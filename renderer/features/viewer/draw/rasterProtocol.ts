import type { FrameHeader } from '@shared/contract/frames';
import type { Samples } from '../data/frameCodec';
import type { Voi } from '../math/voi';

/** What the raster worker is told. It keeps the last frame it was given. */
export type RasterRequest =
  | { readonly type: 'frame'; readonly key: string; readonly header: FrameHeader; readonly samples: Samples }
  | { readonly type: 'draw'; readonly id: number; readonly key: string; readonly voi: Voi; readonly invert: boolean };

/** Its answer; no bitmap if it does not have that frame. */
export interface RasterAnswer {
  readonly id: number;
  readonly bitmap: ImageBitmap | null;
}
