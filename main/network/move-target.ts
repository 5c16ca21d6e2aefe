import { Association, AssociationError } from './association';
import type { FoundInstance, MoveDestination } from './provider';
import { ServiceUser } from './scu';
import { storageContexts } from './storage-contexts';
import { sendInstance, type SubOperation } from './sub-operation';

/** Odd ids from 1 to 255 (PS3.8 9.3.2.2); each pair of SOP class and transfer syntax may need a second one for its class. */
const MOST_PAIRS = 64;

/**
 * Where a C-MOVE sends to (PS3.4 C.4.2). What does not fit into the presentation contexts of one association goes over further
 * ones, one after the other; a destination that has refused one is not called again.
 */
export class MoveTarget {
  /** What is to be sent, so that each association is opened once. */
  readonly inOrder: readonly FoundInstance[];
  private readonly pairs: readonly string[];
  private open: { readonly group: number; readonly user: ServiceUser } | null = null;
  private refused = false;

  constructor(
    private readonly destination: MoveDestination & { readonly calledAETitle: string },
    private readonly origin: { readonly AETitle: string; readonly messageId: number },
    found: readonly FoundInstance[],
  ) {
    this.pairs = [...new Set(found.map(pairOf))];
    const place = new Map(this.pairs.map((pair, at) => [pair, groupAt(at)]));
    const groupOf = (instance: FoundInstance): number => place.get(pairOf(instance)) ?? 0;
    this.inOrder = [...found].sort((a, b) => groupOf(a) - groupOf(b));
  }

  /** How sending an instance has ended. Throws AssociationError when it breaks off. */
  async send(instance: FoundInstance): Promise<SubOperation> {
    const user = await this.userFor(instance);
    return user === null ? 'failed' : sendInstance(user, instance, this.origin);
  }

  async close(): Promise<void> {
    const { open } = this;
    this.open = null;
    await open?.user.association.release();
  }

  private async userFor(instance: FoundInstance): Promise<ServiceUser | null> {
    const group = groupAt(this.pairs.indexOf(pairOf(instance)));
    if (this.open?.group === group) return this.open.user;
    await this.close();
    if (this.refused) return null;
    const pairs = this.pairs.slice(group * MOST_PAIRS, (group + 1) * MOST_PAIRS).map((pair) => {
      const [abstractSyntax = '', transferSyntax = ''] = pair.split(' ');
      return { abstractSyntax, transferSyntax };
    });
    const contexts = storageContexts(pairs);
    try {
      const association = await Association.request({ ...this.destination, contexts });
      this.open = { group, user: new ServiceUser(association) };
      return this.open.user;
    } catch (error) {
      if (!(error instanceof AssociationError)) throw error;
      this.refused = true;
      return null;
    }
  }
}

function pairOf({ SOPClassUID, transferSyntax }: FoundInstance): string {
  return `${SOPClassUID} ${transferSyntax}`;
}

function groupAt(at: number): number {
  return Math.floor(at / MOST_PAIRS);
}
