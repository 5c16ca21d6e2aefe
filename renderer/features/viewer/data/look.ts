import type { FrameHeader } from '@shared/contract/frames';
import { FITTED, type View } from '../math/transform';
import { defaultVoi, type Voi } from '../math/voi';

/** Which window is on: the image's own way, one of the file's windows, or one that was set. */
export type WindowSetting =
  | { readonly type: 'default' }
  | { readonly type: 'file'; readonly index: number }
  /** `choice` is the line of the menu it came from; null when dragged by hand. */
  | { readonly type: 'fixed'; readonly voi: Voi; readonly choice: string | null };

/** What a person set for the images of a series; stays while scrolling through it. */
export interface Look {
  readonly window: WindowSetting;
  readonly invert: boolean;
  readonly view: View;
}

export const PLAIN_LOOK: Look = { window: { type: 'default' }, invert: false, view: FITTED };

/** The VOI step for one frame under a look. `range` is that of the first frame of the series that was shown. */
export function resolveVoi(look: Look, header: FrameHeader, range: { min: number; max: number }): Voi {
  const setting = look.window;
  if (setting.type === 'fixed') return setting.voi;
  if (setting.type === 'file') {
    const window = header.windows[setting.index];
    if (window) return { type: 'window', center: window.center, width: window.width, function: window.function };
  }
  return defaultVoi(header, range);
}

/** The voi as centre and width, for showing and dragging; a VOI LUT counts as the span of its table. */
export function asWindow(
  voi: Voi,
  header: FrameHeader,
): { center: number; width: number; function: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID' } {
  if (voi.type === 'window') return voi;
  const table = header.voiLut;
  if (table) {
    const width = Math.max(1, table.values.length - 1);
    return { center: table.firstMapped + width / 2, width, function: 'LINEAR_EXACT' };
  }
  const width = Math.max(1, header.max - header.min);
  return { center: header.min + width / 2, width, function: 'LINEAR_EXACT' };
}
