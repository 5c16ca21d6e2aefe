import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { SettingsOf } from '@shared/model/remotes/settings';
import { tagOf } from '../../../dicom/dictionary';
import { type CommitmentReport, reportOf } from '../../../network/commitment';
import { Status } from '../../../network/status';
import { Services } from '../../../network/uids';
import {
  forgetRequest,
  keepRequest,
  type OpenRequest,
  openRequests,
  reportsComeSeparately,
} from '../commitment-memory';
import type { Outgoing, ProofOutcome, Surroundings } from '../remote';
import { type Associate, plain } from './associating';

/** How long a report is waited for before the association on which it was asked for is left. */
const REPORT_MS = 10_000;
/** So often in a row a report is missed before something else is done; with the back-off that is several minutes. */
const PATIENT_ROUNDS = 6;
const TRANSACTION_UID = tagOf('TransactionUID') ?? 0x00081195;

type Said = ProofOutcome | null;

/**
 * Storage commitment (PS3.4 J) of what has arrived. The report may come on the association on which it was asked for, or,
 * where machines are received, over an association that the peer opens, at once or much later, also after a restart: what was
 * asked for is kept until then.
 */
export class Commitments {
  /** The peer does not offer it, or its reports do not reach this laptop. */
  private useless = false;

  constructor(
    private readonly settings: SettingsOf<'dimse'>,
    private readonly surroundings: Surroundings,
    private readonly associate: Associate,
  ) {}

  /** An outcome for each item; null for those of which the peer says nothing this way. Throws AssociationError. */
  async outcomes(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly Said[]> {
    if (!this.settings.commitment) return items.map(() => null);
    const said = this.alreadySaid(items);
    const unasked = items.filter((item) => !said.has(item));
    for (const [item, outcome] of await this.ask(unasked, signal)) said.set(item, outcome);
    return items.map((item) => said.get(item) ?? null);
  }

  /** What reports have said since, and what is still waited for. Items that are to be asked about (again) are left out. */
  private alreadySaid(items: readonly Outgoing[]): Map<Outgoing, Said> {
    const said = new Map<Outgoing, Said>();
    const newestFirst = [...openRequests(this.surroundings)].reverse();
    const named = new Map(newestFirst.map((request) => [request, new Set(request.items)]));
    const patientWith = new Set<OpenRequest>();
    const decided = new Set<string>();
    for (const item of items) {
      const requests = newestFirst.filter((request) => named.get(request)?.has(nameOf(item)) === true);
      const reported = requests.find(({ report }) => report !== null);
      const [newest] = requests;
      if (newest === undefined) continue;
      if (reported?.report) {
        said.set(item, outcomeIn(reported.report, item));
        decided.add(nameOf(item));
      } else if (newest.rounds < PATIENT_ROUNDS && this.surroundings.commitments.listening()) {
        said.set(item, { kind: 'unknown' });
        patientWith.add(newest);
      } else if (!this.isAskedAgain(requests.length)) said.set(item, null);
    }
    for (const request of patientWith) keepRequest(this.surroundings, { ...request, rounds: request.rounds + 1 });
    if (decided.size > 0) this.forget(decided);
    return said;
  }

  /** A report may be lost: it is asked for once more, and always of a peer that has reported before. */
  private isAskedAgain(times: number): boolean {
    if (!this.surroundings.commitments.listening()) return false;
    return times < 2 || reportsComeSeparately(this.surroundings);
  }

  /** Requests are kept until their report has come and is used: it may come late. */
  private forget(decided: ReadonlySet<string>): void {
    for (const request of openRequests(this.surroundings)) {
      const items = request.items.filter((name) => !decided.has(name));
      if (items.length === 0) forgetRequest(this.surroundings, request.transactionUID);
      else if (items.length < request.items.length) keepRequest(this.surroundings, { ...request, items });
    }
  }

  private async ask(items: readonly Outgoing[], signal: AbortSignal): Promise<ReadonlyMap<Outgoing, Said>> {
    const nothing = new Map<Outgoing, Said>();
    if (items.length === 0 || this.useless) return nothing;
    const transactionUID = `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`).toString()}`;
    const user = await this.associate([plain(1, Services.StorageCommitment)], signal);
    const listening = this.surroundings.commitments.listening();
    let waiting = false;
    try {
      if (!user.association.contextFor(Services.StorageCommitment)) {
        this.useless = true;
        return nothing;
      }
      // Before it is asked for: the report may come sooner than the answer.
      const request = { transactionUID, items: items.map(nameOf), rounds: 0, report: null };
      if (listening) keepRequest(this.surroundings, request);
      const status = await user.requestCommitment(
        transactionUID,
        items.map(({ facts }) => facts),
      );
      if (status !== Status.Success) {
        forgetRequest(this.surroundings, transactionUID);
        return nothing;
      }
      waiting = true;
      const report = await this.firstReport(user.awaitReport(), transactionUID, signal);
      if (report !== null) {
        forgetRequest(this.surroundings, transactionUID);
        return new Map(items.map((item) => [item, outcomeIn(report, item)]));
      }
      if (listening) return this.alreadySaid(items);
      this.useless = true;
      return nothing;
    } finally {
      if (waiting) user.association.abort();
      else await user.association.release();
    }
  }

  /** The report on the same association; null when it came separately, or not at all for now. */
  private async firstReport(
    here: ReturnType<Awaited<ReturnType<Associate>>['awaitReport']>,
    transactionUID: string,
    signal: AbortSignal,
  ): Promise<CommitmentReport | null> {
    const ended = new AbortController();
    try {
      const report = await Promise.race([
        // A peer that ends the association has not failed: it may report over one of its own.
        here.catch(() => wait(REPORT_MS, null, { ref: false, signal: ended.signal })),
        this.surroundings.commitments.arrival(transactionUID, ended.signal).then(() => null),
        wait(REPORT_MS, null, { ref: false, signal: AbortSignal.any([signal, ended.signal]) }).catch(() => null),
      ]);
      return report?.string(TRANSACTION_UID) === transactionUID ? reportOf(report) : null;
    } finally {
      ended.abort();
    }
  }
}

function nameOf({ transaction, position }: Outgoing): string {
  return `${transaction}/${String(position)}`;
}

/** Failure Reason (PS3.3 C.14). */
const Reason = { noSuchInstance: 0x0112, classConflict: 0x0119, classNotSupported: 0x0122 } as const;

/** What a report says of an item; null when it does not name it. */
function outcomeIn(report: CommitmentReport, { facts }: Outgoing): Said {
  const uid = facts.SOPInstanceUID;
  if (report.committed.includes(uid)) return { kind: 'proven', proof: { kind: 'commitment', note: 'N-EVENT-REPORT' } };
  const reason = report.failed[uid];
  switch (reason) {
    case undefined:
      return null;
    case Reason.noSuchInstance:
      return { kind: 'missing' };
    case Reason.classConflict:
      return { kind: 'conflict' };
    case Reason.classNotSupported:
      return { kind: 'refused', code: 'REMOTE_UNSUITED' };
    default:
      // Lack of space or a failure there: it may be committed to later.
      return { kind: 'unknown' };
  }
}
