import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FindInput } from '@shared/contract/catalog';
import { asFieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { ImageRow } from '@shared/model/rows';
import type { ScpPeer, ScpSettings } from '@shared/model/scp';
import type { Engine } from '../../archive/engine';
import { factsOf } from '../../archive/release/facts';
import { mayLeave } from '../../archive/release/gate';
import { statement } from '../../archive/index-writer/statements';
import { remoteCalled } from '../../archive/outbox/queue';
import { isStorageClass, mayBeStorageClass, storageTransferSyntaxes } from '../../dicom/dictionary';
import type { DataSetView } from '../../dicom/model';
import type { PlainTransferSyntax } from '../../dicom/transcode';
import { part10Header, type DataSetBuilder } from '../../dicom/writer';
import type { CommitmentEvent, ReferencedInstance } from '../../network/commitment';
import type { Rejection } from '../../network/pdu';
import type {
  Caller,
  FoundInstance,
  MoveDestination,
  PlainInstance,
  QueryRequest,
  Selection,
  ServiceProvider,
} from '../../network/provider';
import type { ReceivedInstance } from '../../network/scu';
import { Status } from '../../network/status';
import { ExplicitLE, isPlainSyntax, PLAIN_SYNTAXES, Services } from '../../network/uids';
import type { OwnIdentity } from '../certificates';
import { heldOrStream } from '../held';
import { isUndecodable, PlainCopies } from '../outbox/plain-copies';
import type { Throttles } from '../outbox/throttle';
import { tlsTo } from '../remotes/dimse/associating';
import { dataSetStart, headOf } from '../remotes/dimse/file-parts';
import { answerOf, levelOf, matchesOf, type QueryLevel } from './identifiers';
import type { CommitmentReports } from './commitment-reports';
import type { Reception } from './reception';
import { worklistAnswers } from './worklist';

/** As what the archive answers, and to whom. */
export type ProviderOptions = Omit<ScpSettings, 'enabled' | 'port' | 'host' | 'tls'>;

/** What stands behind the answers besides the archive. */
export interface ProviderParts {
  readonly reception: Reception;
  readonly reports: CommitmentReports;
  readonly witness: Witness;
  readonly throttles: Throttles;
  /** Shown to those that a C-MOVE sends to over TLS. */
  readonly identity: Pick<OwnIdentity, 'get'>;
  readonly onFault: (error: unknown) => void;
}

/** Hears who calls and what comes of it. */
export interface Witness {
  called(caller: Caller, admitted: boolean): void;
  stored(caller: Caller, taken: boolean): void;
}

/** PS3.8 9.3.4, by the service user, for good: calling and called AE title not recognized. */
const UNKNOWN_CALLER: Rejection = { result: 1, source: 1, reason: 3 };
const WRONG_CALLED: Rejection = { result: 1, source: 1, reason: 7 };

const VERB = {
  PATIENT: 'catalog.patients',
  STUDY: 'catalog.studies',
  SERIES: 'catalog.series',
  IMAGE: 'catalog.images',
} as const;
const PAGE = 200;
const SYNTAXES: ReadonlySet<string> = new Set(storageTransferSyntaxes());

/** The archive as a service class provider: takes what machines send, and answers questions of those it knows. */
export class ArchiveProvider implements ServiceProvider {
  constructor(
    private readonly engine: Engine,
    private readonly options: ProviderOptions,
    private readonly parts: ProviderParts,
  ) {}

  onFault(error: unknown): void {
    this.parts.onFault(error);
  }

  admit(caller: Caller): Rejection | null {
    const rejection = this.rejectionOf(caller);
    this.parts.witness.called(caller, rejection === null);
    return rejection;
  }

  /**
   * Every storage class and every transfer syntax is taken as it is. What the peer names first is what it would rather send; of
   * the uncompressed ones the one that keeps the VRs is chosen. Who fetches and may be given decoded images gets all images so.
   */
  storageSyntaxes(sopClass: string, proposed: readonly string[], caller: Caller, fetches: boolean): readonly string[] {
    const taken = this.options.unknownClasses ? mayBeStorageClass(sopClass) : isStorageClass(sopClass);
    if (!taken || !this.mayStore(caller)) return [];
    const known = proposed.filter((syntax) => SYNTAXES.has(syntax));
    if (fetches && this.peerOf(caller)?.mayTranscode === true) return [...PLAIN_SYNTAXES, ...known];
    return isPlainSyntax(known[0] ?? '') ? [ExplicitLE, ...known] : known;
  }

  async store(instance: ReceivedInstance, caller: Caller): Promise<number> {
    const path = join(this.engine.context.paths.incoming, `scp-${randomUUID()}.part`);
    try {
      const header = part10Header({
        sopClassUID: instance.SOPClassUID,
        sopInstanceUID: instance.SOPInstanceUID,
        transferSyntaxUID: instance.transferSyntax,
      });
      const bytes = Readable.from(fileOf(header, instance.data), { objectMode: false });
      const whole = await heldOrStream(this.slowed(bytes, caller));
      const held = Buffer.isBuffer(whole) ? whole : undefined;
      if (!Buffer.isBuffer(whole)) await pipeline(Readable.from(whole, { objectMode: false }), createWriteStream(path));
      const label = `${caller.callingAETitle} (${caller.address.replace(/^::ffff:/, '')})`;
      const sender = { sourceRef: caller.callingAETitle.trim(), label };
      const { SOPClassUID, SOPInstanceUID } = instance;
      const named = { SOPClassUID, SOPInstanceUID };
      const taken = await this.parts.reception.take(sender, path, SOPInstanceUID, { ours: true, held, named });
      this.parts.witness.stored(caller, true);
      return taken.restored || this.isNamedSo(taken.image, instance) ? Status.Success : Status.StoredOtherThanNamed;
    } catch (thrown) {
      this.parts.witness.stored(caller, false);
      return statusOf(asFieldboxError(thrown).code);
    } finally {
      rmSync(path, { force: true });
    }
  }

  async *find(request: QueryRequest): AsyncGenerator<DataSetBuilder, number> {
    if (!this.knows(request.caller)) return Status.NotAuthorized;
    const { identifier, sopClass } = request;
    if (sopClass === Services.ModalityWorklistFind) {
      if (!this.options.worklist) return Status.NotAuthorized;
      return yield* worklistAnswers(this.engine, identifier, this.options.AETitle);
    }
    const level = levelOf(identifier);
    if (level === null) return Status.DataSetDoesNotMatchSOPClass;
    let after: string | undefined;
    do {
      const page = await this.page(level, request, after);
      if (page === null) return Status.DataSetDoesNotMatchSOPClass;
      for (const row of page.rows) yield answerOf(identifier, level, row, this.options.AETitle);
      after = page.next ?? undefined;
    } while (after !== undefined);
    return Status.Success;
  }

  /** What the gate holds back is no secret to who asks, since a C-FIND lists it: it fails, and the log says so (decision 37). */
  async select(request: QueryRequest, destination: string | null): Promise<Selection | number> {
    const caller = this.peerOf(request.caller);
    if (caller === undefined) return Status.NotAuthorized;
    const receiver = destination === null ? caller : this.receiverNamed(destination);
    if (receiver === undefined) return Status.MoveDestinationUnknown;
    if (levelOf(request.identifier) === null) return Status.DataSetDoesNotMatchSOPClass;
    // A unique key has to name what is fetched (PS3.4 C.4.2.1.4, C.4.3.1.3); who names nothing must not get everything.
    if (matchesOf(request.identifier).length === 0) return Status.DataSetDoesNotMatchSOPClass;
    const found: FoundInstance[] = [];
    const withheld: ImageRow[] = [];
    let after: string | undefined;
    do {
      const page = await this.page('IMAGE', request, after);
      if (page === null) return Status.DataSetDoesNotMatchSOPClass;
      for (const row of page.rows) {
        if (request.signal.aborted) return Status.Cancelled;
        if (!('SOPInstanceUID' in row)) continue;
        const instance = await this.instance(row.image, receiver);
        if (instance === null) withheld.push(row);
        else found.push(instance);
      }
      after = page.next ?? undefined;
    } while (after !== undefined);
    if (withheld.length > 0) await this.noteWithheld(withheld, receiver);
    return { found, withheld: withheld.map(({ SOPInstanceUID }) => SOPInstanceUID) };
  }

  async destination(AETitle: string): Promise<MoveDestination | null> {
    const peer = this.receiverNamed(AETitle);
    if (peer === undefined) return null;
    const tls = await tlsTo(peer, () => this.parts.identity.get());
    return { host: peer.host, port: peer.port, callingAETitle: this.options.AETitle, tls };
  }

  /** Only what is in the archive and sound is vouched for. */
  commit(instances: readonly ReferencedInstance[]): Promise<readonly boolean[]> {
    const kept = this.engine.context.db.prepare<[string, string], { one: number }>(
      `SELECT 1 AS one FROM image JOIN object ON object.sha256 = image.object
       WHERE SOPInstanceUID = +? AND SOPClassUID = +? AND object.state = 'good'`,
    );
    return Promise.resolve(
      instances.map(({ SOPClassUID, SOPInstanceUID }) => kept.get(SOPInstanceUID, SOPClassUID) !== undefined),
    );
  }

  async untold({ instances: images }: CommitmentEvent, { callingAETitle: AETitle }: Caller): Promise<void> {
    const details = { AETitle, images };
    await this.engine.context.commit([
      { type: 'log.noted', by: null, body: { code: 'SCP_COMMITMENT_UNTOLD', details, about: {} } },
    ]);
  }

  reported(report: DataSetView, caller: Caller): Promise<number> {
    return Promise.resolve(this.parts.reports.take(report, caller));
  }

  private rejectionOf(caller: Caller): Rejection | null {
    if (this.parts.reports.expects(caller)) return null;
    if (caller.calledAETitle !== this.options.AETitle) return WRONG_CALLED;
    return this.mayStore(caller) ? null : UNKNOWN_CALLER;
  }

  /** Whether the data set has the UIDs that the command says. A picture cannot be taken again: one that has others is kept, and its sender hears so. */
  private isNamedSo(image: ImageId, { SOPClassUID, SOPInstanceUID }: ReceivedInstance): boolean {
    const row = statement(
      this.engine.context.db,
      'SELECT SOPClassUID = ? AND SOPInstanceUID = ? AS isSo FROM image WHERE object = ?',
    ).get(SOPClassUID, SOPInstanceUID, image) as { isSo: number } | undefined;
    return row?.isSo !== 0;
  }

  private mayStore(caller: Caller): boolean {
    return this.options.strangersMayStore || this.knows(caller);
  }

  private knows(caller: Caller): boolean {
    return this.peerOf(caller) !== undefined;
  }

  private peerOf({ callingAETitle, address }: Caller): ScpPeer | undefined {
    const from = address.replace(/^::ffff:/, '');
    return this.options.peers.find(({ AETitle, host }) => AETitle === callingAETitle && (host === '' || host === from));
  }

  /** A peer to which a C-MOVE can send. */
  private receiverNamed(name: string): ScpPeer | undefined {
    return this.options.peers.find(({ AETitle, host }) => AETitle === name && host !== '');
  }

  /** What a destination sends that has a cap (a C-MOVE to here) is read no faster than that: it has to wait. */
  private slowed(bytes: Readable, { callingAETitle }: Caller): Readable {
    const from = remoteCalled(this.engine.context.db, callingAETitle);
    return from === undefined ? bytes : this.parts.throttles.slowed(from, bytes);
  }

  /** A page of matches; null when the question is none. */
  private async page(level: QueryLevel, { identifier }: QueryRequest, after: string | undefined) {
    const question = FindInput.omit({ level: true }).safeParse({
      match: matchesOf(identifier),
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    if (!question.success) return null;
    try {
      return await this.engine.verbs[VERB[level]](question.data);
    } catch (thrown) {
      if (asFieldboxError(thrown).code === 'BAD_REQUEST') return null;
      throw thrown;
    }
  }

  private async noteWithheld(images: readonly ImageRow[], { AETitle }: ScpPeer): Promise<void> {
    const [patient, ...others] = new Set(images.map((row) => row.patient));
    const about = patient !== undefined && others.length === 0 ? { patient } : {};
    const details = { AETitle, images: images.length };
    await this.engine.context.commit([{ type: 'log.noted', by: null, body: { code: 'SCP_WITHHELD', details, about } }]);
  }

  /** An image as it may leave to a receiver; null when the gate says no. */
  private async instance(image: ImageId, receiver: ScpPeer): Promise<FoundInstance | null> {
    const { db, objects, pool } = this.engine.context;
    const verdict = mayLeave(factsOf(db, image), { purpose: 'send', recipient: receiver.AETitle, person: null });
    if (!verdict.leaves || !(await objects.exists(image))) return null;
    const path = objects.path(image);
    const { attributes } = await pool.run('readAttributes', { path });
    const start = dataSetStart(await headOf(createReadStream(path)));
    const { SOPClassUID = '', SOPInstanceUID = '', transferSyntaxUID } = attributes;
    const mayGoPlain = receiver.mayTranscode || isPlainSyntax(transferSyntaxUID);
    return {
      SOPClassUID,
      SOPInstanceUID,
      transferSyntax: transferSyntaxUID,
      open: () => createReadStream(path, { start }),
      inPlain: (syntax) => (mayGoPlain ? this.plainCopy(path, syntax) : Promise.resolve(null)),
    };
  }

  /** A copy in a plain transfer syntax (decision 24); null when its pixels cannot be decoded. */
  private async plainCopy(path: string, syntax: PlainTransferSyntax): Promise<PlainInstance | null> {
    const copies = new PlainCopies(this.engine.context, path, (bytes) => bytes);
    try {
      const copy = await copies.make(syntax, new AbortController().signal);
      const start = dataSetStart(await headOf(copy.open()));
      return { open: () => copy.open(start), remove: () => copies.remove() };
    } catch (thrown) {
      await copies.remove();
      if (isUndecodable(thrown)) return null;
      throw thrown;
    }
  }
}

async function* fileOf(header: Uint8Array, data: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  yield header;
  yield* data;
}

/** What went wrong here, in the words of the sender (PS3.4 B.2.3). */
function statusOf(code: string): number {
  if (code === 'DISK_FULL' || code === 'DISK_FAILED') return Status.OutOfResources;
  if (code.startsWith('DICOM_') || code === 'NOT_DICOM' || code === 'FILE_UNKNOWN') return Status.CannotUnderstand;
  return Status.ProcessingFailure;
}
