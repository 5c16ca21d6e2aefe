import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ImageId } from '@shared/model/ids';
import { DETECT_BYTES, detectKind, type FileKind } from '../../imaging/detect';
import type { EngineContext } from '../context';
import { statement } from '../index-writer/statements';

/** The file a photo or document came as. */
export interface SourceFile {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  open(from?: number): Readable;
}

/** RFC 6838 names of what a photo or document can be. */
const MEDIA_TYPES: Readonly<Partial<Record<FileKind, string>>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  tiff: 'image/tiff',
  webp: 'image/webp',
  heic: 'image/heic',
  avif: 'image/avif',
  gif: 'image/gif',
  bmp: 'image/bmp',
  pdf: 'application/pdf',
};

/** The photo or document an image was made from, byte for byte; null when it came as DICOM or that file is not there any more. */
export async function sourceFileOf(ctx: EngineContext, image: ImageId): Promise<SourceFile | null> {
  const row = statement(
    ctx.db,
    `SELECT object.sha256, object.bytes, image.file_name AS name FROM image JOIN object ON object.sha256 = image.source_object
     WHERE image.object = ? AND object.state = 'good'`,
  ).get(image) as { sha256: ImageId; bytes: number; name: string } | undefined;
  if (!row || !(await ctx.objects.exists(row.sha256))) return null;
  const path = ctx.objects.path(row.sha256);
  const mediaType = MEDIA_TYPES[await kindOf(path, row.bytes)];
  if (mediaType === undefined) return null;
  return { ...row, mediaType, open: (from = 0) => createReadStream(path, { start: from }) };
}

async function kindOf(path: string, size: number): Promise<FileKind> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(Math.min(DETECT_BYTES, size));
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return detectKind(head.subarray(0, bytesRead), size);
  } finally {
    await file.close();
  }
}
