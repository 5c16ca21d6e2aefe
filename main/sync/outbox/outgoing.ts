import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, read, statSync } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { AnonymisationWay } from '@shared/model/anonymisation';
import { asFieldboxError, type ErrorCode, type ErrorDetails, FieldboxError } from '@shared/errors';
import type { AttachmentKey, ImageId, RemoteKey } from '@shared/model/ids';
import { casesNamed, reasonToStay } from '../../archive/attachments/outgoing';
import { attachmentRow } from '../../archive/attachments/rows';
import { rowByKey } from '../../archive/catalog/rows';
import type { EngineContext } from '../../archive/context';
import { asideImage } from '../../archive/index-writer/asides';
import { statement } from '../../archive/index-writer/statements';
import { olderThere } from '../../archive/outbox/views';
import { sourceFileOf } from '../../archive/outbox/original';
import type { QueuedItem, Remote } from '../../archive/outbox/queue';
import { factsIfHere } from '../../archive/release/facts';
import { mayLeave } from '../../archive/release/gate';
import type { IndexAttributes } from '../../dicom/index-attributes';
import { driverFor } from '../remotes/registry';
import type { OlderVersion, Outgoing, OutgoingFacts } from '../remotes/remote';
import { sha256Of } from '../../platform/sha256';
import { PlainCopies } from './plain-copies';
import { MOST_HELD } from './read-ahead';

/** Makes an anonymised copy of an image in a temporary file: the same one every time, so that a second try sends the same bytes. */
export type MakeAnonymous = (image: ImageId, way: AnonymisationWay) => Promise<{ readonly path: string }>;

/** An item that is ready to leave, and what has to be tidied up afterwards. */
export type Prepared = { readonly kind: 'ready'; readonly item: Outgoing; done(): Promise<void> } | Refused;

export interface Refused {
  readonly kind: 'refused';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
}

const gone: Refused = { kind: 'refused', code: 'SEND_IMAGE_GONE', details: {} };

/** Files are read in pieces of this size on their way out: waking a thread for each of many small ones costs more than the bytes. */
const PIECE = 512 * 1024;

/** How an item is made ready that is to leave. */
export interface Leaving {
  /** Put into the way of every byte. */
  readonly through: (bytes: Readable) => Readable;
  /**
   * Before its turn, while another one is sent: a small file is read at once, unless something stands in the way of its bytes, and
   * whoever sends it asks the gate when its turn has come.
   */
  readonly ahead: boolean;
  readonly isCapped: boolean;
  /** The other side compares what comes with its hash: here it is only looked whether the file has its length. */
  readonly isCompared?: boolean;
  /** The bytes of a small file that was read and found sound with others; null when it was not. */
  readonly wasRead?: (queued: QueuedItem) => Buffer | null;
}

/**
 * Makes an item ready: asks the gate once more (a patient may have said no since it was asked for), looks up what is known, and
 * anonymises if that was asked for. `leaving` is null when nothing leaves and only proof of what has left is sought.
 */
export async function prepare(
  ctx: EngineContext,
  queued: QueuedItem,
  remote: Pick<Remote, 'remote' | 'name' | 'settings'>,
  makeAnonymous: MakeAnonymous,
  leaving: Leaving | null,
): Promise<Prepared> {
  const slowed = leaving?.through ?? ((bytes: Readable): Readable => bytes);
  const { name: recipient } = remote;
  try {
    if (queued.attachment !== null) {
      if (!driverFor(remote.settings).abilities.takesFiles)
        return { kind: 'refused', code: 'REMOTE_NO_FILES', details: {} };
      return await prepareFile(ctx, queued, queued.attachment, recipient, slowed, leaving !== null);
    }
    const known = indexed(ctx, queued.image);
    if (known === undefined) return gone;
    const isAskedLater = leaving === null || (leaving.ahead && queued.anonymise === null);
    const refused = isAskedLater ? null : refusalNow(ctx, queued, recipient);
    if (refused !== null) return refused;
    if (queued.anonymise === null) {
      const readsAhead = leaving?.ahead === true && !leaving.isCapped && known.bytes <= MOST_HELD;
      const read = readsAhead ? (leaving.wasRead?.(queued) ?? null) : null;
      const path = read === null ? ctx.objects.requireNow(queued.image) : ctx.objects.path(queued.image);
      const copies = new PlainCopies(ctx, path, slowed);
      const source = known.isMade ? await sourceFileOf(ctx, queued.image) : null;
      const held = readsAhead && read === null ? await wholeFile(path, known.bytes) : read;
      if (read !== null) requireLength(queued.image, read.length, known.bytes);
      else if (leaving?.isCompared === true) requireLength(queued.image, statSync(path).size, known.bytes);
      else if (leaving !== null) await requireSound(ctx, queued.image, path, held);
      return {
        kind: 'ready',
        done: () => copies.remove(),
        item: {
          ...commonOf(queued),
          attached: null,
          anonymised: false,
          bytes: known.bytes,
          sha256: queued.image,
          md5: (signal) => md5Of(ctx, path, signal),
          facts: factsFrom(known.attributes, known),
          held,
          openPlaces: leaving?.isCapped === false ? () => open(path, 'r') : null,
          examine: () => examine(ctx, queued.image, path),
          open: (from = 0) => (held === null ? slowed(fileFrom(path, from)) : Readable.from([held.subarray(from)])),
          older: known.isCorrected ? await olderVersions(ctx, remote.remote, queued.image) : [],
          transcoded: (syntax, signal) => copies.make(syntax, signal),
          original: source === null ? null : { ...source, open: (from = 0) => slowed(source.open(from)) },
        },
      };
    }
    const { path } = await makeAnonymous(queued.image, queued.anonymise);
    const copies = new PlainCopies(ctx, path, slowed);
    const { attributes } = await ctx.pool.run('readAttributes', { path });
    return {
      kind: 'ready',
      done: async () => {
        await Promise.all([rm(path, { force: true }), copies.remove()]);
      },
      item: {
        ...commonOf(queued),
        attached: null,
        anonymised: true,
        bytes: (await stat(path)).size,
        sha256: await sha256Of(path),
        md5: (signal) => md5Of(ctx, path, signal),
        facts: factsFrom(attributes, { kindOfPicture: known.kindOfPicture, takenAt: null, fileName: '' }),
        examine: () => Promise.resolve(null), // it was made just now
        open: (from = 0) => slowed(fileFrom(path, from)),
        transcoded: (syntax, signal) => copies.make(syntax, signal),
        original: null,
        older: [],
      },
    };
  } catch (thrown) {
    const error = asFieldboxError(thrown);
    return { kind: 'refused', code: error.code, details: error.details };
  }
}

