import { type ErrorCode, type ErrorDetails } from '@shared/errors';
import { statement } from '../../archive/index-writer/statements';
import type { EngineContext } from '../../archive/context';
import {
  itemAt,
  positionsIn,
  type QueuedItem,
  type Remote,
  type TransactionStand,
  transactionStand,
  waitingItems,
} from '../../archive/outbox/queue';
import type { Delivery } from '../../archive/records/bodies/outbox';
import { isOpen } from '../outbox/hours';
import { type MakeAnonymous, prepare } from '../outbox/outgoing';
import { itemName } from '../outbox/item-name';
import { sliceboxKeeps } from '../remotes/slicebox/accepted';
import type { Outgoing } from '../remotes/remote';
import type { Throttles } from '../outbox/throttle';
import { profileOf } from './profile';
import { ownNumber, type TransactionImage, wireNumber } from './protocol';

export interface ServedParts {
  readonly ctx: EngineContext;
  readonly makeAnonymous: MakeAnonymous;
  readonly throttles: Throttles;
  readonly note: (items: readonly Delivery[]) => Promise<void>;
  /** Names of the items that are on their way to a remote now. */
  readonly inFlight: (remote: Remote) => Set<string>;
  readonly changed: () => void;
}

/** An image that a box fetches. */
export interface Served {
  readonly item: Outgoing;
  /** To be called when the answer has ended: whether all of it went out. */
  done(complete: boolean): Promise<void>;
}

/** Sequence numbers of images whose count was told to a poller are remembered for this many. */
const MOST_REMEMBERED = 5_000;

/**
 * The outbox as a box sees it that fetches for itself. Offering reserves nothing: an image is offered until the box has said what
 * became of it.
 */
export class ServedOutbox {
  /** Of images that were offered: the count of sent ones that stood beside them. */
  private readonly told = new Map<string, number>();
  /** Of images that were fetched whole: the SHA-256 of what went out. */
  private readonly sent = new Map<string, string>();

  constructor(private readonly parts: ServedParts) {}

  /** The next images for a box, in slicebox's words; none while it is paused or outside its hours. */
  offer(remote: Remote, most: number): readonly TransactionImage[] {
    const { ctx } = this.parts;
    const { policy } = remote;
    if (!isOpen(policy, ctx.now())) return [];
    const items = waitingItems(ctx.db, remote.remote, policy.smallFirst ? 'small' : 'asked', most);
    const boxId = (statement(ctx.db, 'SELECT id FROM remote WHERE key = ?').get(remote.remote) as { id: number }).id;
    const stands = new Map<number, TransactionStand>();
    return items.flatMap((item) => {
      const stand = stands.get(item.number) ?? transactionStand(ctx.db, remote.remote, item.number);
      if (stand === undefined) return [];
      stands.set(item.number, stand);
      this.remember(this.told, itemName(item), stand.delivered);
      return [entryOf(item, stand, boxId, remote.name)];
    });
  }

  /**
   * An image that was offered, made ready. `plain`: the box is a slicebox, so what it would not keep is refused here. Null when
   * there is none to fetch.
   */
  async fetch(remote: Remote, number: number, position: number, plain: boolean): Promise<Served | null> {
    const found = this.find(remote, number, position);
    if (found === undefined || !['waiting', 'arrived', 'proven'].includes(found.state)) return null;
    const { item } = found;
    const name = itemName(item);
    const prepared = await prepare(this.parts.ctx, item, remote, this.parts.makeAnonymous, {
      through: (bytes) => this.parts.throttles.slowed(remote, bytes),
      ahead: false,
      isCapped: this.parts.throttles.of(remote) !== null,
    });
    if (prepared.kind === 'refused') {
      await this.refuse([item], prepared.code, prepared.details);
      return null;
    }
    if (plain && !sliceboxKeeps(prepared.item.facts)) {
      await prepared.done();
      await this.refuse([item], 'REMOTE_UNSUITED');
      return null;
    }
    const inFlight = this.parts.inFlight(remote);
    inFlight.add(name);
    this.parts.changed();
    return {
      item: prepared.item,
      done: async (complete) => {
        if (complete) this.remember(this.sent, name, prepared.item.sha256);
        inFlight.delete(name);
        this.parts.changed();
        await prepared.done();
      },
    };
  }

  /** Gives an image up. */
  async giveUp(remote: Remote, number: number, position: number, code: ErrorCode): Promise<void> {
    const found = this.find(remote, number, position);
    if (found?.state === 'waiting') await this.refuse([found.item], code);
  }

