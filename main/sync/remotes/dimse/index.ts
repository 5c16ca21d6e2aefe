import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { RemoteTest, TestStep } from '@shared/contract/sync';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { storageClasses } from '../../../dicom/dictionary';
import { part10Header } from '../../../dicom/writer';
import { Association, AssociationError } from '../../../network/association';
import { referencedIn } from '../../../network/commitment';
import type { ProposedContext } from '../../../network/pdu';
import { ServiceUser, type ReceivedInstance } from '../../../network/scu';
import { Status } from '../../../network/status';
import { ImplicitLE, PLAIN_SYNTAXES, Services } from '../../../network/uids';
import { counted } from '../../http/counted';
import type {
  Outgoing,
  ProofOutcome,
  Query,
  QueryAnswer,
  RemoteConnection,
  RemoteDriver,
  Retrieval,
  SendHooks,
  SendOutcome,
  Surroundings,
  TakeFile,
  Trouble,
} from '../remote';
import { dataSetStart, headOf } from './file-parts';
import { questionOf, retrievalOf, rowOfAnswer } from './questions';
import { outcomeOfStore, troubleOfAssociation } from './trouble';

/** Any PACS or workstation that speaks DIMSE (PS3.7): C-STORE, with C-FIND or storage commitment as proof. */
export const dimseDriver: RemoteDriver<'dimse'> = {
  kind: 'dimse',
  proofs: ({ commitment }) => (commitment ? ['commitment', 'query'] : ['query']),
  secrets: () => [],
  // One association: many archives take its release for the end of a study.
  parallel: 1,
  connect: (settings, surroundings) => new DimseConnection(settings, surroundings),
};

/** Odd ids from 1 to 255 (PS3.8 9.3.2.2). */
const MOST_CONTEXTS = 128;
/** How long a report of storage commitment is waited for on the same association. */
const REPORT_MS = 10_000;
/** (0008,1195) of PS3.4 J.3.2.1.1. */
const TRANSACTION_UID = 0x00081195;

class DimseConnection implements RemoteConnection {
  private user: ServiceUser | null = null;
  /** Pairs of SOP class and transfer syntax that the association has to take. */
  private readonly pairs = new Set<string>();
  private folder: Promise<string> | null = null;
  private files = 0;
  /** The peer does not report commitments on the association on which they were asked for. */
  private reportsElsewhere = false;

  constructor(
    private readonly settings: SettingsOf<'dimse'>,
    private readonly surroundings: Surroundings,
  ) {}

  async test(signal: AbortSignal): Promise<RemoteTest> {
    const trouble = await this.tryEcho(signal);
    const find = trouble === null ? await this.tryFind(signal) : null;
    const fault = trouble === null ? null : { code: trouble.code, details: { ...trouble.details } };
    const reached = trouble === null || trouble.code === 'REMOTE_AE_TITLE' || trouble.code === 'REMOTE_LOGIN';
    const steps: TestStep[] = [
      { step: 'reach', outcome: reached ? 'passed' : 'failed', fault: reached ? null : fault, found: '' },
      {
        step: 'echo',
        outcome: trouble === null ? 'passed' : reached ? 'failed' : 'skipped',
        fault: reached ? fault : null,
        found: 'C-ECHO',
      },
      {
        step: 'prove',
        outcome: trouble !== null ? 'skipped' : find === true ? 'passed' : 'failed',
        fault: null,
        found: 'C-FIND',
      },
    ];
    return {
      steps,
      proofs: find === true ? [...dimseDriver.proofs(this.settings)] : [],
      offeredCertificate: null,
      warnings: [],
    };
  }

  async probe(signal: AbortSignal): Promise<Trouble | null> {
    if (this.user !== null) return null;
    return this.tryEcho(signal);
  }

  announce(items: readonly Outgoing[]): void {
    for (const { facts } of items) {
      if (this.pairs.size < MOST_CONTEXTS - 8) this.pairs.add(`${facts.SOPClassUID} ${facts.TransferSyntaxUID}`);
    }
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    const { SOPClassUID, SOPInstanceUID, TransferSyntaxUID } = item.facts;
    try {
      const user = await this.associated(SOPClassUID, TransferSyntaxUID, hooks.signal);
      const context = user.association.contextFor(SOPClassUID, TransferSyntaxUID);
      if (!context) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
      const start = dataSetStart(await headOf(item.open()));
      const dataset = counted(item.open(start), (bytes) => hooks.progress(bytes));
      return outcomeOfStore(await user.store(context, { SOPClassUID, SOPInstanceUID, dataset }));
    } catch (error) {
      this.leave();
      if (!(error instanceof AssociationError)) throw error;
      return { kind: 'later', whole: true, trouble: troubleOfAssociation(error) };
    }
  }