function commonOf(queued: QueuedItem): Pick<Outgoing, 'transaction' | 'number' | 'total' | 'position' | 'image'> {
  const { transaction, number, total, position, image } = queued;
  return { transaction, number, total, position, image };
}

/** An attached file, byte for byte. Nobody can say what it shows, so it never goes as an anonymous one. */
async function prepareFile(
  ctx: EngineContext,
  queued: QueuedItem,
  attachment: AttachmentKey,
  recipient: string,
  slowed: (bytes: Readable) => Readable,
  leaves: boolean,
): Promise<Prepared> {
  if (queued.anonymise !== null) return { kind: 'refused', code: 'SEND_FILES_ANONYMOUS', details: {} };
  const refused = leaves ? refusalNow(ctx, queued, recipient) : null;
  if (refused !== null) return refused;
  const row = attachmentRow(ctx.db, attachment);
  const patient = rowByKey(ctx.db, 'patient', row.patient);
  if (!patient) return { kind: 'refused', code: 'SEND_FILE_GONE', details: {} };
  const path = await ctx.objects.require(row.sha256);
  if (leaves) await requireSound(ctx, row.sha256, path, null);
  const open = (from = 0): Readable => slowed(fileFrom(path, from));
  const { PatientID, PatientName, PatientBirthDate, PatientSex } = patient;
  const { sha256, bytes, name, contentType: mediaType, description } = row;
  return {
    kind: 'ready',
    done: () => Promise.resolve(),
    item: {
      ...commonOf(queued),
      attached: {
        attachment,
        patient: row.patient,
        IssuerOfPatientID: patient.IssuerOfPatientID,
        description,
        pinned: row.pinnedAt !== null,
        cases: casesNamed(ctx.db, row),
      },
      anonymised: false,
      bytes,
      sha256,
      md5: (signal) => md5Of(ctx, path, signal),
      facts: {
        ...NO_FACTS,
        PatientID,
        PatientName,
        PatientBirthDate,
        PatientSex,
        takenAt: row.createdAt,
        fileName: name,
      },
      open,
      examine: () => examine(ctx, row.sha256, path),
      // A file has no pixels to decode, and no driver that takes files asks for them.
      transcoded: () => Promise.reject(new FieldboxError('NO_PIXELS')),
      original: { name, mediaType, bytes, sha256, open },
      older: [],
    },
  };
}

async function olderVersions(ctx: EngineContext, remote: RemoteKey, image: ImageId): Promise<readonly OlderVersion[]> {
  const found: OlderVersion[] = [];
  for (const older of olderThere(ctx.db, remote, image)) {
    const attributes = asideImage(ctx.db, older)?.attributes;
    if (attributes === undefined) continue;
    const { PatientID = '', StudyInstanceUID = '', SeriesInstanceUID = '', SOPInstanceUID = '' } = attributes;
    const path = (await ctx.objects.exists(older)) ? ctx.objects.path(older) : null;
    found.push({
      image: older,
      facts: { PatientID, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID },
      open: path === null ? null : () => fileFrom(path, 0),
    });
  }
  return found;
}

/** What is known of a file that is no image. */
const NO_FACTS: OutgoingFacts = {
  SOPClassUID: '',
  SOPInstanceUID: '',
  TransferSyntaxUID: '',
  StudyInstanceUID: '',
  SeriesInstanceUID: '',
  PatientID: '',
  PatientName: '',
  PatientBirthDate: '',
  PatientSex: '',
  Modality: '',
  kindOfPicture: '',
  takenAt: null,
  fileName: '',
};