  /**
   * The box says that it is done with an image. `sha256`: what it has received entire and keeps, which only a Fieldbox says; a
   * slicebox shows by its own count whether it kept it (it raises the count only then), and that is no proof yet.
   */
  async finished(remote: Remote, entry: TransactionImage, sha256: string | null): Promise<void> {
    const found = this.find(remote, entry.transaction.id, entry.image.id);
    if (found?.state !== 'waiting') return;
    const { item } = found;
    const name = itemName(item);
    if (sha256 !== null) {
      if ((await this.hashOf(remote, item)) !== sha256) return; // not what it should be: offered again
      await this.deliver([item], { state: 'proven', proof: { kind: 'hash', note: 'SHA-256' } });
    } else if (!this.told.has(name)) {
      return; // fetched before this program was started: its count says nothing then, and it is offered again
    } else if (this.told.get(name) === entry.transaction.sentImageCount) {
      if (!this.sent.has(name)) return; // it broke off on the way, which a slicebox takes for a bad image: offered again
      await this.refuse([item], 'BOX_REJECTED_THERE');
    } else await this.deliver([item], { state: 'arrived', proof: null });
    this.told.delete(name);
    this.sent.delete(name);
  }

  /** The box says how a transaction that it fetches stands. Gives false when it is none of its own. */
  async setStatus(remote: Remote, wire: number, status: 'FINISHED' | 'FAILED'): Promise<boolean> {
    const number = ownNumber(wire);
    const stand = number === undefined ? undefined : transactionStand(this.parts.ctx.db, remote.remote, number);
    if (stand === undefined) return false;
    if (status === 'FAILED') {
      await this.refuse(this.itemsOf(stand, 'waiting'), 'BOX_FAILED_THERE');
    } else if (stand.waiting === 0) {
      const proof = { kind: 'status', note: 'FINISHED' } as const;
      await this.deliver(this.itemsOf(stand, 'arrived'), { state: 'proven', proof });
    }
    return true;
  }

  private find(remote: Remote, wire: number, position: number): ReturnType<typeof itemAt> {
    const number = ownNumber(wire);
    return number === undefined ? undefined : itemAt(this.parts.ctx.db, remote.remote, number, position);
  }

  private itemsOf(
    { transaction, number }: TransactionStand,
    state: Delivery['state'],
  ): readonly Pick<QueuedItem, 'transaction' | 'position'>[] {
    return positionsIn(this.parts.ctx.db, number, state).map((position) => ({ transaction, position }));
  }

  /** What went out under an item's name; made once more when the program has been started anew since. */
  private async hashOf(remote: Remote, item: QueuedItem): Promise<string | null> {
    const known = this.sent.get(itemName(item));
    if (known !== undefined) return known;
    const prepared = await prepare(this.parts.ctx, item, remote, this.parts.makeAnonymous, null);
    if (prepared.kind === 'refused') return null;
    await prepared.done();
    return prepared.item.sha256;
  }

  private refuse(
    items: readonly Pick<QueuedItem, 'transaction' | 'position'>[],
    code: ErrorCode,
    details: ErrorDetails = {},
  ): Promise<void> {
    return this.write(items, { state: 'refused', fault: { code, details: { ...details } }, proof: null });
  }

  private deliver(
    items: readonly Pick<QueuedItem, 'transaction' | 'position'>[],
    what: Pick<Delivery, 'state' | 'proof'>,
  ): Promise<void> {
    return this.write(items, { ...what, fault: null });
  }

  private async write(
    items: readonly Pick<QueuedItem, 'transaction' | 'position'>[],
    what: Pick<Delivery, 'state' | 'proof' | 'fault'>,
  ): Promise<void> {
    if (items.length === 0) return;
    await this.parts.note(items.map(({ transaction, position }) => ({ transaction, position, ...what })));
    this.parts.changed();
  }

  private remember<T>(memory: Map<string, T>, name: string, value: T): void {
    memory.delete(name);
    memory.set(name, value);
    const [oldest] = memory.keys();
    if (memory.size > MOST_REMEMBERED && oldest !== undefined) memory.delete(oldest);
  }
}

/** outgoingTransactionImage. The position stands for both numbers of the image: slicebox asks by the pair of transaction and image. */
function entryOf(item: QueuedItem, stand: TransactionStand, boxId: number, boxName: string): TransactionImage {
  const id = wireNumber(item.number);
  const requestedAt = Date.parse(stand.requestedAt);
  return {
    transaction: {
      id,
      boxId,
      boxName,
      profile: profileOf(stand.anonymise),
      sentImageCount: stand.delivered,
      totalImageCount: stand.total,
      created: requestedAt,
      updated: requestedAt,
      status: stand.delivered === 0 ? 'WAITING' : 'PROCESSING',
    },
    image: {
      id: item.position,
      outgoingTransactionId: id,
      imageId: item.position,
      sequenceNumber: item.position,
      sent: false,
    },
  };
}
