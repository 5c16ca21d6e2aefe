import { Association, AssociationError } from './association';
import type { FoundInstance } from './provider';
import { ServiceUser } from './scu';
import { Status } from './status';

/** Odd ids from 1 to 255 (PS3.8 9.3.2.2). */
const MOST_CONTEXTS = 128;

export interface MoveDestination {
  readonly host: string;
  readonly port: number;
  readonly callingAETitle: string;
  readonly calledAETitle: string;
}

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
    private readonly destination: MoveDestination,
    private readonly origin: { readonly AETitle: string; readonly messageId: number },
    found: readonly FoundInstance[],
  ) {
    this.pairs = [...new Set(found.map(pairOf))];
    const place = new Map(this.pairs.map((pair, at) => [pair, groupAt(at)]));
    const groupOf = (instance: FoundInstance): number => place.get(pairOf(instance)) ?? 0;
    this.inOrder = [...found].sort((a, b) => groupOf(a) - groupOf(b));
  }

  /** Whether the destination has taken an instance. Throws AssociationError when it breaks off. */
  async send(instance: FoundInstance): Promise<boolean> {
    const user = await this.userFor(instance);
    const { SOPClassUID, SOPInstanceUID, transferSyntax } = instance;
    const context = user?.association.contextFor(SOPClassUID, transferSyntax);
    if (user === null || context === undefined) return false;
    const stored = { SOPClassUID, SOPInstanceUID, dataset: instance.open() };
    return (await user.store(context, stored, this.origin)) === Status.Success;
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
    const first = group * MOST_CONTEXTS;
    const contexts = this.pairs.slice(first, first + MOST_CONTEXTS).map((pair, at) => {
      const [abstractSyntax = '', transferSyntax = ''] = pair.split(' ');
      return { id: at * 2 + 1, abstractSyntax, transferSyntaxes: [transferSyntax] };
    });
    try {
      const association = await Association.request({ ...this.destination, contexts, tls: null });
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
  return Math.floor(at / MOST_CONTEXTS);
}