const readInto = promisify(read);

/** A small file that has this many bytes; null when it has other than these. Only reading itself is handed to another thread. */
async function wholeFile(path: string, bytes: number): Promise<Buffer | null> {
  const file = openSync(path, 'r');
  try {
    const whole = Buffer.allocUnsafeSlow(bytes + 1);
    const { bytesRead } = await readInto(file, whole, 0, bytes + 1, 0);
    return bytesRead === bytes ? whole.subarray(0, bytes) : null;
  } finally {
    closeSync(file);
  }
}

/** Longest time that reading one large file may take. */
const LARGE_FILE_TIMEOUT_MS = 3_600_000;

/** What a worn disk has changed does not leave: nobody far away could tell. Throws OBJECT_DAMAGED. */
async function requireSound(
  { pool }: EngineContext,
  stored: ImageId,
  path: string,
  held: Buffer | null,
): Promise<void> {
  const sha256 =
    held === null
      ? (await pool.run('hashFile', { path }, { timeoutMs: LARGE_FILE_TIMEOUT_MS })).sha256
      : createHash('sha256').update(held).digest('hex');
  if (sha256 !== stored) throw new FieldboxError('OBJECT_DAMAGED', { sha256: stored });
}

async function md5Of({ pool }: EngineContext, path: string, signal: AbortSignal): Promise<string> {
  return (await pool.run('md5File', { path }, { signal, timeoutMs: LARGE_FILE_TIMEOUT_MS })).md5;
}

/** Throws OBJECT_DAMAGED. */
function requireLength(stored: ImageId, there: number, bytes: number): void {
  if (there !== bytes) throw new FieldboxError('OBJECT_DAMAGED', { sha256: stored });
}

async function examine(ctx: EngineContext, stored: ImageId, path: string): Promise<Refused | null> {
  try {
    await requireSound(ctx, stored, path, null);
    return null;
  } catch (thrown) {
    const { code, details } = asFieldboxError(thrown);
    return { kind: 'refused', code, details };
  }
}

function fileFrom(path: string, start: number): Readable {
  return createReadStream(path, { start, highWaterMark: PIECE });
}

/** Why an item may not leave now; null when it may. Throws SEND_FILE_GONE. */
export function refusalNow(
  ctx: EngineContext,
  { image, attachment }: Pick<QueuedItem, 'image' | 'attachment'>,
  recipient: string,
): Refused | null {
  if (attachment !== null) {
    const code = reasonToStay(ctx.db, attachmentRow(ctx.db, attachment), { purpose: 'send', recipient, person: null });
    return code === null ? null : { kind: 'refused', code, details: {} };
  }
  const facts = factsIfHere(ctx.db, image);
  if (!facts) return gone;
  const verdict = mayLeave(facts, { purpose: 'send', recipient, person: null });
  return verdict.leaves ? null : { kind: 'refused', code: verdict.code, details: {} };
}

/** What the index tells of an image: what stands in its file, and what people have said about it. */
interface Indexed {
  readonly bytes: number;
  readonly fileName: string;
  readonly takenAt: string | null;
  readonly kindOfPicture: string;
  readonly attributes: IndexAttributes;
  /** Whether it was made from another file. */
  readonly isMade: boolean;
  /** Whether it stands in the place of an older version. */
  readonly isCorrected: boolean;
}

interface IndexedColumns extends Pick<Indexed, 'bytes' | 'fileName' | 'takenAt' | 'kindOfPicture'> {
  readonly attributes: string;
  readonly isMade: number;
  readonly isCorrected: number;
}

/** Undefined when it is not here. No worker has to open the file for it. */
function indexed({ db }: EngineContext, image: ImageId): Indexed | undefined {
  const row = statement(
    db,
    `SELECT image.bytes, image.file_name AS fileName, image.taken_at AS takenAt, coalesce(kind.code, kind.name, '') AS kindOfPicture,
       image.attributes, image.source_object IS NOT NULL AS isMade,
       EXISTS (SELECT 1 FROM set_aside WHERE set_aside.arrival = image.id AND set_aside.why = 'replaced') AS isCorrected
     FROM image LEFT JOIN kind ON kind.id = image.kind_id WHERE image.object = +?`,
  ).get(image) as IndexedColumns | undefined;
  if (row === undefined) return undefined;
  // Written by this program from the type it is read as.
  const attributes = JSON.parse(row.attributes) as IndexAttributes;
  return { ...row, attributes, isMade: row.isMade === 1, isCorrected: row.isCorrected === 1 };
}

/** Every field by itself: this is made for each image that leaves, and an object that begins with others spread into it takes three times as long. */
function factsFrom(
  attributes: IndexAttributes,
  { kindOfPicture, takenAt, fileName }: Pick<OutgoingFacts, 'kindOfPicture' | 'takenAt' | 'fileName'>,
): OutgoingFacts {
  return {
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
    kindOfPicture,
    takenAt,
    fileName,
  };
}
