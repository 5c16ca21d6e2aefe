import { create } from 'zustand';
import type { ImageId } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import { ask } from './api';
import { navigate } from './router';

interface Viewing {
  readonly images: readonly ImageRow[];
  readonly start: ImageId | null;
  /** Whether all data of the image is shown beside it at once. */
  readonly withData: boolean;
  /** How often it was opened: each time it begins anew. */
  readonly opened: number;
}

/** What the viewer shows: the images one can go through, and the one it starts with. */
export const useViewing = create<Viewing>()(() => ({ images: [], start: null, withData: false, opened: 0 }));

/** Opens the viewer on an image among others. */
export function openViewer(images: readonly ImageRow[], start: ImageId): void {
  useViewing.setState(({ opened }) => ({ images, start, withData: false, opened: opened + 1 }));
  navigate({ screen: 'viewer' });
}

/**
 * Opens the viewer on images of which only the ids are known, beginning with `start` or the first. Those that are here no
 * more are left out; where none is left, nothing opens.
 */
export async function viewImages(ids: readonly ImageId[], start?: ImageId): Promise<void> {
  const found = await Promise.allSettled(ids.map((image) => ask('catalog.image', { image })));
  const images = found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const first = images.find(({ image }) => image === start) ?? images[0];
  if (first) openViewer(images, first.image);
}

/** Goes on in the open viewer with a new version of an image in the place of the old one. */
export function showVersion(old: ImageId, version: ImageRow): void {
  useViewing.setState(({ images, opened }) => ({
    images: images.map((row) => (row.image === old ? version : row)),
    start: version.image,
    withData: true,
    opened: opened + 1,
  }));
}
