import type { RemoteTest } from '@shared/contract/sync';
import type { RemoteConnection, SendOutcome, Surroundings, Trouble } from '../remote';

/** A box that comes by itself is there when it has asked within this time; a slicebox asks every 15 seconds. */
const HEARD_MS = 60_000;

/** What is wrong with a box that fetches for itself; null when it has asked lately. */
export function troubleOfVisits({ listening, heardMsAgo }: ReturnType<Surroundings['visits']>): Trouble | null {
  if (!listening) return { code: 'HUB_OFF', person: true };
  return heardMsAgo !== null && heardMsAgo <= HEARD_MS ? null : { code: 'BOX_NOT_HEARD' };
}

/** A box that fetches for itself, seen from the outbox: there is nothing to connect to. */
export class ServedConnection implements RemoteConnection {
  constructor(private readonly surroundings: Pick<Surroundings, 'visits'>) {}

  test(): Promise<RemoteTest> {
    const trouble = troubleOfVisits(this.surroundings.visits());
    const fault = trouble === null ? null : { code: trouble.code, details: { ...trouble.details } };
    return Promise.resolve({
      steps: [{ step: 'reach', outcome: fault === null ? 'passed' : 'failed', fault, found: '' }],
      proofs: fault === null ? ['hash', 'status'] : [],
      offeredCertificate: null,
      warnings: [],
    });
  }

  probe(): Promise<Trouble | null> {
    return Promise.resolve(troubleOfVisits(this.surroundings.visits()));
  }

  send(): Promise<SendOutcome> {
    return Promise.resolve({ kind: 'later', whole: true, trouble: { code: 'BOX_NOT_HEARD' } });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
