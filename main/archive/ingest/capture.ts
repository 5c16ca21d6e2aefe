import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { IntakeContext } from '@shared/contract/intake';
import { ImageId } from '@shared/model/ids';
import type { EngineContext } from '../context';
import { archiveForNew } from '../grouping/projects';
import { localTime, makeDocumentFrom } from './made-from';

export interface Capture {
  readonly bytes: Uint8Array;
  readonly context: IntakeContext;
  readonly takenAt: string;
  readonly camera: string;
  /** How it came in; pictures of nobody are kept together by it. */
  readonly source: 'camera' | 'api';
}

/**
 * Keeps one picture of a camera or a device: the bytes as they came and the DICOM made from them. When this answers, both are flushed, recorded
 * and in the index. Throws PHOTO_DAMAGED, DISK_FULL, DISK_FAILED.
 */
export function keepCapture(ctx: EngineContext, capture: Capture): Promise<ImageId> {
  return ctx.arrivals.during(() => keep(ctx, capture));
}

async function keep(ctx: EngineContext, capture: Capture): Promise<ImageId> {
  const { paths } = ctx;
  const archive = archiveForNew(ctx, capture.context.archive);
  const kept = await ctx.pool.run(
    'keepPhoto',
    { bytes: capture.bytes, incoming: paths.incoming, objects: paths.objects },
    { priority: 3 },
  );
  const source = ImageId.parse(kept.sha256);
  const takenAt = localTime(new Date(capture.takenAt));
  const made = await makeDocumentFrom(ctx, {
    context: capture.context,
    group: capture.source,
    sourceSha256: source,
    kind: kept.photo,
    name: '',
    takenAt,
    cameraName: capture.camera,
    modified: ctx.now(),
  }).catch(async (error: unknown) => {
    if (!(await ctx.objects.exists(source))) await rm(join(paths.incoming, source), { force: true });
    throw error;
  });
  const image = ImageId.parse(made.sha256);
  await ctx.commit(
    [
      {
        type: 'object.stored',
        body: {
          image,
          bytes: made.bytes,
          sourceObject: { sha256: source, bytes: kept.bytes },
          source: capture.source,
          session: null,
          path: '',
          entry: '',
          patient: capture.context.patient,
          clinic: capture.context.clinic,
          station: capture.context.station,
          kind: capture.context.kind,
          takenAt,
          archive,
        },
      },
    ],
    [
      { sha256: source, bytes: kept.bytes, role: 'source' },
      { sha256: image, bytes: made.bytes, role: 'instance', attributes: made.attributes },
    ],
  );
  return image;
}
