import type { RemoteTest, TestStep } from '@shared/contract/sync';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { BOX_CONNECTIONS, wireNumber } from '../../boxes/protocol';
import { shownCertificate } from '../../http/client';
import { troubleOf } from '../../http/trouble';
import type {
  EndedTransaction,
  IncomingHands,
  Outgoing,
  ProofOutcome,
  RemoteConnection,
  RemoteDriver,
  SendHooks,
  SendOutcome,
  Surroundings,
  Trouble,
} from '../remote';
import { BoxClient } from './box-client';
import { Pusher } from './push';
import { BoxReceiver } from './receive';
import { ServedConnection } from './served';

/**
 * Boxes: this archive connects to one that gave it an address (and pushes and fetches), or waits for one that has an address of
 * its own (main/sync/boxes answers it). A Fieldbox proves by hash; a slicebox by saying of itself that a transaction is complete.
 */
export const sliceboxDriver: RemoteDriver<'slicebox'> = {
  kind: 'slicebox',
  proofs: () => ['hash', 'status'],
  secrets: () => ['token'],
  parallel: BOX_CONNECTIONS,
  isServed: ({ role }) => role === 'reached',
  connect: (settings, surroundings) =>
    settings.role === 'reached' ? new ServedConnection(surroundings) : new BoxConnection(settings, surroundings),
};

const closedName = (number: number): string => `closed:${String(number)}`;
/** That we have told the box that a transaction failed, and may hear it from there. */
const givenUpName = (number: number): string => `given-up:${String(number)}`;
const againName = (number: number): string => `again:${String(number)}`;
/** What is remembered of a transaction that the box did not know when it was ended. */
const UNKNOWN = 'UNKNOWN';
/** What is remembered of one of which it has counted fewer images than it has said yes to. */
const LACKING = 'LACKING';

class BoxConnection implements RemoteConnection {
  private readonly box: BoxClient;
  private readonly pusher: Pusher;
  private readonly receiver: BoxReceiver;

  constructor(
    private readonly settings: SettingsOf<'slicebox'>,
    private readonly surroundings: Surroundings,
  ) {
    this.box = new BoxClient(settings, surroundings);
    this.pusher = new Pusher(this.box);
    this.receiver = new BoxReceiver(this.box);
  }

  get parallel(): number {
    return this.pusher.parallel;
  }

  /** A Fieldbox does; a slicebox is never told. */
  get compares(): boolean {
    return this.box.isFieldbox === true;
  }

  async test(signal: AbortSignal): Promise<RemoteTest> {
    const trouble = await this.probe(signal);
    const failedAt = trouble === null ? ORDER.length : ORDER.indexOf(stepOf(trouble));
    const isFieldbox = this.box.isFieldbox === true;
    const steps = ORDER.map((step, at): TestStep => ({
      step,
      outcome: at < failedAt ? 'passed' : at === failedAt ? 'failed' : 'skipped',
      fault: at === failedAt && trouble !== null ? { code: trouble.code, details: { ...trouble.details } } : null,
      found: at === 0 && trouble === null ? (isFieldbox ? 'Fieldbox' : 'slicebox') : '',
    }));
    return {
      steps,
      proofs: trouble === null ? (isFieldbox ? ['hash'] : ['status']) : [],
      offeredCertificate: await this.offeredCertificate(trouble),
      warnings: trouble === null && !isFieldbox ? ['statusOnly'] : [],
    };
  }

  async probe(signal: AbortSignal): Promise<Trouble | null> {
    const trouble = await this.box.probe(signal);
    const { isFieldbox } = this.box;
    if (trouble === null && isFieldbox !== null) this.surroundings.remember('fieldbox', isFieldbox ? 'yes' : 'no');
    return trouble;
  }

  send(item: Outgoing, hooks: SendHooks): Promise<SendOutcome> {
    this.surroundings.remember(closedName(item.number), null);
    if (hooks.resume !== null && this.box.isFieldbox !== true) this.countAgain(item.number, 1);
    return this.pusher.send(item, hooks);
  }

  /**
   * Asks a slicebox how it counts before it is told that the transaction has ended, for being told so is all it needs to say
   * FINISHED; what it said by itself is kept as evidence.
   */
  async finish({ number, total, delivered }: EndedTransaction, signal: AbortSignal): Promise<Trouble | null> {
    if (this.surroundings.recall(closedName(number)) !== null) return null;
    try {
      const wire = wireNumber(number);
      const status = delivered === 0 ? null : await this.box.status(wire, signal);
      const isWhole = delivered === total;
      // All of it was taken, and it counts fewer, or repeats what we said of an earlier try: the images go there once more before
      // it is told to be finished, for being told so is all it needs to say it.
      if (isWhole && status !== null && status !== 'FINISHED' && (status !== 'FAILED' || this.hasGivenUp(number))) {
        this.surroundings.remember(givenUpName(number), null);
        this.surroundings.remember(closedName(number), LACKING);
        this.countAgain(number, total);
        return null;
      }
      if (!isWhole) this.surroundings.remember(givenUpName(number), '1');
      if (status !== 'FAILED') await this.box.setStatus(wire, isWhole ? 'FINISHED' : 'FAILED', signal);
      this.surroundings.remember(closedName(number), status ?? UNKNOWN);
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  }

  prove(items: readonly Outgoing[]): Promise<readonly ProofOutcome[]> {
    return Promise.resolve(items.map((item) => this.proofOf(item)));
  }

  async fetchWaiting(hands: IncomingHands, signal: AbortSignal): Promise<Trouble | null> {
    return (await this.probe(signal)) ?? this.receiver.receive(hands, signal);
  }

  close(): Promise<void> {
    return this.box.close();
  }

  private hasGivenUp(number: number): boolean {
    return this.surroundings.recall(givenUpName(number)) !== null;
  }

  /** A slicebox counts every attempt: how many there were beyond the images is part of what its count is worth. */
  private countAgain(number: number, times: number): void {
    const before = Number(this.surroundings.recall(againName(number)) ?? 0);
    this.surroundings.remember(againName(number), String(before + times));
  }

  private proofOf({ number }: Outgoing): ProofOutcome {
    const said = this.surroundings.recall(closedName(number));
    const again = this.surroundings.recall(againName(number));
    switch (said) {
      case 'FINISHED':
        return {
          kind: 'proven',
          proof: { kind: 'status', note: again === null ? 'FINISHED' : `FINISHED, ${again} sent again` },
        };
      case 'FAILED':
        return { kind: 'refused', code: 'BOX_FAILED_THERE' };
      case UNKNOWN:
      case LACKING:
        return { kind: 'missing' };
      default:
        return { kind: 'unknown' };
    }
  }

  private async offeredCertificate(trouble: Trouble | null): Promise<string | null> {
    const url = new URL(this.settings.url);
    if (trouble?.code !== 'REMOTE_CERTIFICATE' || url.protocol !== 'https:') return null;
    const shown = await shownCertificate(url.hostname, url.port === '' ? 443 : Number(url.port));
    return shown?.fingerprint ?? null;
  }
}

const ORDER = ['reach', 'trust', 'login'] as const;

function stepOf(trouble: Trouble): (typeof ORDER)[number] {
  if (trouble.code === 'REMOTE_CERTIFICATE') return 'trust';
  return trouble.code === 'BOX_TOKEN' ? 'login' : 'reach';
}
