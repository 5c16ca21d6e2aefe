import type { SettingsOf } from '@shared/model/remotes/settings';
import { uidName } from '../../../dicom/dictionary';
import { AssociationError, type Context } from '../../../network/association';
import type { DataSetBytes } from '../../../network/message-writer';
import type { ServiceUser } from '../../../network/scu';
import { type StoragePair, storageContexts } from '../../../network/storage-contexts';
import { isPlainSyntax } from '../../../network/uids';
import { isUndecodable } from '../../outbox/plain-copies';
import type { Outgoing, OutgoingFile, SendHooks, SendOutcome, Surroundings } from '../remote';
import { type Associate, MOST_CONTEXTS } from './associating';
import { dataSetOf, dataSetStart, placedDataSet } from './file-parts';
import { outcomeOfStore, troubleOfAssociation } from './trouble';

/** Contexts are left free, so that a pair can be added without starting again. */
const MOST_PAIRS = MOST_CONTEXTS / 2 - 4;

/**
 * C-STORE of what waits, on one association for many images. Each pair of SOP class and transfer syntax has a presentation
 * context of its own, so that an image goes as it is stored wherever the peer takes that; a second context of each class offers
 * the plain transfer syntaxes, which every peer has to know (PS3.5 10.1).
 */
export class Sending {
  private user: ServiceUser | null = null;
  private readonly pairs = new Map<string, StoragePair>();
  /** Whether it is remembered of any item in which syntax it was sent. */
  private mayHaveSentAs: boolean;

  constructor(
    private readonly settings: SettingsOf<'dimse'>,
    private readonly surroundings: Pick<Surroundings, 'remember' | 'recall' | 'remembersAny'>,
    private readonly associate: Associate,
  ) {
    this.mayHaveSentAs = surroundings.remembersAny(SENT_AS);
  }

  get isOpen(): boolean {
    return this.user !== null;
  }

  announce(items: readonly Outgoing[]): void {
    for (const { facts } of items) if (this.pairs.size < MOST_PAIRS) this.add(facts);
  }

  async send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    const { SOPClassUID, TransferSyntaxUID } = item.facts;
    try {
      const user = await this.associated(item.facts, hooks.signal);
      const asStored = user.association.contextFor(SOPClassUID, TransferSyntaxUID);
      if (asStored) {
        const storing = this.store(user, asStored, item, item, hooks);
        storing.catch(() => undefined); // heard below
        // Looked up while the peer is at work.
        const before = this.mayHaveSentAs ? sentAs(item, this.surroundings) : null;
        const outcome = await storing;
        if (before !== null) this.rememberSyntax(item, null);
        return outcome;
      }
      return await this.storePlain(user, item, hooks);
    } catch (error) {
      this.leave();
      if (!(error instanceof AssociationError)) throw error;
      return { kind: 'later', whole: true, trouble: troubleOfAssociation(error) };
    }
  }

  /** Ends the association in order: many archives take that for the end of a study. */
  async end(): Promise<void> {
    const { user } = this;
    this.user = null;
    await user?.association.release();
  }

  /** Sends in a plain transfer syntax: from another plain one always, from a compressed one where that is allowed. */
  private async storePlain(user: ServiceUser, item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    const { SOPClassUID, TransferSyntaxUID } = item.facts;
    const context = user.association.plainContextFor(SOPClassUID);
    if (context === undefined) return { kind: 'refused', code: 'REMOTE_UNSUITED' };
    const to = context.transferSyntax;
    const compression = uidName(TransferSyntaxUID);
    if (!isPlainSyntax(TransferSyntaxUID) && !this.settings.mayTranscode)
      return { kind: 'refused', code: 'REMOTE_COMPRESSION', details: { compression } };
    let copy: OutgoingFile;
    try {
      copy = await item.transcoded(to, hooks.signal);
    } catch (thrown) {
      if (isUndecodable(thrown)) return { kind: 'refused', code: 'REMOTE_UNDECODABLE', details: { compression } };
      throw thrown;
    }
    // Before it leaves: what is not known any more after a crash cannot be told with the proof.
    this.rememberSyntax(item, to);
    return this.store(user, context, item, copy, hooks);
  }

  private async store(
    user: ServiceUser,
    context: Context,
    { facts }: Outgoing,
    file: OutgoingFile,
    hooks: SendHooks,
  ): Promise<SendOutcome> {
    const { SOPClassUID, SOPInstanceUID } = facts;
    const count = (bytes: number): void => hooks.progress(bytes);
    const store = async (dataset: DataSetBytes): Promise<SendOutcome> =>
      outcomeOfStore(await user.store(context, { SOPClassUID, SOPInstanceUID, dataset }));
    const held = file.held ?? null;
    if (held !== null) {
      count(held.length);
      return store(held.subarray(dataSetStart(held)));
    }
    const places = await file.openPlaces?.();
    if (!places) return store(dataSetOf(file.open(), count));
    try {
      return await store(await placedDataSet(places, count));
    } finally {
      await places.close();
    }
  }

  private rememberSyntax(item: Outgoing, syntax: string | null): void {
    if (syntax !== null) this.mayHaveSentAs = true;
    this.surroundings.remember(sentAsName(item), syntax);
  }

  private add(facts: Outgoing['facts']): void {
    const pair = { abstractSyntax: facts.SOPClassUID, transferSyntax: facts.TransferSyntaxUID };
    this.pairs.set(`${pair.abstractSyntax} ${pair.transferSyntax}`, pair);
  }

  /** An association that was asked to take this pair; a new one when the present one was not. */
  private async associated(facts: Outgoing['facts'], signal: AbortSignal): Promise<ServiceUser> {
    const asked = this.user?.association.request.contexts.some(
      ({ abstractSyntax, transferSyntaxes }) =>
        abstractSyntax === facts.SOPClassUID && transferSyntaxes[0] === facts.TransferSyntaxUID,
    );
    if (this.user !== null && asked === true) return this.user;
    await this.end();
    if (this.pairs.size >= MOST_PAIRS) this.pairs.clear();
    this.add(facts);
    this.user = await this.associate(storageContexts([...this.pairs.values()]), signal);
    return this.user;
  }

  private leave(): void {
    this.user?.association.abort();
    this.user = null;
  }
}

const SENT_AS = 'sent-as:';

function sentAsName({ transaction, position }: Outgoing): string {
  return `${SENT_AS}${transaction}/${String(position)}`;
}

/** In which transfer syntax an item was sent, where that was not the one it is stored in. */
export function sentAs(item: Outgoing, memory: Pick<Surroundings, 'recall'>): string | null {
  return memory.recall(sentAsName(item));
}

/** Nothing is to be told of an item any more. */
export function forgetSentAs(item: Outgoing, memory: Pick<Surroundings, 'recall' | 'remember'>): void {
  if (memory.recall(sentAsName(item)) !== null) memory.remember(sentAsName(item), null);
}
