import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AnonymisationWay } from '@shared/model/anonymisation';
import { asFieldboxError, type ErrorCode, type ErrorDetails } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import { rowByKey } from '../../archive/catalog/rows';
import type { EngineContext } from '../../archive/context';
import { sourceFileOf } from '../../archive/outbox/original';
import type { QueuedItem } from '../../archive/outbox/queue';
import { factsOf } from '../../archive/release/facts';
import { mayLeave } from '../../archive/release/gate';
import type { IndexAttributes } from '../../dicom/index-attributes';
import type { Outgoing, OutgoingFacts } from '../remotes/remote';

/** Makes an anonymised copy of an image in a temporary file: the same one every time, so that a second try sends the same bytes. */
export type MakeAnonymous = (image: ImageId, way: AnonymisationWay) => Promise<{ readonly path: string }>;

/** An item that is ready to leave, and what has to be tidied up afterwards. */
export type Prepared =
  | { readonly kind: 'ready'; readonly item: Outgoing; done(): Promise<void> }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly details: ErrorDetails };

const NOTHING_TO_TIDY = (): Promise<void> => Promise.resolve();

/**
 * Makes an item ready: asks the gate once more (a patient may have said no since it was asked for), looks up what is known, and
 * anonymises if that was asked for. `through` is put into the way of every byte; null when nothing leaves and only proof
 * of what has left is sought.
 */
export async function prepare(
  ctx: EngineContext,
  queued: QueuedItem,
  recipient: string,
  makeAnonymous: MakeAnonymous,
  through: ((bytes: Readable) => Readable) | null,
): Promise<Prepared> {
  const slowed = through ?? ((bytes: Readable): Readable => bytes);
  try {
    const row = rowByKey(ctx.db, 'image', queued.image);
    if (!row) return { kind: 'refused', code: 'SEND_IMAGE_GONE', details: {} };
    const verdict = mayLeave(factsOf(ctx.db, queued.image), { purpose: 'send', recipient, person: null });
    if (through !== null && !verdict.leaves) return { kind: 'refused', code: verdict.code, details: {} };
    const kind = ctx.db
      .prepare<[string], { word: string }>(
        `SELECT coalesce(kind.code, kind.name) AS word FROM image JOIN kind ON kind.id = image.kind_id WHERE image.object = ?`,
      )
      .get(queued.image);
    const own = { kindOfPicture: kind?.word ?? '', takenAt: row.takenAt };
    const common = {
      transaction: queued.transaction,
      number: queued.number,
      total: queued.total,
      position: queued.position,
      image: queued.image,
    };
    if (queued.anonymise === null) {
      const path = await ctx.objects.require(queued.image);
      const { attributes } = await ctx.pool.run('readAttributes', { path });
      const source = await sourceFileOf(ctx, queued.image);
      return {
        kind: 'ready',
        done: NOTHING_TO_TIDY,
        item: {
          ...common,
          anonymised: false,
          bytes: row.bytes,
          sha256: queued.image,
          facts: factsFrom(attributes, { ...own, fileName: row.fileName }),
          open: (from = 0) => slowed(createReadStream(path, { start: from })),
          original: source === null ? null : { ...source, open: (from = 0) => slowed(source.open(from)) },
        },
      };
    }
    const { path } = await makeAnonymous(queued.image, queued.anonymise);
    const { attributes } = await ctx.pool.run('readAttributes', { path });
    return {
      kind: 'ready',
      done: () => rm(path, { force: true }),
      item: {
        ...common,
        anonymised: true,
        bytes: (await stat(path)).size,
        sha256: await sha256Of(path),
        facts: factsFrom(attributes, { kindOfPicture: own.kindOfPicture, takenAt: null, fileName: '' }),
        open: (from = 0) => slowed(createReadStream(path, { start: from })),
        original: null,
      },
    };
  } catch (thrown) {
    const error = asFieldboxError(thrown);
    return { kind: 'refused', code: error.code, details: error.details };
  }
}

function factsFrom(
  attributes: IndexAttributes,
  own: Pick<OutgoingFacts, 'kindOfPicture' | 'takenAt' | 'fileName'>,
): OutgoingFacts {
  return {
    ...own,
    SOPClassUID: attributes.SOPClassUID ?? '',
    SOPInstanceUID: attributes.SOPInstanceUID ?? '',
    TransferSyntaxUID: attributes.transferSyntaxUID,
    StudyInstanceUID: attributes.StudyInstanceUID ?? '',
    SeriesInstanceUID: attributes.SeriesInstanceUID ?? '',
    PatientID: attributes.PatientID ?? '',
    PatientName: attributes.PatientName ?? '',
    PatientBirthDate: attributes.PatientBirthDate ?? '',
    PatientSex: attributes.PatientSex ?? '',
    Modality: attributes.Modality ?? '',
  };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
