import { FieldboxError } from '@shared/errors';
import { FileSource } from '../../platform/file-source';
import { WorkerPool } from '../pool';
import { uprightJpeg } from './jpeg-as-is';
import type { Picture, PictureMaker } from './picture-maker';
import { isPictureFault } from './writing';

/** One frame; a decoder that takes longer than this is not coming back. */
const LIMIT = { timeoutMs: 60_000 } as const;
const THUMBNAIL_SIDE = 256;

/** Makes pictures in a thread of its own, so that a file that makes a decoder fail is left out alone. */
export class PicturePool implements PictureMaker {
  private readonly pool = new WorkerPool(1);

  async picture(objectPath: string, frame: number, withThumbnail: boolean): Promise<Picture> {
    const jpeg = frame === 0 ? await this.ofOneImage(async () => Promise.resolve(jpegOf(objectPath))) : null;
    const bytes =
      jpeg ?? (await this.ofOneImage(() => this.pool.run('render', { path: objectPath, frame }, LIMIT))).png;
    return {
      bytes,
      extension: jpeg === null ? 'png' : 'jpg',
      thumbnail: withThumbnail ? await this.thumbnail(objectPath) : null,
    };
  }

  async document(objectPath: string): Promise<Uint8Array> {
    const { bytes } = await this.ofOneImage(() => this.pool.run('document', { path: objectPath }, LIMIT));
    return bytes;
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  /** Null when it cannot be made: the picture itself is there, and the page shows its name. */
  private async thumbnail(objectPath: string): Promise<Uint8Array | null> {
    try {
      return (
        await this.ofOneImage(() => this.pool.run('thumbnail', { path: objectPath, side: THUMBNAIL_SIDE }, LIMIT))
      ).jpeg;
    } catch (error) {
      if (isPictureFault(error)) return null;
      throw error;
    }
  }

  /** What a decoder throws that nobody foresaw is the fault of this one image, not the end of the export. */
  private async ofOneImage<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof FieldboxError && error.code !== 'INTERNAL') throw error;
      throw new FieldboxError('PIXELS_DAMAGED', {}, error);
    }
  }
}

function jpegOf(objectPath: string): Uint8Array | null {
  const source = new FileSource(objectPath);
  try {
    return uprightJpeg(source);
  } finally {
    source.close();
  }
}
