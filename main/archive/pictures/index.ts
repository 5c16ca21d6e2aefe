import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { ImageId } from '@shared/model/ids';
import { systemCode } from '../../platform/durable';
import type { EngineContext } from '../context';
import { type StoredFile, storedFile } from '../images/stored-file';

/** Longest side of a thumbnail in pixels. */
const THUMBNAIL_SIDE = 256;

/** What is shown of an image: bytes for the app's own protocol (shared/contract/frames.ts) and the command line. */
export interface Pictures {
  /** A small upright JPEG; made once, then from the cache. Throws NO_PIXELS, PIXELS_*, OBJECT_MISSING. */
  thumbnail(image: ImageId, signal?: AbortSignal): Promise<Uint8Array>;
  /** One frame as FrameHeader and samples. Throws NO_PIXELS, NO_SUCH_FRAME, PIXELS_*, OBJECT_MISSING. */
  frame(image: ImageId, frame: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** The document of an Encapsulated PDF. Throws NO_PIXELS, OBJECT_MISSING. */
  document(image: ImageId): Promise<Uint8Array>;
  /** One frame as a PNG with a window applied. Throws as `frame`. */
  render(image: ImageId, options: RenderOptions): Promise<Uint8Array>;
  /** The stored file, when it may leave. Throws NOT_FOUND, CONSENT_REFUSED, OBJECT_*. */
  file(image: ImageId): Promise<StoredFile>;
}

export interface RenderOptions {
  readonly frame: number;
  readonly window?: { readonly center: number; readonly width: number };
  readonly height?: number;
}

export function createPictures(ctx: EngineContext): Pictures {
  return {
    thumbnail: async (image, signal) => {
      const cached = join(ctx.paths.thumbnails, image.slice(0, 2), `${image}.jpg`);
      try {
        return await readFile(cached);
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error;
      }
      const path = await ctx.objects.require(image);
      const { jpeg } = await ctx.pool.run(
        'thumbnail',
        { path, side: THUMBNAIL_SIDE },
        { priority: 1, whenAborted: 'finish', ...(signal && { signal }) },
      );
      await keepInCache(cached, jpeg);
      return jpeg;
    },
    frame: async (image, frame, signal) => {
      const path = await ctx.objects.require(image);
      const { bytes } = await ctx.pool.run(
        'frame',
        { path, frame },
        { priority: 2, whenAborted: 'finish', ...(signal && { signal }) },
      );
      return bytes;
    },
    document: async (image) => {
      const path = await ctx.objects.require(image);
      const { bytes } = await ctx.pool.run('document', { path }, { priority: 2 });
      return bytes;
    },
    render: async (image, options) => {
      const path = await ctx.objects.require(image);
      const { png } = await ctx.pool.run('render', { path, ...options }, { priority: 2 });
      return png;
    },
    file: async (image) => storedFile(ctx, image, 'window'),
  };
}

/** The cache may be deleted at any time and needs no flush; the rename keeps half a thumbnail from ever being read. */
async function keepInCache(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}
