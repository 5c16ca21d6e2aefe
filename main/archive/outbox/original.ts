import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ImageId } from '@shared/model/ids';
import { MEDIA_TYPES } from '../../imaging/content-type';
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

/** The photo or document an image was made from, byte for byte; null when it came as DICOM or that file is not there any more. */
export async function sourceFileOf(ctx: EngineContext, image: ImageId): Promise<SourceFile | null> {
  const row = statement(
    ctx.db,
    `SELECT object.sha256, object.bytes, image.file_name AS name FROM image JOIN object ON object.sha256 = image.source_object
     WHERE image.object = +? AND object.state = 'good'`,
  ).get(image) as { sha256: ImageId; bytes: number; name: string } | undefined;
  if (!row || !(await ctx.objects.exists(row.sha256))) return null;
  const path = ctx.objects.path(row.sha256);
  const kind = await kindOf(path, row.bytes);
  const mediaType = MEDIA_TYPES[kind];
  if (mediaType === undefined || kind === 'dicom') return null;
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
