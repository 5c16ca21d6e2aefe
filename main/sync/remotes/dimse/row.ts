import type { Outgoing, SendHooks, SendOutcome, Trouble } from '../remote';

/** How many images are with a connection at once: one is stored there, and the next one is ready to leave when that is answered. */
export const IN_ROW = 2;

/** Sends an image over the association, one at a time. */
type SendOne = (item: Outgoing, hooks: SendHooks) => Promise<SendOutcome>;

/** The association is gone that an image has waited for; nothing is known against the image. */
const ENDED: Trouble = { code: 'REMOTE_CUT', afterMs: 0 };

/**
 * Images in a row for one association, which carries one operation at a time (PS3.7 D.3.3.3): while the peer stores one, the next
 * one is made ready up to its first byte. When the association breaks, or is closed, those that wait are not sent over another one.
 */
export class AssociationRow {
  private last: Promise<unknown> = Promise.resolve();
  /** Why those that were in the row do not leave any more; a new one for each time it was so. */
  private ended: { readonly trouble: Trouble } | null = null;

  constructor(private readonly sendOne: SendOne) {}

  send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    const before = this.ended;
    const outcome = this.last.then(() => {
      if (this.ended !== before && this.ended !== null)
        return { kind: 'later', whole: false, trouble: this.ended.trouble } as const;
      return hooks.staying() ?? this.sendNow(item, hooks);
    });
    this.last = outcome.catch(() => undefined); // whoever has sent it hears of it
    return outcome;
  }

  /** Nothing of what waits leaves any more. */
  close(): void {
    this.ended = { trouble: ENDED };
  }

  private async sendNow(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    const outcome = await this.sendOne(item, hooks);
    if (outcome.kind === 'later' && outcome.whole) this.ended = { trouble: { ...outcome.trouble, afterMs: 0 } };
    return outcome;
  }
}
