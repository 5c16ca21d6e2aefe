import type { Database } from 'better-sqlite3';
import type { RemoteKey } from '@shared/model/ids';
import { type Remote, remoteByKey, remotes } from '../../archive/outbox/queue';
import { tagOf } from '../../dicom/dictionary';
import type { DataSetView } from '../../dicom/model';
import { reportOf } from '../../network/commitment';
import type { Caller } from '../../network/provider';
import { Status } from '../../network/status';
import { keepRequest, noteSeparateReport, readRequest, requestName } from '../remotes/commitment-memory';
import { DriverMemory } from '../remotes/memory';
import type { CommitmentDesk } from '../remotes/remote';

const TRANSACTION_UID = tagOf('TransactionUID') ?? 0x00081195;

/**
 * Takes in reports of storage commitment that a peer sends over an association of its own (PS3.4 J.3.3). A report counts when
 * it names a transaction that this archive has asked that very destination for; the address it comes from is not looked at,
 * since archives call from other addresses than they are called at, and nobody else knows the transaction's random UID.
 */
export class CommitmentReports implements CommitmentDesk {
  private readonly waiting = new Map<string, () => void>();
  private listeners = 0;

  constructor(
    private readonly db: Database,
    private readonly onReport: (remote: Remote) => void,
  ) {}

  /** A listener has begun to take in what machines send. */
  opened(): void {
    this.listeners += 1;
  }

  closed(): void {
    this.listeners -= 1;
  }

  listening(): boolean {
    return this.listeners > 0;
  }

  arrival(transactionUID: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.waiting.delete(transactionUID);
        resolve();
      };
      this.waiting.set(transactionUID, end);
      signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Whether a caller is a destination that may report: by the pair of AE titles under which it was asked. */
  expects({ callingAETitle, calledAETitle }: Caller): boolean {
    return remotes(this.db).some(
      ({ settings }) =>
        settings.kind === 'dimse' &&
        settings.commitment &&
        settings.calledAETitle === callingAETitle &&
        settings.callingAETitle === calledAETitle,
    );
  }

  /** Keeps a report for whoever asks next, and wakes the destination. Gives the status of the answer (PS3.7 10.1.1). */
  take(dataset: DataSetView, { callingAETitle }: Caller): number {
    const transactionUID = dataset.string(TRANSACTION_UID) ?? '';
    const found = this.db
      .prepare<[string], { remote: RemoteKey; value: string }>(
        'SELECT remote, value FROM local_driver_memory WHERE name = ?',
      )
      .get(requestName(transactionUID));
    const remote = found === undefined ? undefined : remoteByKey(this.db, found.remote);
    const request = readRequest(found?.value ?? null);
    if (remote?.settings.kind !== 'dimse' || remote.settings.calledAETitle !== callingAETitle || request === null)
      return Status.InvalidArgumentValue;
    const memory = new DriverMemory(this.db, remote.remote);
    this.db.transaction(() => {
      keepRequest(memory, { ...request, report: reportOf(dataset) });
      noteSeparateReport(memory);
    })();
    this.waiting.get(transactionUID)?.();
    this.onReport(remote);
    return Status.Success;
  }
}
