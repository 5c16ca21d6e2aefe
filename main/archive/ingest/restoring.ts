import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageId, ImportSessionKey } from '@shared/model/ids';
import type { SourceType } from '@shared/model/vocabulary';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { keyBehind, type NamedIdentity } from '../anonymisation/find-key';
import { isHere } from '../anonymisation/images';
import { restoreIdentity } from '../anonymisation/reverse';
import type { EngineContext } from '../context';
import type { CommitBatcher } from './commit-batcher';
import { deviceTime } from './device-time';

/** A file on its way in. */
export interface Arriving {
  readonly path: string;
  readonly shown: string;
  readonly session: ImportSessionKey;
  readonly source: SourceType;
  readonly sourceRef: string;
}

/** What a file with its identity given back has become. */
export interface Restoring {
  readonly image: ImageId;
  readonly bytes: number;
  readonly isNew: boolean;
}

/** Whether a key of this archive knows the anonymous identity that a file names. */
export function isKnownToKey({ db }: Pick<EngineContext, 'db'>, attributes: IndexAttributes): boolean {
  return keyBehind(db, namedIn(attributes)) !== undefined;
}

/**
 * Stores an anonymous file that a key of this archive knows (a copy that comes back, a result made elsewhere of one) under the
 * identity of its original; undefined when no key knows it. Throws as `restoreIdentity`, DISK_*.
 */
export async function storeRestored(
  ctx: EngineContext,
  batcher: CommitBatcher,
  { path, shown, session, source, sourceRef }: Arriving,
  attributes: IndexAttributes,
): Promise<Restoring | undefined> {
  const restored = await restoreIdentity(ctx, path, namedIn(attributes));
  if (restored === undefined) return undefined;
  const { image, bytes, behind } = restored;
  const own = behind.level === 'image' && behind.nearest !== null ? behind.nearest.original : image;
  const known = [own, image].find((one) => isHere(ctx.db, one));
  if (known !== undefined) {
    if (!(await ctx.objects.exists(image))) await rm(join(ctx.paths.incoming, image), { force: true });
    return { image: known, bytes, isNew: false };
  }
  await batcher.add(
    [
      {
        type: 'object.stored',
        body: {
          image,
          bytes,
          sourceObject: null,
          source,
          sourceRef,
          session,
          path: shown,
          entry: '',
          patient: restored.patient,
          clinic: null,
          station: null,
          kind: null,
          takenAt: deviceTime(restored.attributes),
        },
      },
      { type: 'log.noted', body: { code: 'REIDENTIFIED', details: {}, about: { image } } },
    ],
    [{ sha256: image, bytes, role: 'instance', attributes: restored.attributes }],
  );
  return { image, bytes, isNew: true };
}

function namedIn(attributes: IndexAttributes): NamedIdentity {
  return {
    PatientName: attributes.PatientName ?? '',
    PatientID: attributes.PatientID ?? '',
    StudyInstanceUID: attributes.StudyInstanceUID ?? '',
    SeriesInstanceUID: attributes.SeriesInstanceUID ?? '',
    SOPInstanceUID: attributes.SOPInstanceUID ?? '',
  };
}
