import { rm } from 'node:fs/promises';
import type { RemoteTest } from '@shared/contract/sync';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { AssociationError } from '../../../network/association';
import { Status } from '../../../network/status';
import { Services } from '../../../network/uids';
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
import { type Associate, associating, plain, refusedQuery } from './associating';
import { Commitments } from './commitments';
import { Proving } from './proving';
import { questionOf, rowOfAnswer } from './questions';
import { Retrieving } from './retrieving';
import { AssociationRow, IN_ROW } from './row';
import { Sending } from './sending';
import { troubleOfAssociation } from './trouble';
import { echoed, triedOut } from './trying';

/** Any PACS or workstation that speaks DIMSE (PS3.7): C-STORE, with C-FIND or storage commitment as proof. */
export const dimseDriver: RemoteDriver<'dimse'> = {
  kind: 'dimse',
  proofs: ({ commitment }) => (commitment ? ['commitment', 'query'] : ['query']),
  secrets: () => [],
  // One association: many archives take its release for the end of a study.
  parallel: 1,
  connect: (settings, surroundings) => new DimseConnection(settings, surroundings),
};

class DimseConnection implements RemoteConnection {
  readonly parallel = IN_ROW;
  readonly asksInTurn = true;
  private readonly associate: Associate;
  private readonly sending: Sending;
  private readonly row: AssociationRow;
  private readonly proving: Proving;
  private readonly retrieving: Retrieving;
  private folder: Promise<string> | null = null;

  constructor(
    private readonly settings: SettingsOf<'dimse'>,
    surroundings: Surroundings,
  ) {
    this.associate = associating(settings, surroundings);
    this.sending = new Sending(settings, surroundings, this.associate);
    this.row = new AssociationRow((item, hooks) => this.sending.send(item, hooks));
    const commitments = new Commitments(settings, surroundings, this.associate);
    this.proving = new Proving(surroundings, this.associate, commitments);
    const folder = (): Promise<string> => (this.folder ??= surroundings.temporaryFolder());
    this.retrieving = new Retrieving(
      this.associate,
      (query, signal) => this.query(query, signal),
      folder,
      () => surroundings.throttle(),
    );
  }

  test(signal: AbortSignal): Promise<RemoteTest> {
    return triedOut(this.settings, dimseDriver.proofs(this.settings), this.associate, signal);
  }

  async probe(signal: AbortSignal): Promise<Trouble | null> {
    return this.sending.isOpen ? null : echoed(this.associate, signal);
  }

  announce(items: readonly Outgoing[]): void {
    this.sending.announce(items);
  }

  send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    return this.row.send(item, hooks);
  }

  async prove(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly ProofOutcome[]> {
    await this.sending.end(); // many archives show what they have got only when the association has been released
    return this.proving.prove(items, signal);
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

  retrieve(what: Retrieval, take: TakeFile, signal: AbortSignal): Promise<Trouble | null> {
    return this.retrieving.retrieve(what, take, signal);
  }

  async close(): Promise<void> {
    this.row.close();
    await this.sending.end();
    if (this.folder !== null) await rm(await this.folder, { recursive: true, force: true });
    this.folder = null;
  }
}
