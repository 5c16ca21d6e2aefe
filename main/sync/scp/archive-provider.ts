import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FindInput } from '@shared/contract/catalog';
import { asFieldboxError } from '@shared/errors';
import type { ImageId } from '@shared/model/ids';
import type { Engine } from '../../archive/engine';
import { factsOf } from '../../archive/release/facts';
import { mayLeave } from '../../archive/release/gate';
import { isStorageClass, storageTransferSyntaxes } from '../../dicom/dictionary';
import type { DataSetView } from '../../dicom/model';
import { part10Header, type DataSetBuilder } from '../../dicom/writer';
import type { ReferencedInstance } from '../../network/commitment';
import type { Rejection } from '../../network/pdu';
import type { Caller, FoundInstance, QueryRequest, ServiceProvider } from '../../network/provider';
import type { ReceivedInstance } from '../../network/scu';
import { Status } from '../../network/status';
import { ExplicitLE, isPlainSyntax, Services } from '../../network/uids';
import { dataSetStart, headOf } from '../remotes/dimse/file-parts';
import { answerOf, levelOf, matchesOf, type QueryLevel } from './identifiers';
import type { CommitmentReports } from './commitment-reports';
import type { Reception } from './reception';
import { worklistAnswers } from './worklist';

/** A peer that may call, and where a C-MOVE may send to. */
export interface KnownPeer {
  readonly AETitle: string;
  /** Address it has to call from; empty: any. */
  readonly host: string;
  readonly port: number;
}

export interface ProviderOptions {
  readonly AETitle: string;
  /** Whether callers must name our AE title rightly. */
  readonly strictCalledAE: boolean;
  readonly peers: readonly KnownPeer[];
  /** Whether peers that are not in the list may store and echo. Questions are answered to known peers only. */
  readonly strangersMayStore: boolean;
  /** Whether the people registered today are given as a worklist. */
  readonly worklist: boolean;
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
    private readonly reception: Reception,
    private readonly reports: CommitmentReports,
    private readonly witness: Witness,
    readonly onFault: (error: unknown) => void,
  ) {}

  admit(caller: Caller): Rejection | null {
    const rejection = this.rejectionOf(caller);
    this.witness.called(caller, rejection === null);
    return rejection;
  }

  /**
   * Every storage class and every transfer syntax is taken as it is. What the peer names first is what it would rather send; of
   * the uncompressed ones the one that keeps the VRs is chosen.
   */
  storageSyntaxes(sopClass: string, proposed: readonly string[], caller: Caller): readonly string[] {
    if (!isStorageClass(sopClass) || !this.mayStore(caller)) return [];
    const known = proposed.filter((syntax) => SYNTAXES.has(syntax));
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
      await pipeline(Readable.from(fileOf(header, instance.data), { objectMode: false }), createWriteStream(path));
      const label = `${caller.callingAETitle} (${caller.address.replace(/^::ffff:/, '')})`;
      const sender = { sourceRef: caller.callingAETitle.trim(), label };
      await this.reception.take(sender, path, instance.SOPInstanceUID, { ours: true });
      this.witness.stored(caller, true);
      return Status.Success;
    } catch (thrown) {
      this.witness.stored(caller, false);
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
      yield* worklistAnswers(this.engine, identifier, this.options.AETitle);
      return Status.Success;
    }
    const level = levelOf(identifier);
    if (level === null) return Status.DataSetDoesNotMatchSOPClass;
    let after: string | undefined;
    do {
      const page = await this.page(level, request, after);
      if (page === null) return Status.DataSetDoesNotMatchSOPClass;
      for (const row of page.rows) yield answerOf(identifier, level, row, this.options.AETitle);
      after = page.next ?? undefined;
    } while (after !== undefined && !request.signal.aborted);
    return Status.Success;
  }

  async select(request: QueryRequest): Promise<readonly FoundInstance[] | number> {
    if (!this.knows(request.caller)) return Status.NotAuthorized;
    if (levelOf(request.identifier) === null) return Status.DataSetDoesNotMatchSOPClass;
    const found: FoundInstance[] = [];
    let after: string | undefined;
    do {
      const page = await this.page('IMAGE', request, after);
      if (page === null) return Status.DataSetDoesNotMatchSOPClass;
      for (const row of page.rows)
        if ('SOPInstanceUID' in row) found.push(...(await this.instance(row.image, request.caller)));
      after = page.next ?? undefined;
    } while (after !== undefined);
    return found;
  }

  destination(
    AETitle: string,
  ): { readonly host: string; readonly port: number; readonly callingAETitle: string } | null {
    const peer = this.options.peers.find((each) => each.AETitle === AETitle && each.host !== '');
    return peer ? { host: peer.host, port: peer.port, callingAETitle: this.options.AETitle } : null;
  }

  /** Only what is in the archive and sound is vouched for. */
  commit(instances: readonly ReferencedInstance[]): Promise<readonly boolean[]> {
    const kept = this.engine.context.db.prepare<[string, string], { one: number }>(
      `SELECT 1 AS one FROM image JOIN object ON object.sha256 = image.object
       WHERE SOPInstanceUID = ? AND SOPClassUID = ? AND object.state = 'good'`,
    );
    return Promise.resolve(
      instances.map(({ SOPClassUID, SOPInstanceUID }) => kept.get(SOPInstanceUID, SOPClassUID) !== undefined),
    );
  }

  reported(report: DataSetView, caller: Caller): Promise<number> {
    return Promise.resolve(this.reports.take(report, caller));
  }

  private rejectionOf(caller: Caller): Rejection | null {
    const { AETitle, strictCalledAE } = this.options;
    if (this.reports.expects(caller)) return null;
    if (strictCalledAE && caller.calledAETitle !== AETitle) return WRONG_CALLED;
    return this.mayStore(caller) ? null : UNKNOWN_CALLER;
  }

  private mayStore(caller: Caller): boolean {
    return this.options.strangersMayStore || this.knows(caller);
  }

  private knows({ callingAETitle, address }: Caller): boolean {
    const from = address.replace(/^::ffff:/, '');
    return this.options.peers.some(({ AETitle, host }) => AETitle === callingAETitle && (host === '' || host === from));
  }

  /** A page of matches; null when the question is none. */
  private async page(level: QueryLevel, { identifier }: QueryRequest, after: string | undefined) {
    const question = FindInput.omit({ level: true }).parse({
      match: matchesOf(identifier),
      limit: PAGE,
      ...(after !== undefined && { after }),
    });
    try {
      return await this.engine.verbs[VERB[level]](question);
    } catch (thrown) {
      if (asFieldboxError(thrown).code === 'BAD_REQUEST') return null;
      throw thrown;
    }
  }

  /** An image as it may leave; none when the gate says no. */
  private async instance(image: ImageId, caller: Caller): Promise<readonly FoundInstance[]> {
    const { db, objects, pool } = this.engine.context;
    const verdict = mayLeave(factsOf(db, image), { purpose: 'send', recipient: caller.callingAETitle, person: null });
    if (!verdict.leaves || !(await objects.exists(image))) return [];
    const path = objects.path(image);
    const { attributes } = await pool.run('readAttributes', { path });
    const start = dataSetStart(await headOf(createReadStream(path)));
    return [
      {
        SOPClassUID: attributes.SOPClassUID ?? '',
        SOPInstanceUID: attributes.SOPInstanceUID ?? '',
        transferSyntax: attributes.transferSyntaxUID,
        open: () => createReadStream(path, { start }),
      },
    ];
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