  /** By commitment when the peer reports on the same association, otherwise by what a C-FIND lists. */
  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    await this.end(); // many archives show what they have got only when the association has been released
    try {
      const committed = await this.committed(items, signal);
      if (committed !== null)
        return items.map(({ facts }): ProofOutcome =>
          committed.has(facts.SOPInstanceUID)
            ? { kind: 'proven', proof: { kind: 'commitment', note: 'N-EVENT-REPORT' } }
            : { kind: 'missing' },
        );
      const listed = await this.listed(items, signal);
      return items.map(({ facts }): ProofOutcome =>
        listed.has(facts.SOPInstanceUID)
          ? { kind: 'proven', proof: { kind: 'query', note: 'C-FIND' } }
          : { kind: 'notListed' },
      );
    } catch (error) {
      if (!(error instanceof AssociationError)) throw error;
      const trouble = troubleOfAssociation(error);
      return items.map(() => ({ kind: 'later', trouble }));
    }
  }

  async query(query: Query, signal: AbortSignal): Promise<QueryAnswer> {
    try {
      const rows: Readonly<Record<string, string>>[] = [];
      const user = await this.associate([plain(1, Services.StudyRootFind)], signal);
      try {
        const matches = user.find(Services.StudyRootFind, questionOf(query));
        let next = await matches.next();
        for (; next.done !== true; next = await matches.next()) {
          if (rows.length <= query.limit) rows.push(rowOfAnswer(next.value));
          if (rows.length === query.limit + 1) await user.cancel(Services.StudyRootFind);
        }
        const cancelled = rows.length > query.limit;
        if (next.value !== Status.Success && !cancelled) return { kind: 'later', trouble: refusedQuery(next.value) };
        return { kind: 'rows', rows: rows.slice(0, query.limit), more: cancelled };
      } finally {
        await user.association.release();
      }
    } catch (error) {
      if (!(error instanceof AssociationError)) throw error;
      return { kind: 'later', trouble: troubleOfAssociation(error) };
    }
  }

  /** By C-GET: everything comes over our own connection, so that no port of this laptop has to be open. */
  async retrieve(what: Retrieval, take: TakeFile, signal: AbortSignal): Promise<Trouble | null> {
    try {
      const wanted = await this.classesOf(what, signal);
      const contexts = wanted.map((abstractSyntax, at): ProposedContext => ({
        id: at * 2 + 3,
        abstractSyntax,
        transferSyntaxes: RETRIEVE_SYNTAXES,
      }));
      const roles = wanted.map((abstractSyntax) => ({ abstractSyntax, scu: false, scp: true }));
      const user = await this.associate([plain(1, Services.StudyRootGet), ...contexts], signal, roles);
      try {
        const last = await user.get(Services.StudyRootGet, retrievalOf(what), (instance) =>
          this.receive(instance, take),
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

  async close(): Promise<void> {
    await this.end();
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
    this.folder = null;
  }

  private async end(): Promise<void> {
    const { user } = this;
    this.user = null;
    await user?.association.release();
  }

  private leave(): void {
    this.user?.association.abort();
    this.user = null;
  }

  /** An association that was asked to take this pair; a new one when the present one was not. */
  private async associated(sopClass: string, syntax: string, signal: AbortSignal): Promise<ServiceUser> {
    const pair = `${sopClass} ${syntax}`;
    const asked = this.user?.association.request.contexts.some(
      (context) => `${context.abstractSyntax} ${context.transferSyntaxes[0] ?? ''}` === pair,
    );
    if (this.user !== null && asked === true) return this.user;
    await this.end();
    if (this.pairs.size >= MOST_CONTEXTS) this.pairs.clear();
    this.pairs.add(pair);
    // One context a pair, as it is stored, so that nothing is converted on the way.
    const contexts = [...this.pairs].map((each, at): ProposedContext => {
      const [abstractSyntax = '', transferSyntax = ''] = each.split(' ');
      return { id: at * 2 + 1, abstractSyntax, transferSyntaxes: [transferSyntax] };
    });
    this.user = await this.associate(contexts, signal);
    return this.user;
  }

  private async associate(
    contexts: readonly ProposedContext[],
    signal: AbortSignal,
    roles: Parameters<typeof Association.request>[0]['roles'] = [],
  ): Promise<ServiceUser> {
    const { host, port, calledAETitle, callingAETitle, tls, certificate } = this.settings;
    const association = await Association.request({
      host,
      port,
      calledAETitle,
      callingAETitle,
      contexts,
      roles,
      signal,
      tls: tls ? { ca: null, key: null, certificate: null, fingerprint: certificate } : null,
      ...this.surroundings.patience,
    });
    return new ServiceUser(association);
  }

  private async tryEcho(signal: AbortSignal): Promise<Trouble | null> {
    try {
      const user = await this.associate([plain(1, Services.Verification)], signal);
      // A peer that stores and refuses verification is reached all the same.
      if (user.association.contextFor(Services.Verification)) await user.echo();
      await user.association.release();
      return null;
    } catch (error) {
      if (!(error instanceof AssociationError)) throw error;
      return troubleOfAssociation(error);
    }
  }

  private async tryFind(signal: AbortSignal): Promise<boolean> {
    try {
      const user = await this.associate([plain(1, Services.StudyRootFind)], signal);
      const can = user.association.contextFor(Services.StudyRootFind) !== undefined;
      await user.association.release();
      return can;
    } catch (error) {
      if (!(error instanceof AssociationError)) throw error;
      return false;
    }
  }

  /**
   * SOP Instance UIDs that the peer has committed itself to keep (PS3.4 J.3); null when that was not wanted, the peer does not
   * offer it, or it reports over an association of its own. Throws AssociationError.
   */
  private async committed(items: readonly Outgoing[], signal: AbortSignal): Promise<ReadonlySet<string> | null> {
    if (!this.settings.commitment || this.reportsElsewhere) return null;
    const transactionUID = `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`).toString()}`;
    const user = await this.associate([plain(1, Services.StorageCommitment)], signal);
    try {
      if (!user.association.contextFor(Services.StorageCommitment)) {
        this.reportsElsewhere = true;
        return null;
      }
      const status = await user.requestCommitment(
        transactionUID,
        items.map(({ facts }) => facts),
      );
      if (status !== Status.Success) return null;
      const report = await Promise.race([user.awaitReport(), wait(REPORT_MS, null, { ref: false, signal })]);
      this.reportsElsewhere = report === null;
      if (report?.string(TRANSACTION_UID) !== transactionUID) return null;
      return new Set(referencedIn(report, 'ReferencedSOPSequence').map(({ SOPInstanceUID }) => SOPInstanceUID));
    } finally {
      user.association.abort();
    }
  }

  /** SOP Instance UIDs that the peer lists, asked series by series on one association. Throws AssociationError. */
  private async listed(items: readonly Outgoing[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const series = new Map(
      items.map(({ facts }) => [`${facts.StudyInstanceUID} ${facts.SeriesInstanceUID}`, facts] as const),
    );
    const user = await this.associate([plain(1, Services.StudyRootFind)], signal);
    try {
      for (const { StudyInstanceUID, SeriesInstanceUID } of series.values()) {
        const match = [
          { keyword: 'StudyInstanceUID', value: StudyInstanceUID },
          { keyword: 'SeriesInstanceUID', value: SeriesInstanceUID },
        ];
        const answers = user.find(Services.StudyRootFind, questionOf({ level: 'image', match }));
        let next = await answers.next();
        for (; next.done !== true; next = await answers.next())
          found.add(rowOfAnswer(next.value)['SOPInstanceUID'] ?? '');
        // A list that ends in a failure says nothing about what is not on it.
        if (next.value !== Status.Success)
          throw new AssociationError({ kind: 'malformed', what: `C-FIND 0x${next.value.toString(16).toUpperCase()}` });
      }
    } finally {
      await user.association.release();
    }
    return found;
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

  private async receive(instance: ReceivedInstance, take: TakeFile): Promise<number> {
    this.files += 1;
    const folder = await (this.folder ??= this.surroundings.temporaryFolder());
    const path = join(folder, `${String(this.files).padStart(6, '0')}.dcm`);
    const header = part10Header({
      sopClassUID: instance.SOPClassUID,
      sopInstanceUID: instance.SOPInstanceUID,
      transferSyntaxUID: instance.transferSyntax,
    });
    await pipeline(Readable.from(withHeader(header, instance.data), { objectMode: false }), createWriteStream(path));
    await take(path);
    return Status.Success;
  }
}

async function* withHeader(header: Uint8Array, data: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  yield header;
  yield* data;
}

/** What a C-GET may come in: lossless and lossy JPEG, JPEG 2000, JPEG-LS, RLE, deflated and native. */
const RETRIEVE_SYNTAXES = [
  '1.2.840.10008.1.2.1',
  '1.2.840.10008.1.2.4.70',
  '1.2.840.10008.1.2.4.50',
  '1.2.840.10008.1.2.4.90',
  '1.2.840.10008.1.2.4.91',
  '1.2.840.10008.1.2.4.80',
  '1.2.840.10008.1.2.5',
  ImplicitLE,
];

function plain(id: number, abstractSyntax: string): ProposedContext {
  return { id, abstractSyntax, transferSyntaxes: PLAIN_SYNTAXES };
}

function refusedQuery(status: number): Trouble {
  return { code: 'REMOTE_ANSWER', details: { what: `0x${status.toString(16).toUpperCase().padStart(4, '0')}` } };
}
