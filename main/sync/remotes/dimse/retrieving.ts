import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { storageClasses, storageTransferSyntaxes } from '../../../dicom/dictionary';
import { part10Header } from '../../../dicom/writer';
import { AssociationError } from '../../../network/association';
import type { ProposedContext } from '../../../network/pdu';
import type { ReceivedInstance } from '../../../network/scu';
import { Status } from '../../../network/status';
import { ImplicitLE, Services } from '../../../network/uids';
import type { Query, QueryAnswer, Retrieval, Surroundings, TakeFile, Trouble } from '../remote';
import { type Associate, MOST_CONTEXTS, plain, refusedQuery } from './associating';
import { retrievalOf } from './questions';
import { troubleOfAssociation } from './trouble';

/** Of many classes each has one context with the common codings: JPEG, JPEG 2000, JPEG-LS, RLE and native. */
const COMMON_SYNTAXES = [
  '1.2.840.10008.1.2.1',
  '1.2.840.10008.1.2.4.70',
  '1.2.840.10008.1.2.4.50',
  '1.2.840.10008.1.2.4.90',
  '1.2.840.10008.1.2.4.91',
  '1.2.840.10008.1.2.4.80',
  '1.2.840.10008.1.2.5',
  ImplicitLE,
];

/** Fetches by C-GET: everything comes over our own connection, so that no port of this laptop has to be open. */
export class Retrieving {
  private files = 0;

  constructor(
    private readonly associate: Associate,
    private readonly query: (query: Query, signal: AbortSignal) => Promise<QueryAnswer>,
    private readonly folder: () => Promise<string>,
    private readonly throttle: Surroundings['throttle'],
  ) {}

  async retrieve(what: Retrieval, take: TakeFile, signal: AbortSignal): Promise<Trouble | null> {
    try {
      const wanted = await this.classesOf(what, signal);
      const contexts = contextsFor(wanted);
      const roles = wanted.map((abstractSyntax) => ({ abstractSyntax, scu: false, scp: true }));
      const user = await this.associate([plain(1, Services.StudyRootGet), ...contexts], signal, roles);
      try {
        const last = await user.get(Services.StudyRootGet, retrievalOf(what), (instance) =>
          this.receive(instance, take, signal),
        );
        const failed = last.NumberOfFailedSuboperations ?? 0;
        return last.Status === Status.Success && failed === 0
          ? null
          : refusedQuery(last.Status ?? Status.ProcessingFailure);
      } finally {
        await user.association.release();
      }
    } catch (error) {
      if (!(error instanceof AssociationError)) throw error;
      return troubleOfAssociation(error);
    }
  }

  /** The SOP classes that a retrieval will bring, so that there is a context for each; all common ones when the peer does not tell. */
  private async classesOf(what: Retrieval, signal: AbortSignal): Promise<readonly string[]> {
    const match = [{ keyword: 'StudyInstanceUID', value: what.StudyInstanceUID }];
    const found = new Set<string>();
    const { SeriesInstanceUID } = what;
    const seriesUids = SeriesInstanceUID === undefined ? await this.seriesOf(match, signal) : [SeriesInstanceUID];
    for (const uid of seriesUids) {
      const answer = await this.query(
        { level: 'image', match: [...match, { keyword: 'SeriesInstanceUID', value: uid }], limit: 1000 },
        signal,
      );
      if (answer.kind === 'rows') for (const row of answer.rows) if (row['SOPClassUID']) found.add(row['SOPClassUID']);
    }
    return (found.size > 0 ? [...found] : storageClasses()).slice(0, MOST_CONTEXTS - 2);
  }

  private async seriesOf(match: Query['match'], signal: AbortSignal): Promise<readonly string[]> {
    const answer = await this.query({ level: 'series', match, limit: 1000 }, signal);
    return answer.kind === 'rows' ? answer.rows.flatMap((row) => row['SeriesInstanceUID'] ?? []) : [];
  }

  /** Reads no faster than the destination's cap: the peer has to wait then (TCP). */
  private async receive(instance: ReceivedInstance, take: TakeFile, signal: AbortSignal): Promise<number> {
    this.files += 1;
    const path = join(await this.folder(), `${String(this.files).padStart(6, '0')}.dcm`);
    const { SOPClassUID, SOPInstanceUID, transferSyntax } = instance;
    const header = part10Header({
      sopClassUID: SOPClassUID,
      sopInstanceUID: SOPInstanceUID,
      transferSyntaxUID: transferSyntax,
    });
    const bytes = Readable.from(withHeader(header, instance.data), { objectMode: false });
    const slow = this.throttle()?.stream() ?? new PassThrough();
    await pipeline(bytes, slow, createWriteStream(path), { signal });
    await take(path, { SOPClassUID, SOPInstanceUID });
    return Status.Success;
  }
}

/** Of few classes each has a context for every transfer syntax, so that images come as they are stored there. */
function contextsFor(classes: readonly string[]): readonly ProposedContext[] {
  const every = storageTransferSyntaxes();
  const each = classes.length * every.length < MOST_CONTEXTS;
  const choices = each ? every.map((syntax) => [syntax]) : [COMMON_SYNTAXES];
  return classes
    .flatMap((abstractSyntax) => choices.map((transferSyntaxes) => ({ abstractSyntax, transferSyntaxes })))
    .map((context, at) => ({ id: at * 2 + 3, ...context }));
}

async function* withHeader(header: Uint8Array, data: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  yield header;
  yield* data;
}
