import { create } from 'zustand';
import type { ImageId } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import { navigate } from './router';

/** What the viewer shows: the images one can go through, and the one it starts with. */
export const useViewing = create<{ readonly images: readonly ImageRow[]; readonly start: ImageId | null }>()(() => ({
  images: [],
  start: null,
}));

/** Opens the viewer on an image among others. */
export function openViewer(images: readonly ImageRow[], start: ImageId): void {
  useViewing.setState({ images, start });
  navigate({ screen: 'viewer' });
}
