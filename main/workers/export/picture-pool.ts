import { FileSource } from '../../platform/file-source';
import { WorkerPool } from '../pool';
import { uprightJpeg } from './jpeg-as-is';
import type { Picture, PictureMaker } from './picture-maker';

/** One frame; a decoder that takes longer than this is not coming back. */
const TIME_LIMIT_MS = 60_000;
const THUMBNAIL_SIDE = 256;

/** Makes pictures in a thread of its own, so that a file that makes a decoder fail is left out alone. */
export class PicturePool implements PictureMaker {
  private readonly pool = new WorkerPool(1);

  async picture(objectPath: string, frame: number, withThumbnail: boolean): Promise<Picture> {
    const thumbnail = withThumbnail ? (await this.pool.run('thumbnail', { path: objectPath, side: THUMBNAIL_SIDE }, LIMIT)).jpeg : null;
    const jpeg = frame === 0 ? jpegOf(objectPath) : null;
    if (jpeg !== null) return { bytes: jpeg, extension: 'jpg', thumbnail };
    const { png } = await this.pool.run('render', { path: objectPath, frame }, LIMIT);
    return { bytes: png, extension: 'png', thumbnail };
  }

  async document(objectPath: string): Promise<Uint8Array> {
    const { bytes } = await this.pool.run('document', { path: objectPath }, LIMIT);
    return bytes;
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

const LIMIT = { timeoutMs: TIME_LIMIT_MS } as const;

function jpegOf(objectPath: string): Uint8Array | null {
  const source = new FileSource(objectPath);
  try {
    return uprightJpeg(source);
  } finally {
    source.close();
  }
}
